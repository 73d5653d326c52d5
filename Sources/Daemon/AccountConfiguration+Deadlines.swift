import Accounts
import IMAPSession
import SMTPClient

extension AccountConfiguration {
    /// `timeout`, else what fits IMAP servers.
    var sessionDeadlines: SessionDeadlines {
        guard let seconds = timeoutSeconds.map(Double.init) else { return .standard }
        return SessionDeadlines(greeting: seconds, answer: seconds, idleAnswer: seconds)
    }

    /// `timeout`, else what RFC 5321 asks for.
    var submissionDeadlines: SubmissionDeadlines {
        timeoutSeconds.map { SubmissionDeadlines(seconds: Double($0)) } ?? .standard
    }
}
