import Foundation
import HTTPRequest
import MailModel
import Testing

@testable import Notifications

@Suite struct NtfyChannelTests {
    private func channel(_ http: RecordingHTTP, _ url: String = "https://ntfy.example/canary-topic") -> NtfyChannel {
        NtfyChannel(
            name: "phone", url: { Secret(url) }, headers: { [("Authorization", Secret("Bearer canary-token"))] },
            http: http)
    }

    private func sent(_ notification: Notifications.Notification) async throws -> (HTTPRequest, [String: String]) {
        let http = RecordingHTTP(.success(HTTPResponse(status: 200)))
        try await channel(http).deliver(notification)
        let request = try #require(await http.requests.first)
        let object = try JSONSerialization.jsonObject(with: Data(request.body)) as? [String: String]
        return (request, try #require(object))
    }

    @Test func theTopicIsInTheBodyAndTheServerIsAsked() async throws {
        let (request, object) = try await sent(.sample)
        #expect(request.url.target == "/")
        #expect(
            object == [
                "topic": "canary-topic", "title": "Ärger \"mit\" CRLF ", "message": "Zeile\n\u{2028}</script>",
            ])
        #expect(request.headers.contains { $0 == ("Authorization", "Bearer canary-token") })
        #expect(request.headers.contains { $0 == ("Idempotency-Key", "17-2--") })
    }

    @Test func whatIsEmptyOrTooLongIsMadeFit() async throws {
        var notification = Notifications.Notification.sample
        (notification.title, notification.body) = ("", "")
        #expect(try await sent(notification).1 == ["topic": "canary-topic", "message": "-"])
        notification.title = String(repeating: "ä", count: 1_000)
        notification.body = String(repeating: "\"\u{7}", count: 100_000)
        let (request, object) = try await sent(notification)
        #expect(request.body.count < 8_192, "what an ntfy server reads at most")
        #expect(object["message"]?.hasSuffix("\"…") == true && object["message"]?.contains("\u{7}") == false)
        #expect(object["title"].map { $0.utf8.count <= NtfyChannel.titleLimit && $0.hasSuffix("ä…") } == true)
    }

    @Test(arguments: [
        ("https://ntfy.sh/topic", "https://ntfy.sh/", "topic"),
        ("https://h.example/ntfy/top_ic-1?auth=x", "https://h.example/ntfy/?auth=x", "top_ic-1"),
        ("http://127.0.0.1:80/t#f", "http://127.0.0.1:80/", "t"), ("https://ntfy.sh/", nil, nil),
        ("https://ntfy.sh", nil, nil), ("topic", nil, nil), ("https://ntfy.sh/a%20b", nil, nil),
    ])
    func theAddressIsTakenApart(address: String, root: String?, topic: String?) {
        let parts = NtfyChannel.split(address)
        #expect(parts?.root == root && parts?.topic == topic)
    }

    @Test func anAddressWithoutATopicIsAPermanentErrorThatDoesNotShowIt() async throws {
        let http = RecordingHTTP(.success(HTTPResponse(status: 200)))
        let error = try #require(
            await #expect(throws: NotificationError.self) {
                try await channel(http, "https://canary.example/").deliver(.sample)
            })
        #expect(error.code == .configuration && !error.isTransient && !"\(error)".contains("canary"))
        #expect(await http.requests.isEmpty)
    }

    @Test func aServerThatWantsAPauseGetsIt() async {
        let http = RecordingHTTP(.success(HTTPResponse(status: 429, headers: [("Retry-After", "90")])))
        let error = await #expect(throws: NotificationError.self) { try await channel(http).deliver(.sample) }
        #expect(error?.isTransient == true && error?.retryAfter == 90)
    }
}
