import Foundation
import MailModel
import TestKit
import Testing

@testable import Doctor

/// Every code of DESIGN §5: a real or scripted fault that gives exactly that code, and a sentence what to do.
@Suite(.timeLimit(.minutes(3)))
struct FaultCodeTests {
    /// What keeps the scripted servers alive while the doctor looks.
    typealias Case = (patient: Patient, servers: [AnyObject])

    struct Fault: CustomTestStringConvertible, Sendable {
        var code: String
        var what: String
        /// The check at which it is found.
        var place: String
        var make: @Sendable () async throws -> Case

        init(_ code: String, _ what: String, at place: String, _ make: @escaping @Sendable () async throws -> Case) {
            self.code = code
            self.what = what
            self.place = place
            self.make = make
        }

        var testDescription: String { "\(code): \(what)" }
    }

    static let codes: Set = [
        "dns_failure", "connection_refused", "connection_timeout", "tls_on_plain_port", "plain_on_tls_port",
        "starttls_missing", "starttls_stripped", "certificate_untrusted", "certificate_expired",
        "certificate_name_mismatch", "tls_intercepted", "tls_version", "auth_failed", "app_password_needed",
        "app_password_shape", "oauth_expired", "login_disabled", "imap_disabled", "too_many_connections", "throttled",
        "unavailable", "folder_missing", "folder_read_only", "smtp_sender_refused", "smtp_recipient_refused",
        "smtp_too_large", "smtp_quota", "protocol_error",
    ]

    static let faults = reaching + protecting + signingIn + folders + sending

    @Test func everyCodeHasAFault() {
        #expect(Self.codes.subtracting(Self.faults.map(\.code)).isEmpty)
    }

    @Test(arguments: faults) func isNamed(_ fault: Fault) async throws {
        let (patient, servers) = try await fault.make()
        let findings = try await patient.findings()
        withExtendedLifetime(servers) {}
        #expect(findings.map(\.code?.rawValue) == [fault.code], "\(findings)")
        let finding = try #require(findings.first)
        #expect(finding.check == fault.place)
        #expect(!finding.detail.isEmpty)
        let advice = try #require(finding.advice)
        #expect(advice.count > 30 && advice.hasSuffix(".") || advice.hasSuffix(")."), "\(advice)")
        #expect(!"\(finding)".contains(patient.password))
    }

    // MARK: Scripted servers

    static func imap(
        _ script: IMAPScript, _ security: ScriptedPort.Security = .plain, provider: String? = nil,
        user: String = "jane@example.org", password: String = "secret", extra: String = ""
    ) async throws -> Case {
        let port = try await ScriptedPort(security) { script.conversation() }
        var patient = Patient(provider: provider, user: user, password: password)
        patient.imap = try server(port.port, security)
        patient.extra = extra
        // A profile brings a server of its own, which no test talks to.
        guard provider != nil else { return (patient, [port]) }
        let submission = try await ScriptedPort { SMTPScript().conversation() }
        patient.smtp = Patient.Server(port: submission.port)
        return (patient, [port, submission])
    }

    static func smtp(_ script: SMTPScript, _ security: ScriptedPort.Security = .plain) async throws -> Case {
        let (patient, servers) = try await imap(IMAPScript())
        let port = try await ScriptedPort(security) { script.conversation() }
        var sending = patient
        sending.smtp = try server(port.port, security)
        return (sending, servers + [port])
    }

    static func server(_ port: Int, _ security: ScriptedPort.Security) throws -> Patient.Server {
        let authority = try TestCertificates.shared().authorityFile
        return switch security {
        case .plain: Patient.Server(port: port)
        case .tls: Patient.Server(port: port, security: "tls", authority: authority)
        case .startTLS: Patient.Server(port: port, security: "starttls", authority: authority)
        }
    }
}
