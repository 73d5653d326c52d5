import Accounts
import MailModel
import SMTPClient

/// Submits with a proof read for each submission. A token that the server refuses was not good for anything yet: it is
/// renewed, and the same submission tried again, once.
struct RenewingSubmitter: MailSubmitting {
    let credential: AccountCredential
    let server: ServerEndpoint
    /// Who submits with this proof.
    let submitter: @Sendable (LoginProof) -> any MailSubmitting

    func submit(
        _ submission: Submission, beforeFinalDot: @escaping @Sendable () async throws -> Void
    ) async -> SubmissionResult {
        do {
            let proof = try await credential.proof(for: server)
            let result = await submitter(proof).submit(submission, beforeFinalDot: beforeFinalDot)
            guard proof.isAccessToken, result.needsNewToken else { return result }
            await credential.forget(proof)
            let renewed = try await credential.proof(for: server)
            return await submitter(renewed).submit(submission, beforeFinalDot: beforeFinalDot)
        } catch {
            let fault = error as? any Fault
            return SubmissionResult(
                submission.recipients,
                all: .notSent(
                    SMTPError(
                        code: fault?.code ?? .authFailed, scope: fault?.scope ?? .account,
                        detail: fault?.description ?? "what to sign in with cannot be read")))
        }
    }
}

extension SubmissionResult {
    /// Whether it went no further than to a refused token.
    fileprivate var needsNewToken: Bool {
        outcomes.allSatisfy { _, outcome in
            guard case .notSent(let error) = outcome else { return false }
            return error.code == .oauthExpired
        }
    }
}
