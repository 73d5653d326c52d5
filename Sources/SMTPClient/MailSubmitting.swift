/// Who can carry a submission to an account's server: dials, runs the dialogue, hangs up.
public protocol MailSubmitting: Sendable {
    /// Every failure is in the result, recipient by recipient.
    ///
    /// - Parameter beforeFinalDot: makes it durable that the final dot may go out; awaited before it is written. When
    ///   it throws, the message is not sent.
    func submit(_ submission: Submission, beforeFinalDot: @escaping @Sendable () async throws -> Void) async
        -> SubmissionResult
}
