import Foundation
import HTTPRequest
import MailModel
import MessageDigest
import Notifications
import Testing

@Suite struct WebhookChannelTests {
    @Test func theFactsArriveAsJSON() async throws {
        let http = RecordingHTTP(.success(HTTPResponse(status: 204)))
        try await channel(http).deliver(.sample)
        let request = try #require(await http.requests.first)
        #expect(request.method == .post)
        #expect(request.url.target == "/hook/canary-url")
        let object = try #require(try JSONSerialization.jsonObject(with: Data(request.body)) as? [String: String])
        #expect(
            object == [
                "title": "Ärger \"mit\" CRLF\r\n", "body": "Zeile\n\u{2028}</script>", "account": "home",
                "rule": "Pager", "message_id": "a/b@example.org", "plan": "17", "key": "17-2 ü",
            ])
    }

    @Test func theKeyAndTheConfiguredHeadersAreSent() async throws {
        let http = RecordingHTTP(.success(HTTPResponse(status: 200)))
        let headers = [("authorization", Secret("Bearer canary-token")), ("content-type", Secret("application/x"))]
        try await channel(http, headers: headers).deliver(.sample)
        let sent = try #require(await http.requests.first).headers
        #expect(sent.first { $0.0 == "Idempotency-Key" }?.1 == "17-2--")
        #expect(sent.first { $0.0 == "authorization" }?.1 == "Bearer canary-token")
        #expect(sent.filter { $0.0.lowercased() == "content-type" }.map(\.1) == ["application/x"])
    }

    @Test func aSecretSignsTheBody() async throws {
        let http = RecordingHTTP(.success(HTTPResponse(status: 200)))
        let url = Secret("https://hooks.example.org/")
        let signed = WebhookChannel(
            name: "n", url: { url }, headers: { [] }, signingKey: { Secret("canary-key") }, http: http)
        try await signed.deliver(.sample)
        let request = try #require(await http.requests.first)
        let code = MessageDigest.hmacSHA256(key: Array("canary-key".utf8), message: request.body)
        let value = request.headers.first { $0.0 == "X-Postmoon-Signature" }?.1
        #expect(value == "sha256=\(MessageDigest.hex(code))")
        try await channel(http).deliver(.sample)
        #expect(await http.requests.last?.headers.contains { $0.0 == "X-Postmoon-Signature" } == false)
        struct Leak: Error { var text = "canary-leak" }
        let broken = WebhookChannel(
            name: "n", url: { url }, headers: { [] }, signingKey: { throw Leak() }, http: http)
        let error = await #expect(throws: NotificationError.self) { try await broken.deliver(.sample) }
        #expect(error.map { "\($0)".contains("canary") } == false, "and nothing goes out unsigned")
        #expect(await http.requests.count == 2)
    }

    @Test func aDigestSaysWhatItStandsFor() async throws {
        let http = RecordingHTTP(.success(HTTPResponse(status: 200)))
        let members = (1...60).map { number in
            var member = Notifications.Notification.sample
            (member.title, member.key) = ("T\(number)\r\nX", "\(number)-0")
            return member
        }
        let digest = Notifications.Notification.digest(of: members)
        try await channel(http).deliver(digest)
        let body = try #require(await http.requests.first).body
        let object = try #require(try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any])
        let heldBack = try #require(object["held_back"] as? [[String: Any]])
        #expect(heldBack.compactMap { $0["key"] as? String } == members.map(\.key))
        #expect(object["title"] as? String == "60 notifications")
        let lines = digest.body.split(separator: "\n")
        #expect(lines.count == 51 && lines.first == "- T1 X (Pager)" && lines.last == "and 10 more")
        #expect(digest.key == Notifications.Notification.digest(of: members).key)
        #expect(digest.key != Notifications.Notification.digest(of: members.dropLast()).key)
    }

    @Test(arguments: [200, 201, 202, 204, 299])
    func any2xxIsSuccess(status: Int) async throws {
        try await channel(RecordingHTTP(.success(HTTPResponse(status: status)))).deliver(.sample)
    }

    @Test(arguments: [301, 302, 307, 400, 401, 403, 404, 410, 422])
    func aRedirectOrARefusalIsPermanent(status: Int) async {
        let error = await failure(RecordingHTTP(.success(HTTPResponse(status: status))))
        #expect(error?.isTransient == false)
        #expect(error?.retryAfter == nil)
        #expect(error?.description.contains("\(status)") == true)
    }

    @Test(arguments: [408, 425, 429, 500, 502, 503, 504])
    func whatPassesIsTransient(status: Int) async {
        let response = HTTPResponse(status: status, headers: [("retry-after", "120")])
        let error = await failure(RecordingHTTP(.success(response)))
        #expect(error?.isTransient == true)
        #expect(error?.retryAfter == 120)
    }

    @Test(arguments: [("-5", 0), ("99999999", 86_400), ("soon", nil), ("99999999999999999999999", nil)])
    func aStrangeRetryAfterIsTamed(value: String, seconds: Int?) async {
        let response = HTTPResponse(status: 503, headers: [("Retry-After", value)])
        #expect(await failure(RecordingHTTP(.success(response)))?.retryAfter == seconds.map(Int64.init))
    }

    @Test(arguments: [
        (HTTPError(reason: .timedOut, host: "h"), true), (HTTPError(reason: .cutOff, host: "h"), true),
        (HTTPError(reason: .violation, host: "h"), true), (HTTPError(reason: .address, host: "h"), false),
        (HTTPError(reason: .header, host: "h"), false),
    ])
    func anErrorOfTheExchangeKeepsItsCode(error: HTTPError, isTransient: Bool) async {
        let found = await failure(RecordingHTTP(.failure(error)))
        #expect(found?.code == error.code)
        #expect(found?.isTransient == isTransient)
    }

    @Test func plainHTTPToAnotherHostIsAPermanentError() async {
        let http = RecordingHTTP(.success(HTTPResponse(status: 200)))
        let error = await failure(http, url: "http://example.org/hook")
        #expect(error?.code == .configuration)
        #expect(error?.isTransient == false)
        #expect(await http.requests.isEmpty)
    }

    @Test func noErrorShowsAddressHeaderOrBody() async {
        struct Leak: Error { var text = "canary-leak" }
        var errors: [NotificationError?] = []
        for status in [302, 401, 404, 500] {
            let response = HTTPResponse(status: status, headers: [("x", "canary-h")], body: Array("canary-body".utf8))
            errors.append(await failure(RecordingHTTP(.success(response))))
        }
        errors.append(await failure(RecordingHTTP(.failure(Leak()))))
        errors.append(await failure(RecordingHTTP(.success(HTTPResponse(status: 200))), url: "canary://x/canary"))
        let http = RecordingHTTP(.success(HTTPResponse(status: 200)))
        errors.append(await failure(http, headers: [("x", Secret("canary\r\nInjected: 1"))]))
        for error in errors {
            #expect(error.map { "\($0) \(String(reflecting: $0))".contains("canary") } == false)
        }
    }

    private func channel(
        _ http: RecordingHTTP, url: String = "https://hooks.example.org/hook/canary-url",
        headers: [(String, Secret)] = []
    ) -> WebhookChannel {
        WebhookChannel(name: "phone", url: { Secret(url) }, headers: { headers }, http: http)
    }

    private func failure(
        _ http: RecordingHTTP, url: String = "https://hooks.example.org/hook/canary-url",
        headers: [(String, Secret)] = []
    ) async -> NotificationError? {
        await #expect(throws: NotificationError.self) {
            try await channel(http, url: url, headers: headers).deliver(.sample)
        }
    }
}

actor RecordingHTTP: HTTPPerforming {
    private(set) var requests: [HTTPRequest] = []
    private let answer: Result<HTTPResponse, any Error>

    init(_ answer: Result<HTTPResponse, any Error>) { self.answer = answer }

    func perform(_ request: HTTPRequest) async throws -> HTTPResponse {
        requests.append(request)
        return try answer.get()
    }
}

extension Notifications.Notification {
    static let sample = Self(
        title: "Ärger \"mit\" CRLF\r\n", body: "Zeile\n\u{2028}</script>", key: "17-2 ü", account: "home",
        rule: "Pager", messageID: "a/b@example.org", plan: "17")
}
