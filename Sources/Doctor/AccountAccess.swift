import Accounts
import IMAPSession
import IMAPSyntax
import MailModel
import MailTransport
import SMTPClient

/// How the program that runs gets into an account; the doctor goes the same way.
public protocol AccountAccess: Sendable {
    /// Reads what proves who signs in, and forgets it.
    func readSecret() async throws

    /// Signs in to the IMAP server, trying each form of the user name as `run` does.
    ///
    /// - Returns: the connection, what the server offers, and the user name that it took.
    func signIn() async throws -> (connection: IMAPConnection, server: SignedIn, user: String)

    /// Who hands over mail, to the account's own endpoint only; `nil` when it cannot send.
    func submitter(seconds: Double, witness: TLSWitness) -> (any MailSubmitting)?

    /// Which folder plays which role.
    func roles(in lists: [ListEntry], layout: MailboxLayout) -> [MailboxRole: MailboxName]

    /// What an error means; knows the password's shape where one was tried.
    func explain(_ error: any Error, service: FaultAdvice.Service) async -> FaultExplanation
}
