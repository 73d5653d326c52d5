import TestKit
import Testing

/// Every way to a server, and every way it can be the wrong one.
@Suite(.inTurn, .timeLimit(.minutes(5)))
struct ConnectionTests {
    static let rules = #"rule "all" { when = subject:starts "File", run = { move "Filed" } }"#

    @Test(arguments: AccountText.Security.allCases)
    func `Mail is filed over TLS, STARTTLS and loopback in the clear`(_ security: AccountText.Security) async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let setup = try PostmoonSetup(accounts: [server.account(user, security)], rules: Self.rules)
        let daemon = try await setup.watch()
        try await server.deliver(Letter("File me"), to: user)
        #expect(try await server.letter("File me", of: user, in: "Filed") != nil)
        #expect(try await daemon.stop() == 0)
    }

    /// What is wrong, and the name it must be given.
    enum Fault: String, CaseIterable {
        case wrongPassword = "auth_failed"
        case tlsToPlainPort = "tls_on_plain_port"
        case startTLSToTLSPort = "plain_on_tls_port"
        case untrusted = "certificate_untrusted"
        case untrustedAfterSTARTTLS = "certificate_untrusted (starttls)"
        case expired = "certificate_expired"
        case expiredAfterSTARTTLS = "certificate_expired (starttls)"
        case misnamed = "certificate_name_mismatch"
        case misnamedAfterSTARTTLS = "certificate_name_mismatch (starttls)"
        case nobodyListens = "connection_refused"
        case noSuchHost = "dns_failure"

        var code: String { String(rawValue.prefix { $0 != " " }) }

        func account(_ user: String) async throws -> (server: DovecotServer, account: AccountText) {
            let kind: TestCertificates.Kind =
                switch self {
                case .expired, .expiredAfterSTARTTLS: .expired
                case .misnamed, .misnamedAfterSTARTTLS: .wrongName
                default: .good
                }
            let server = try await SharedServers.dovecot(certificate: kind)
            var account = server.account(user, rawValue.hasSuffix("(starttls)") ? .starttls : .tls)
            switch self {
            case .wrongPassword: account.password = "not the right one"
            case .tlsToPlainPort: account.imap.port = server.imapPort
            case .startTLSToTLSPort: account.imap.security = .starttls
            case .untrusted: account.imap.authority = nil
            case .untrustedAfterSTARTTLS: account.imap.authority = server.certificates.otherAuthorityFile
            case .nobodyListens: account.imap.port = try FreePorts.take(1)[0]
            case .noSuchHost: account.host = "no-such-host.invalid"
            case .expired, .expiredAfterSTARTTLS, .misnamed, .misnamedAfterSTARTTLS: break
            }
            return (server, account)
        }
    }

    @Test(arguments: Fault.allCases)
    func `A connection that cannot be made has a name, and the other account goes on`(_ fault: Fault) async throws {
        let user = newUser()
        let (server, account) = try await fault.account(user)
        let good = try await SharedServers.dovecot()
        var other = good.account(newUser("other"))
        other.name = "other"
        try await server.deliver(Letter("File me"), to: user)
        let setup = try PostmoonSetup(accounts: [account, other], rules: Self.rules)
        let daemon = try setup.start("run")

        let entry = try await daemon.entry(within: .seconds(60)) { $0["account"] == "lab" && $0["code"] != nil }
        #expect(entry["code"] == fault.code, "\(entry)")
        try await daemon.entry("ready", within: .seconds(60))
        let status = try await setup.run("status", "--json")
        #expect(status.status == 1)
        let shown = try status.object().objects("accounts")
        #expect(shown.first?.text("state") == "failing")
        #expect(shown.first?.text("code") == fault.code)
        #expect(shown.first?.text("last_error")?.isEmpty == false)
        #expect(shown.last?.text("state") == "watching")

        try await good.deliver(Letter("File me too"), to: other.user)
        #expect(try await good.letter("File me too", of: other.user, in: "Filed") != nil)
        #expect(try await server.subjects(of: user, become: ["File me"]) == ["File me"])
        #expect(daemon.log.allSatisfy { !$0.line.contains("not the right one") }, "no secret in the log")
        #expect(try await daemon.stop() == 0)
    }
}
