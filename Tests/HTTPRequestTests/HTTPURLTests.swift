import HTTPRequest
import MailModel
import Testing

@Suite struct HTTPURLTests {
    @Test(arguments: [
        ("https://hooks.example.test/a/b?c=d", "hooks.example.test", 443, "/a/b?c=d"),
        ("HTTPS://Hooks.Example.test", "hooks.example.test", 443, "/"),
        ("https://hooks.example.test:8443?x=1#part", "hooks.example.test", 8443, "/?x=1"),
        ("https://hooks.example.test:/", "hooks.example.test", 443, "/"),
        ("https://[2001:db8::1]:444/a", "2001:db8::1", 444, "/a"),
        ("https://hooks.example.test/Grüße", "hooks.example.test", 443, "/Gr%C3%BC%C3%9Fe"),
        ("https://hooks.example.test/%2F", "hooks.example.test", 443, "/%2F"),
        ("http://127.0.0.1:8080/", "127.0.0.1", 8080, "/"),
        ("http://127.3.2.1/", "127.3.2.1", 80, "/"),
        ("http://[::1]/x", "::1", 80, "/x"),
        ("http://LOCALHOST/", "localhost", 80, "/"),
    ])
    func addressesAreTakenApart(text: String, host: String, port: Int, target: String) throws {
        let url = try HTTPURL(text)
        #expect(url.host == host)
        #expect(url.port == port)
        #expect(url.target == target)
    }

    @Test(arguments: [
        "", "hooks.example.test", "ftp://a.test/", "https://", "https:///x", "https://.test", "https://a b/",
        "https://a.test/\r\nX: y",
        "https://a.test/\0", "https://user:secret@a.test/", "https://a.test:0/", "https://a.test:65536/",
        "https://a.test:+1/", "https://a.test:999999999999999999999/", "https://[::1", "https://[::1]x/",
        "https://[127.0.0.1]/", "https://bücher.test/", "https://a.test\\@b.test/",
        "http://hooks.example.test/", "http://127.0.0.1.evil.test/", "http://128.0.0.1/", "http://localhost.evil.test/",
        "http://[::2]/", "http://0.0.0.0/", "https://" + String(repeating: "a", count: 10_000),
    ])
    func whatIsNoAllowedAddressIsRefused(text: String) {
        let error = #expect(throws: HTTPError.self) { try HTTPURL(text) }
        #expect(error?.code == .configuration)
        #expect(error?.description.contains("secret") == false)
    }

    @Test func pathAndQueryAreNotPrinted() throws {
        let url = try HTTPURL("https://hooks.example.test:8443/services/canary?token=canary")
        let request = try HTTPRequest(
            .post, url, headers: [("Authorization", "Bearer canary")], body: Array("canary".utf8))
        #expect("\(request)" == "POST https://hooks.example.test:8443")
        var dumped = ""
        dump(request, to: &dumped)
        dump(url, to: &dumped)
        dump(HTTPResponse(status: 200, headers: [("a", "canary")], body: Array("canary".utf8)), to: &dumped)
        #expect(!(dumped + String(reflecting: request) + String(reflecting: url)).contains("canary"))
    }

    @Test(arguments: [
        ("X-Y", "a\r\nEvil: 1"), ("X-Y", "a\0"), ("X-Y", "a\u{7f}"), ("", "a"), ("X Y", "a"), ("X:", "a"), ("X\n", "a"),
        ("Host", "a"), ("content-length", "5"), ("Transfer-Encoding", "chunked"), ("Connection", "keep-alive"),
    ])
    func headerFieldsThatCannotBeSentAreRefused(name: String, value: String) throws {
        let url = try HTTPURL("https://hooks.example.test/")
        let error = #expect(throws: HTTPError.self) { try HTTPRequest(.get, url, headers: [(name, value)]) }
        #expect(error?.reason == .header)
    }
}
