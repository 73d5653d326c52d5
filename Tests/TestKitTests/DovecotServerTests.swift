import Foundation
import Testing

@testable import TestKit

@Suite struct DovecotServerTests {
    @Test func mailDeliveredByLMTPLiesInTheMailbox() async throws {
        let server = try await DovecotServer.start()
        let lmtp = try await server.lmtp()
        try await lmtp.deliver("Subject: one\n\n.a line with a dot\n.", to: "jane@example.org")
        try await lmtp.deliver(Array("Subject: two\r\n  folded\r\n\r\nx".utf8), to: ["jane@example.org", "joe"])
        let messages = server.messages(of: "jane@example.org")
        #expect(Set(messages.compactMap { $0.header("SUBJECT") }) == ["one", "two  folded"])
        #expect(messages.contains { $0.text.hasSuffix("\n\n.a line with a dot\n.\n") })
        #expect(server.messages(of: "joe").count == 1)
        #expect(server.messages(of: "nobody").isEmpty)
        await server.stop()
    }

    @Test(arguments: CapabilityProfile.allCases)
    func itAnnouncesItsProfile(profile: CapabilityProfile) async throws {
        var options = DovecotServer.Options()
        options.capabilities = profile
        let server = try await DovecotServer.start(options)
        let imap = try Dialogue(port: server.imapPort)
        #expect(try imap.imap()[0].hasPrefix("* OK"))
        #expect(try imap.imap("LOGIN jane secret").last?.hasPrefix("a OK") == true)
        let capabilities = Set(try imap.imap("CAPABILITY")[0].split(separator: " ").map(String.init))
        let expected: [(String, Set<CapabilityProfile>)] = [
            ("MOVE", [.full, .withoutCondstore, .withoutIdle, .withoutNotify]),
            ("UIDPLUS", [.full, .withoutMove, .withoutCondstore, .withoutIdle, .withoutNotify, .icloud]),
            ("CONDSTORE", [.full, .withoutMove, .withoutIdle, .withoutNotify, .icloud]),
            ("IDLE", [.full, .withoutMove, .withoutCondstore, .withoutNotify, .minimal, .icloud]),
            ("SPECIAL-USE", [.full, .withoutMove, .withoutCondstore, .withoutIdle, .withoutNotify]),
            ("LITERAL+", [.full, .withoutMove, .withoutCondstore, .withoutIdle, .withoutNotify]),
            ("NOTIFY", [.full, .withoutMove, .withoutCondstore]),
        ]
        for (name, profiles) in expected {
            #expect(capabilities.contains(name) == profiles.contains(profile), "\(name) in \(profile)")
        }
        await server.stop()
    }

    @Test func namesSpecialUseFoldersAndPrefixesAreAsAsked() async throws {
        var options = DovecotServer.Options()
        options.separator = "."
        options.prefix = "INBOX."
        options.password = "other"
        let server = try await DovecotServer.start(options)
        let imap = try Dialogue(port: server.imapPort)
        _ = try imap.imap()
        #expect(try imap.imap("LOGIN jane secret").last?.hasPrefix("a NO") == true)
        #expect(try imap.imap("LOGIN jane other").last?.hasPrefix("a OK") == true)
        let list = try imap.imap("LIST \"\" \"*\"")
        #expect(list.contains { $0.contains("\\Trash") && $0.contains("\".\"") && $0.contains("INBOX.Trash") })
        #expect(try imap.imap("CREATE INBOX.A.&AOQ-").last?.hasPrefix("a OK") == true)
        #expect(server.mailboxes(of: "jane").contains("A/ä"))
        await server.stop()
    }

    @Test func anIdlingClientHearsOfMail() async throws {
        var options = DovecotServer.Options()
        options.prompt = true
        let server = try await DovecotServer.start(options)
        let imap = try Dialogue(port: server.imapPort)
        _ = try imap.imap()
        _ = try imap.imap("LOGIN jane secret")
        _ = try imap.imap("SELECT INBOX")
        try imap.write("b IDLE\r\n")
        #expect(try imap.line().hasPrefix("+"))
        let lmtp = try await server.lmtp()
        // The first may fall into the moment before Dovecot watches the folder.
        try await lmtp.deliver("Subject: one\n\n", to: "jane")
        while try imap.line() != "* 1 EXISTS" {}
        // A busy machine may be late; Dovecot's own half second would be there each time.
        var quickest = Duration.seconds(60)
        for count in 2...12 where quickest >= .milliseconds(450) {
            let start = ContinuousClock.now
            try await lmtp.deliver("Subject: \(count)\n\n", to: "jane")
            while try imap.line() != "* \(count) EXISTS" {}
            quickest = min(quickest, start.duration(to: .now))
        }
        #expect(quickest < .milliseconds(450), "Dovecot's half second should be gone")
        await server.stop()
    }

    @Test func itEndsAndStartsAgainWithItsMail() async throws {
        let server = try await DovecotServer.start()
        let identifier = try #require(server.processIdentifier)
        #expect(kill(identifier, 0) == 0)
        try await server.lmtp().deliver("Subject: kept\n\n", to: "jane")
        await server.stop()
        #expect(kill(identifier, 0) != 0)
        #expect(server.processIdentifier == nil)
        #expect(throws: (any Error).self) { _ = try Dialogue(port: server.imapPort).imap() }
        try await server.restart()
        #expect(server.messages(of: "jane").map { $0.header("Subject") } == ["kept"])
        #expect(try Dialogue(port: server.imapPort).imap()[0].hasPrefix("* OK"))
        #expect(try await server.doveadm("who").contains("username"))
    }

    @Test func aConfigurationThatDovecotRefusesIsAnErrorWithItsLog() async throws {
        var options = DovecotServer.Options()
        options.extra = "no_such_setting = 1"
        let error = try await #require(throws: ServerUnavailable.self) { _ = try await DovecotServer.start(options) }
        #expect(error.description.contains("no_such_setting"))
    }

    @Test(arguments: TestCertificates.Kind.allCases)
    func aClientThatVerifiesAcceptsOnlyTheGoodCertificate(kind: TestCertificates.Kind) async throws {
        var options = DovecotServer.Options()
        options.certificate = kind
        let server = try await DovecotServer.start(options)
        for protocolArguments in [
            ["-port", "\(server.imapsPort)"], ["-port", "\(server.imapPort)", "-starttls", "imap"],
        ] {
            let openssl = try Programs.find("openssl", package: "openssl")
            let output = Result {
                try Programs.run(
                    openssl,
                    ["s_client", "-host", "127.0.0.1", "-verify_return_error", "-verify_hostname", "localhost"]
                        + ["-CAfile", server.certificates.authorityFile] + protocolArguments)
            }
            switch (kind, output) {
            case (.good, .success(let text)): #expect(text.contains("Verify return code: 0 (ok)"))
            case (.good, .failure(let error)): Issue.record(error)
            case (_, .success): Issue.record("\(kind) was accepted")
            case (.wrongName, .failure(let error)): #expect("\(error)".contains("ostname mismatch"))
            case (.expired, .failure(let error)): #expect("\(error)".contains("certificate has expired"))
            case (.notYetValid, .failure(let error)): #expect("\(error)".contains("not yet valid"))
            case (.otherAuthority, .failure(let error)), (.intercepted, .failure(let error)):
                #expect("\(error)".contains("local issuer certificate"))
            }
        }
        await server.stop()
    }
}
