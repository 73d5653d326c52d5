import Accounts
import Doctor
import Foundation
import IMAPSession
import IMAPSyntax
import Logging
import MailModel
import MailTransport
import SMTPClient

/// Goes into an account as `run` does, with the doctor's patience.
struct ConnectorAccess: AccountAccess {
    let account: AccountConfiguration
    private let connector: AccountConnector

    /// What it finds it says in its results.
    static let silent = Logger(label: "doctor", factory: { _ in SwiftLogNoOpLogHandler() })

    init(account: AccountConfiguration, dialer: Dialer, seconds: Double) {
        self.account = account
        let credential = AccountCredential(
            account, http: dialer, clock: { Int64(Date().timeIntervalSince1970) }, logger: Self.silent)
        connector = AccountConnector(
            account: account, credential: credential, dialer: dialer, logger: Self.silent,
            deadlines: SessionDeadlines(greeting: seconds, answer: seconds, idleAnswer: seconds))
    }

    func readSecret() async throws { try await connector.readSecret() }

    func signIn() async throws -> (connection: IMAPConnection, server: SignedIn, user: String) {
        let session = try await connector.connect()
        return (session.connection, session.server, connector.acceptedName ?? account.user)
    }

    func submitter(seconds: Double, witness: TLSWitness) -> (any MailSubmitting)? {
        connector.submitter(deadlines: SubmissionDeadlines(seconds: seconds), witness: witness)
    }

    func roles(in lists: [ListEntry], layout: MailboxLayout) -> [MailboxRole: MailboxName] {
        FolderRoles.find(in: lists, layout: layout, account: account)
    }

    func explain(_ error: any Error, service: FaultAdvice.Service) async -> FaultExplanation {
        // Only the shape of the password is looked at.
        FaultExplanation(error, of: account, service: service, password: try? await account.keptPassword())
    }
}
