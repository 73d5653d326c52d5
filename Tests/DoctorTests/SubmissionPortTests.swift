import Accounts
import Foundation
import MailModel
import MailTransport
import SMTPClient
import TestKit
import Testing

@testable import Daemon

/// A network that blocks the usual port of submission is gone round where the provider has another.
@Suite(.timeLimit(.minutes(1)))
struct SubmissionPortTests {
    private func submit(
        _ endpoints: [Int], _ security: TransportSecurity = .none
    ) async throws -> RecipientOutcome {
        let dialer = Dialer(threads: 1)
        let ports = endpoints.map { Endpoint(host: "127.0.0.1", port: $0, security: security, caFile: nil) }
        let submitter = SMTPSubmitter(
            dialer: dialer, endpoint: ports[0], alternatives: Array(ports.dropFirst()), deadlines: .standard,
            logger: ConnectorAccess.silent, login: { nil })
        let address = try #require(EnvelopeAddress("jane@example.org"))
        let message = Submission(sender: address, recipients: [address], data: Array("Subject: x\r\n\r\nx\r\n".utf8))
        let result = await submitter.submit(message) {}
        await dialer.shutDown()
        return try #require(result.outcomes.first?.outcome)
    }

    @Test func theOtherPortIsTaken() async throws {
        let log = SMTPScriptLog()
        let other = try await ScriptedPort { SMTPScript().conversation(log) }
        let outcome = try await submit([try FreePorts.take(1)[0], other.port])
        #expect(outcome.disposition == .accepted)
        #expect(log.messages.count == 1)
    }

    @Test func aServerThatAnswersIsNotGoneRound() async throws {
        let log = SMTPScriptLog()
        let usual = try await ScriptedPort { SMTPScript.answering("MAIL", "550 5.7.0 no").conversation() }
        let other = try await ScriptedPort { SMTPScript().conversation(log) }
        let outcome = try await submit([usual.port, other.port])
        #expect(outcome.error?.code == .smtpSenderRefused)
        #expect(log.lines.isEmpty)
    }

    @Test func whereNothingCanBeReachedTheUsualPortIsNamed() async throws {
        let ports = try FreePorts.take(2)
        let outcome = try await submit(ports)
        #expect(outcome.error?.code == .connectionRefused)
        #expect(outcome.error?.detail.contains(":\(ports[0])") == true)
    }
}
