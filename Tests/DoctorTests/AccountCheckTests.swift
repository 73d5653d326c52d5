import Foundation
import MailModel
import TestKit
import Testing

@testable import Doctor

/// What the doctor says beside the faults, and what it takes care not to do.
@Suite(.timeLimit(.minutes(2)))
struct AccountCheckTests {
    private func check(_ name: String, in checks: [CheckResult]) throws -> CheckResult {
        try #require(checks.first { $0.check == name }, "\(checks.map(\.check))")
    }

    @Test func aServerThatIsRightHasNoFault() async throws {
        let (patient, servers) = try await FaultCodeTests.smtp(SMTPScript(), .tls(.good))
        let checks = try await patient.checks()
        withExtendedLifetime(servers) {}
        #expect(checks.filter { !$0.ok }.isEmpty, "\(checks)")
        let tls = try check("smtp.tls", in: checks)
        #expect(tls.detail.contains("TLSv1.3"))
        #expect(tls.detail.contains("O=Postmoon tests"))
        #expect(try check("smtp.offers", in: checks).detail.contains("20 MB"))
        #expect(try check("smtp.envelope", in: checks).detail.contains("jane@example.org"))
    }

    @Test func aPasswordThatIMAPRefusedIsNotTriedAtSubmission() async throws {
        let log = SMTPScriptLog()
        var (patient, servers) = try await FaultCodeTests.imap(.refusing("NO [AUTHENTICATIONFAILED] no"))
        let submission = try await ScriptedPort { SMTPScript().conversation(log) }
        servers.append(submission)
        patient.smtp = .init(port: submission.port)
        let checks = try await patient.checks()
        withExtendedLifetime(servers) {}
        #expect(checks.contains { $0.check == "smtp.port" && $0.ok }, "the port is looked at all the same")
        #expect(!checks.contains { $0.check == "smtp.login" })
        #expect(log.lines.isEmpty)
    }

    @Test(arguments: [
        ("302 Found\r\nServer: x\r\nlocation: https://login.hotel.example/start?x=1", "login.hotel.example"),
        ("511 Network Authentication Required\r\nContent-Length: 0", "captive portal"),
    ])
    func aNetworkThatWantsASignInIsRecognisedByTheWeb(answer: String, words: String) async throws {
        let web = try await Words.port(then: PortReply("HTTP/1.1 \(answer)\r\n\r\n"))
        var patient = Patient(imap: .init(port: try FreePorts.take(1)[0]))
        patient.webPort = web.port
        let checks = try await patient.checks()
        withExtendedLifetime(web) {}
        #expect(checks.filter { !$0.ok }.map(\.code) == [.connectionRefused])
        let network = try check("imap.network", in: checks)
        #expect(network.detail.contains(words), "\(network)")
        #expect(network.advice?.contains("browser") == true)
    }

    @Test(arguments: [
        "HTTP/1.1 301 Moved\r\nLocation: https://127.0.0.1/\r\n\r\n", "HTTP/1.1 302 Found\r\nLocation: /login\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\n", "220 mail.example.org ESMTP\r\n\r\n",
    ])
    func anOrdinaryWebServerIsNoPortal(answer: String) async throws {
        let web = try await Words.port(then: PortReply(answer))
        var patient = Patient(imap: .init(port: try FreePorts.take(1)[0]))
        patient.webPort = web.port
        let checks = try await patient.checks()
        withExtendedLifetime(web) {}
        #expect(!checks.contains { $0.check == "imap.network" }, "\(checks)")
    }

    @Test func aServerThatAnswersIsNotAskedForItsPages() async throws {
        let web = try await Words.port(then: PortReply("HTTP/1.1 511 No\r\n\r\n"))
        var (patient, servers) = try await FaultCodeTests.imap(IMAPScript())
        patient.webPort = web.port
        let checks = try await patient.checks()
        withExtendedLifetime((web, servers)) {}
        #expect(!checks.contains { $0.check == "imap.network" })
    }

    @Test func aRelayWithoutLoginHearsNoSecret() async throws {
        let log = SMTPScriptLog()
        // That the mailbox refuses the password does not matter to a relay that asks for none.
        var (patient, servers) = try await FaultCodeTests.imap(.refusing("NO [AUTHENTICATIONFAILED] no"))
        let relay = try await ScriptedPort { SMTPScript().conversation(log) }
        servers.append(relay)
        patient.smtp = .init(port: relay.port, signsIn: false)
        let checks = try await patient.checks()
        withExtendedLifetime(servers) {}
        #expect(try check("smtp.login", in: checks).detail.contains("without a login"))
        #expect(try check("smtp.envelope", in: checks).ok)
        #expect(!log.lines.contains("AUTH"), "\(log.lines)")
    }

    @Test func aRelayThatWantsALoginAfterAllIsTold() async throws {
        var (patient, servers) = try await FaultCodeTests.smtp(.answering("MAIL", "530 5.7.0 Authentication required"))
        patient.smtp?.signsIn = false
        let finding = try #require(try await patient.findings().first)
        withExtendedLifetime(servers) {}
        #expect(finding.code == .authFailed)
        #expect(finding.advice?.contains("login = false") == true)
    }

    @Test func aScannerThatIsTrustedIsTold() async throws {
        var (patient, servers) = try await FaultCodeTests.imap(IMAPScript(), .tls(.intercepted))
        patient.imap.authority = try TestCertificates.shared().interceptorFile
        let checks = try await patient.checks()
        withExtendedLifetime(servers) {}
        #expect(checks.filter { !$0.ok }.isEmpty)
        let tls = try check("imap.tls", in: checks)
        #expect(tls.code == .tlsIntercepted)
        #expect(tls.detail.contains("Avast Antivirus"))
        #expect(tls.advice?.contains("reads mail") == true)
    }

    @Test func aScannerThatIsNotTrustedIsNamed() async throws {
        let (patient, servers) = try await FaultCodeTests.imap(IMAPScript(), .tls(.intercepted))
        let finding = try #require(try await patient.findings().first)
        withExtendedLifetime(servers) {}
        #expect(finding.detail.contains("Avast Antivirus"))
        #expect(finding.advice?.contains("scanning") == true)
    }

    @Test func whatARefusalMeansDependsOnWhoSaysIt() async throws {
        let advice = { (code: String, what: String) async throws -> String in
            let fault = try #require(FaultCodeTests.faults.first { $0.code == code && $0.what == what })
            let (patient, servers) = try await fault.make()
            let finding = try #require(try await patient.findings().first)
            withExtendedLifetime(servers) {}
            return finding.advice ?? ""
        }
        #expect(try await advice("auth_failed", "an alias as user name at iCloud").contains("looks like an alias"))
        #expect(try await advice("auth_failed", "a revoked app password at iCloud").contains("revokes app passwords"))
        #expect(try await advice("auth_failed", "a password at Microsoft, which takes none").contains("oauth2"))
        #expect(try await advice("auth_failed", "an account that was locked").contains("unlock"))
        #expect(try await advice("app_password_shape", "the main password at iCloud").contains("xxxx-xxxx-xxxx-xxxx"))
        #expect(try await advice("protocol_error", "the sign-in page of a hotel's network").contains("browser"))
        #expect(try await advice("certificate_expired", "not valid yet: the clock here may be wrong").contains("date"))
    }

    @Test func aSecretThatCannotBeReadIsOneFaultAndNoLogin() async throws {
        let (patient, servers) = try await FaultCodeTests.imap(IMAPScript())
        let folder = try TemporaryFolder("pmdr")
        let configuration = try patient.configuration(in: folder)
        try FileManager.default.removeItem(atPath: folder.file("secret"))
        let checks = await patient.checks(configuration)
        withExtendedLifetime(servers) {}
        #expect(checks.filter { !$0.ok }.map(\.check) == ["secret"])
        #expect(checks.contains { $0.check == "imap.greeting" && $0.ok })
        #expect(!checks.contains { $0.check == "imap.login" })
    }

    /// The server offers IDLE, and tells nobody anything.
    @Test func aPushThatDoesNotComeIsFound() async throws {
        let server = ICloudServer()
        let port = try await ScriptedPort { server.conversation() }
        var patient = Patient(provider: "icloud", user: ICloudServer.user, password: ICloudServer.password)
        patient.imap = .init(port: port.port)
        let submission = try await ScriptedPort { SMTPScript().conversation() }
        patient.smtp = .init(port: submission.port)
        patient.write = true
        patient.step = 2
        patient.now = Int64(Date().timeIntervalSince1970)
        let findings = try await patient.findings()
        #expect(findings.map(\.code?.rawValue) == ["no_push"], "\(findings)")
        #expect(server.mailboxes.allSatisfy { !$0.contains("doctor") }, "it cleans up all the same")
    }

    @Test func aClockThatIsWrongIsFoundByWriting() async throws {
        let server = ICloudServer()
        let port = try await server.listen(.plain)
        var patient = Patient(provider: "icloud", user: ICloudServer.user, password: ICloudServer.password)
        patient.imap = .init(port: port.port)
        let submission = try await ScriptedPort { SMTPScript().conversation() }
        patient.smtp = .init(port: submission.port)
        patient.write = true
        patient.now = Int64(Date().timeIntervalSince1970) + 7_200
        let findings = try await patient.findings()
        #expect(findings.map(\.code) == [.clockSkew], "\(findings)")
        #expect(findings.first?.detail.contains("ahead of") == true)
    }
}
