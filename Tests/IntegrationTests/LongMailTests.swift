import TestKit
import Testing

/// Rules that read the text of mail with long files: the files stay on the server.
@Suite(.inTurn, .timeLimit(.minutes(5)))
struct LongMailTests {
    private static let fileBytes = 150_000

    /// A text, with a file that is much longer.
    private static func letter(_ subject: String, saying text: String, with file: String) -> Letter {
        var letter = Letter(subject)
        letter.headers = ["MIME-Version: 1.0", "Content-Type: multipart/mixed; boundary=\"=_outer\""]
        let line = String(repeating: "QUFB", count: 19) + "\r\n"
        letter.body = """
            --=_outer\r
            Content-Type: multipart/alternative; boundary="=_inner"\r
            \r
            --=_inner\r
            Content-Type: text/plain; charset=utf-8\r
            Content-Transfer-Encoding: quoted-printable\r
            \r
            \(text)\r
            --=_inner\r
            Content-Type: text/html\r
            \r
            <p>nothing to see</p>\r
            --=_inner--\r
            --=_outer\r
            Content-Type: application/pdf\r
            Content-Disposition: attachment; filename="\(file)"\r
            Content-Transfer-Encoding: base64\r
            \r
            \(String(repeating: line, count: fileBytes / line.utf8.count))\r
            --=_outer--\r

            """
        return letter
    }

    private static let rules = """
        rule "text"   { when = body:contains "grün ist die Hoffnung", run = { move "Text" } }
        rule "file"   { when = filename:is "Rechnung.pdf",            run = { move "File" } }
        rule "whole"  { when = subject:starts "Whole", run = function(m)
          if m.attachments[1].size > 100000 then m:move "Whole" end
        end }
        """

    private static func deliver(to user: String, on server: DovecotServer) async throws {
        try await server.deliver(
            letter("One", saying: "gr=C3=BCn ist die=\r\n Hoffnung", with: "bild.pdf"),
            letter("Two", saying: "red", with: "Rechnung.pdf"), letter("Three", saying: "blue", with: "other.pdf"),
            to: user)
    }

    private static func bytesFromServer(_ proxy: CuttingProxy) -> Int {
        proxy.pieces.filter { !$0.place.isClient }.reduce(0) { $0 + $1.bytes.count }
    }

    @Test func `A sweep reads the text of long messages and leaves their files`() async throws {
        let server = try await SharedServers.dovecot()
        let proxy = try CuttingProxy(to: server.imapPort, readsWire: true)
        var account = server.account(newUser(), .none)
        account.imap.port = proxy.port
        try await Self.deliver(to: account.user, on: server)
        let setup = try PostmoonSetup(accounts: [account], rules: Self.rules)
        #expect(try await setup.run("sweep", "--apply", "--yes").status == 0)
        #expect(server.subjects(of: account.user, in: "Text") == ["One"])
        #expect(server.subjects(of: account.user, in: "File") == ["Two"])
        #expect(server.subjects(of: account.user) == ["Three"])
        let said = proxy.pieces.filter(\.place.isClient).map { String(decoding: $0.bytes, as: UTF8.self) }
        #expect(said.count { $0.contains("BODYSTRUCTURE") } == 1)
        // Messages that are made alike are asked for together.
        #expect(said.count { $0.contains("BODY.PEEK[1.1]") } == 1)
        #expect(Self.bytesFromServer(proxy) < 20_000)
    }

    @Test func `Of a long message that arrives the files are read only when they are asked for`() async throws {
        let server = try await SharedServers.dovecot()
        let proxy = try CuttingProxy(to: server.imapPort, readsWire: true)
        var account = server.account(newUser(), .none)
        account.imap.port = proxy.port
        let setup = try PostmoonSetup(accounts: [account], rules: Self.rules)
        let daemon = try await setup.watch()
        try await Self.deliver(to: account.user, on: server)
        #expect(try await server.letter("One", of: account.user, in: "Text") != nil)
        #expect(try await server.letter("Two", of: account.user, in: "File") != nil)
        #expect(Self.bytesFromServer(proxy) < 20_000)
        try await server.deliver(Self.letter("Whole", saying: "green", with: "long.pdf"), to: account.user)
        #expect(try await server.letter("Whole", of: account.user, in: "Whole") != nil)
        #expect(Self.bytesFromServer(proxy) > Self.fileBytes)
        #expect(try await daemon.stop() == 0)
    }
}
