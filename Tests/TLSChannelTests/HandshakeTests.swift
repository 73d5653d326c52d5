import MailModel
import NIOCore
import NIOEmbedded
import Testing

@testable import TLSChannel

@Suite struct HandshakeTests {
    let contexts: Contexts

    init() throws { contexts = try Contexts() }

    @Test func aGoodCertificateLetsBothTalk() throws {
        let pair = try contexts.pair()
        try pair.carry()
        let session = try #require(try pair.client.handshakeResult()).get()
        #expect(session.version == "TLSv1.3")
        #expect(!session.resumed)
        #expect(pair.client.recorder.events == [.active, .handshake(session)])
        pair.client.send("a login\r\n")
        pair.server.send("* OK\r\n")
        try pair.carry()
        #expect(pair.server.recorder.received == Array("a login\r\n".utf8))
        #expect(pair.client.recorder.received == Array("* OK\r\n".utf8))
    }

    @Test func theServersCertificateCanBeAskedFor() throws {
        let pair = try contexts.pair()
        #expect(pair.client.handler.peerCertificate == nil)
        try pair.carry()
        let certificate = try #require(pair.client.handler.peerCertificate)
        #expect(certificate.subject == "O=Postmoon, CN=good")
        #expect(certificate.issuer == "O=Postmoon, CN=ca")
        #expect(certificate.names == ["mail.example.test", "*.wild.example.test", "127.0.0.1", "0:0:0:0:0:0:0:1"])
        #expect(certificate.notBefore == 1_577_836_800)
        #expect(certificate.notAfter == 4_102_358_400)
    }

    @Test func whatAPeerWroteIsPrintable() {
        let certificate = TLSCertificate(
            subject: "CN=a\u{1b}[2Jb\r\n\u{202e}c", issuer: String(repeating: "x", count: 5000),
            names: Array(repeating: "a\0b", count: 100), notBefore: .min, notAfter: .max)
        #expect(certificate.subject == "CN=a[2Jbc")
        #expect(certificate.issuer.count == 256)
        #expect(certificate.names == Array(repeating: "ab", count: 20))
        let error = TLSError(reason: .expired, serverName: "a", certificate: certificate)
        #expect(error.description.contains("expired"))
    }

    @Test(arguments: [
        "mail.example.test", "MAIL.example.test", "mail.example.test.", "a.wild.example.test", "127.0.0.1", "::1",
    ])
    func namesOfTheCertificateAreAccepted(name: String) throws {
        let pair = try contexts.pair(asking: name)
        try pair.carry()
        #expect(try pair.client.handshakeResult()?.get() != nil)
        #expect(pair.client.recorder.errors.isEmpty)
    }

    @Test(arguments: [
        "example.test", "wild.example.test", "a.b.wild.example.test", "mail.example.test.evil.test", "127.0.0.2", "::2",
        "[::1]", "m*", "good",
    ])
    func otherNamesAreRefused(name: String) throws {
        let pair = try contexts.pair(asking: name)
        try pair.carry()
        let error = try #require(pair.client.recorder.errors.first)
        #expect(error.code == .certificateNameMismatch)
        #expect(error.serverName == name)
        #expect(error.certificate?.names.contains("mail.example.test") == true)
        #expect(error.description.contains("mail.example.test"))
        #expect(try pair.client.handshakeResult() == .failure(error))
        #expect(!pair.client.channel.isActive)
    }

    @Test(arguments: ["", ".", "a\0.example.test", String(repeating: "a", count: 300)])
    func whatCannotBeANameNeverConnects(name: String) throws {
        let client = try Endpoint(TLSHandler(client: contexts.client, serverName: name))
        #expect(client.recorder.errors.map(\.code) == [.configuration])
        #expect(try client.takeOutput().isEmpty)
        #expect(!client.channel.isActive)
    }

    @Test(arguments: [
        (Certificates.Name.expired, TLSError.Reason.expired, FaultCode.certificateExpired, "2021-02-03"),
        (.future, .notYetValid, .certificateExpired, "2098-01-01"),
        (.foreign, .untrusted, .certificateUntrusted, "CN=other"),
    ])
    func aBadCertificateIsNamed(name: Certificates.Name, reason: TLSError.Reason, code: FaultCode, says: String) throws
    {
        let pair = try contexts.pair(name)
        try pair.carry()
        let error = try #require(pair.client.recorder.errors.first)
        #expect(error.reason == reason)
        #expect(error.code == code)
        #expect(error.scope == .account)
        #expect(error.certificate?.subject.contains("CN=\(name.rawValue)") == true)
        #expect(error.description.contains(says))
        #expect(pair.client.recorder.events.last == .inactive)
        // The server hears of it by an alert, not by a cut line only.
        #expect(pair.server.recorder.errors.map(\.code) == [.protocolError])
    }

    @Test func theSystemsStoreDoesNotTrustOurAuthority() throws {
        let pair = try Pair(client: TLSClientContext(trust: .system), server: contexts.server())
        try pair.carry()
        #expect(pair.client.recorder.errors.map(\.code) == [.certificateUntrusted])
    }

    @Test func theServersOwnCertificateMayBeTheTrustedFile() throws {
        let client = try TLSClientContext(trust: .file(contexts.certificates.certificate(.good)))
        let pair = try Pair(client: client, server: contexts.server())
        try pair.carry()
        #expect(try pair.client.handshakeResult()?.get() != nil)
    }

    @Test(arguments: ["missing.pem", "good.key"])
    func aFileWithoutCertificatesIsRefused(file: String) throws {
        let path = contexts.certificates.path(file)
        let error = #expect(throws: TLSError.self) { try TLSClientContext(trust: .file(path)) }
        #expect(error?.code == .configuration)
        #expect(error?.description.contains(path) == true)
    }

    @Test func aServerNeedsTheKeyOfItsCertificate() throws {
        let certificates = contexts.certificates
        #expect(throws: TLSError.self) {
            try TLSServerContext(certificateFile: certificates.certificate(.good), keyFile: certificates.key(.foreign))
        }
    }

    @Test func aHostNameIsSentAndAnAddressIsNot() throws {
        let named = try Endpoint(TLSHandler(client: contexts.client, serverName: "mail.example.test"))
        #expect(try String(decoding: named.takeOutput(), as: UTF8.self).contains("mail.example.test"))
        let numbered = try Endpoint(TLSHandler(client: contexts.client, serverName: "127.0.0.1"))
        #expect(try !String(decoding: numbered.takeOutput(), as: UTF8.self).contains("127.0.0.1"))
    }

    @Test func tls12IsSpokenToo() throws {
        let certificates = contexts.certificates
        let server = try TLSServerContext(
            certificateFile: certificates.certificate(.good), keyFile: certificates.key(.good), newest: .tls12)
        let pair = try Pair(client: contexts.client, server: server)
        try pair.carry()
        #expect(try pair.client.handshakeResult()?.get().version == "TLSv1.2")
        pair.server.send("* OK\r\n")
        try pair.carry()
        #expect(pair.client.recorder.received == Array("* OK\r\n".utf8))
    }

    @Test func anOlderVersionIsRefused() throws {
        // A ServerHello of TLS 1.0: version, random, no session, TLS_RSA_WITH_AES_128_CBC_SHA, no compression.
        let hello = [0x02, 0, 0, 38, 3, 1] + [UInt8](repeating: 7, count: 32) + [0, 0, 0x2f, 0]
        let answers: [[UInt8]] = [[22, 3, 1, 0, UInt8(hello.count)] + hello, [21, 3, 1, 0, 2, 2, 70]]
        for answer in answers {
            let client = try Endpoint(TLSHandler(client: contexts.client, serverName: "mail.example.test"))
            try client.deliver(answer)
            #expect(client.recorder.errors.map(\.code) == [.tlsVersion])
        }
    }

    @Test(arguments: ["* OK Dovecot ready.\r\n", "220 mx ESMTP\r\n", "HTTP/1.1 400 Bad Request\r\n\r\n", "+", "\0"])
    func aPlaintextServerIsRecognisedByItsFirstByte(greeting: String) throws {
        let client = try Endpoint(TLSHandler(client: contexts.client, serverName: "mail.example.test"))
        for byte in greeting.utf8 { try client.deliver([byte]) }
        let error = try #require(client.recorder.errors.first)
        #expect(client.recorder.errors.count == 1)
        #expect(error.code == .tlsOnPlainPort)
        #expect(try client.handshakeResult() == .failure(error))
        // Nothing the server said is repeated.
        #expect(!error.description.contains("Dovecot"))
    }

    @Test func aLineCutInTheHandshakeIsTold() throws {
        let pair = try contexts.pair()
        let hello = try pair.client.takeOutput()
        try pair.server.deliver(hello)
        try pair.client.deliver(try pair.server.takeOutput().prefix(100))
        pair.client.cutOff()
        let error = TLSError(reason: .handshakeCutOff, serverName: "mail.example.test")
        #expect(pair.client.recorder.events == [.active, .error(error), .inactive])
        #expect(error.code == .connectionLost)
        #expect(try pair.client.handshakeResult() == .failure(error))
    }

    @Test func closingInTheHandshakeSettlesIt() throws {
        let client = try Endpoint(TLSHandler(client: contexts.client, serverName: "mail.example.test"))
        client.channel.close(promise: nil)
        #expect(
            try client.handshakeResult()
                == .failure(TLSError(reason: .handshakeCutOff, serverName: "mail.example.test")))
        #expect(client.recorder.errors.isEmpty)
    }

    @Test func aNameThatIsNoneInTheMidstOfAConnectionClosesIt() throws {
        let channel = EmbeddedChannel()
        channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 143), promise: nil)
        let recorder = Recorder()
        try channel.pipeline.syncOperations.addHandler(recorder)
        let handler = TLSHandler(client: contexts.client, serverName: "")
        try channel.pipeline.syncOperations.addHandler(handler, position: .first)
        #expect(recorder.errors.map(\.code) == [.configuration])
        #expect(!channel.isActive)
        #expect(throws: TLSError.self) { try handler.handshake.wait() }
    }

    @Test func itMayComeIntoTheMidstOfAConnection() throws {
        let server = try Endpoint(TLSHandler(server: contexts.server()))
        let channel = EmbeddedChannel()
        channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 143), promise: nil)
        let recorder = Recorder()
        try channel.pipeline.syncOperations.addHandler(recorder)
        try channel.writeInbound(ByteBuffer(string: "a OK begin\r\n"))
        let handler = TLSHandler(client: contexts.client, serverName: "mail.example.test")
        try channel.pipeline.syncOperations.addHandler(handler, position: .first)
        channel.writeAndFlush(ByteBuffer(string: "b capability\r\n"), promise: nil)
        while let bytes = try channel.readOutbound(as: ByteBuffer.self) {
            try server.deliver(bytes.readableBytesView)
            let answer = try server.takeOutput()
            if !answer.isEmpty { try channel.writeInbound(ByteBuffer(bytes: answer)) }
        }
        #expect(server.recorder.received == Array("b capability\r\n".utf8))
        #expect(recorder.errors.isEmpty)
        _ = try channel.finish()
    }
}
