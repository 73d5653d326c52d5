import HTTPRequest
import MailModel
import NIOCore
import Testing

@Suite struct HTTPExchangeTests {
    private func exchange(
        _ script: [String],
        ending: ScriptedServer.Ending = .close,
        maxResponseBytes: Int = 1000,
        timeoutSeconds: Int = 30
    ) async throws -> HTTPResponse {
        let server = try await ScriptedServer(script, ending: ending)
        let request = try HTTPRequest(
            .get, HTTPURL("http://127.0.0.1:\(server.port)/path?q=1"),
            timeoutSeconds: timeoutSeconds, maxResponseBytes: maxResponseBytes)
        let result: Result<HTTPResponse, any Error>
        do { result = .success(try await server.perform(request)) } catch { result = .failure(error) }
        await server.stop()
        return try result.get()
    }

    private func failure(
        _ script: [String],
        ending: ScriptedServer.Ending = .close,
        timeoutSeconds: Int = 30
    ) async -> HTTPError? {
        await #expect(throws: HTTPError.self) {
            try await exchange(script, ending: ending, timeoutSeconds: timeoutSeconds)
        }
    }

    @Test func aPostArrivesWholeAndItsAnswerComesBack() async throws {
        let server = try await ScriptedServer(["HTTP/1.1 204 No Content\r\nX-Id: 7\r\n\r\n"], ending: .stayOpen)
        let request = try HTTPRequest(
            .post, HTTPURL("http://127.0.0.1:\(server.port)/hook?token=t"),
            headers: [("Content-Type", "application/json"), ("Idempotency-Key", "k1")], body: Array("{\"a\":1}".utf8))
        let response = try await server.perform(request)
        await server.stop()
        #expect(response.status == 204)
        #expect(response.isSuccess)
        #expect(response.header("x-ID") == "7")
        #expect(response.body.isEmpty)
        let received = try #require(server.requests.first)
        #expect(server.requests.count == 1)
        #expect(received.hasPrefix("POST /hook?token=t HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\n"))
        for line in ["Content-Type: application/json", "Idempotency-Key: k1", "Content-Length: 7", "Connection: close"]
        {
            #expect(received.contains("\r\n\(line)\r\n"))
        }
        #expect(received.hasSuffix("\r\n\r\n{\"a\":1}"))
    }

    @Test(arguments: [
        ["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"],
        ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n"],
        ["HTTP/1.0 200 OK\r\n\r\nhel", "lo"],
        ["HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"],
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello".map(String.init),
    ])
    func allWaysToFrameABodyAreRead(script: [String]) async throws {
        let response = try await exchange(script)
        #expect(response.status == 200)
        #expect(response.body == Array("hello".utf8))
    }

    @Test(arguments: [301, 302, 307, 401, 404, 500])
    func anyStatusIsAnAnswerAndRedirectsAreNotFollowed(status: Int) async throws {
        let response = try await exchange([
            "HTTP/1.1 \(status) X\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
        ])
        #expect(response.status == status)
        #expect(!response.isSuccess)
    }

    @Test func aBodyPastTheLimitIsRefused() async {
        let body = String(repeating: "x", count: 1001)
        #expect(await failure(["HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n" + body])?.reason == .tooLarge)
        #expect(await failure(["HTTP/1.1 200 OK\r\n\r\n" + body], ending: .stayOpen)?.code == .limitExceeded)
    }

    @Test func aBodyAtTheLimitIsTaken() async throws {
        let body = String(repeating: "x", count: 1000)
        #expect(try await exchange(["HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + body]).body.count == 1000)
    }

    @Test(arguments: [
        String(repeating: "X: y\r\n", count: 200), "X: " + String(repeating: "y", count: 20_000) + "\r\n",
        String(repeating: "X: " + String(repeating: "y", count: 10_000) + "\r\n", count: 10),
    ])
    func headersPastTheLimitsAreRefused(fields: String) async {
        #expect(await failure(["HTTP/1.1 200 OK\r\n" + fields + "\r\n"])?.reason == .tooLarge)
    }

    @Test(arguments: [
        "* OK IMAP ready\r\n", "220 mx ESMTP\r\n", "\u{15}\u{3}\u{3}\0\u{2}\u{2}F", "HTTP/3.9 200\r\n\r\n",
    ])
    func whatIsNoHTTPIsSaid(answer: String) async {
        let error = await failure([answer], ending: .stayOpen, timeoutSeconds: 5)
        #expect(error?.reason == .violation)
        #expect(error?.code == .protocolError)
    }

    @Test(arguments: [
        [], ["HTTP/1.1 200 OK\r\nContent-Le"], ["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel"],
        ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n"],
    ])
    func anAnswerThatBreaksOffIsSaid(script: [String]) async {
        let error = await failure(script)
        #expect(error?.reason == .cutOff)
        #expect(error?.code == .connectionLost)
    }

    @Test func aSilentServerMeetsTheDeadline() async {
        let error = await failure(
            ["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel"], ending: .stayOpen, timeoutSeconds: 1)
        #expect(error?.reason == .timedOut)
        #expect(error?.code == .connectionTimeout)
    }
}
