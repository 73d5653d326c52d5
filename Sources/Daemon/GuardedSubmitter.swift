import Accounts
import Doctor
import MailModel
import SMTPClient

/// Submits through a guard: what the submission server refused of the login is not tried again at once.
struct GuardedSubmitter: MailSubmitting {
    let account: AccountConfiguration
    let loginGuard: LoginGuard
    let inner: any MailSubmitting

    func submit(
        _ submission: Submission, beforeFinalDot: @escaping @Sendable () async throws -> Void
    ) async -> SubmissionResult {
        do {
            try await loginGuard.admit { [account] in try await account.keptSubmissionPassword() }
        } catch {
            let fault = error as? any Fault
            return SubmissionResult(
                submission.recipients,
                all: .notSent(
                    SMTPError(
                        code: fault?.code ?? .authFailed, scope: fault?.scope ?? .account,
                        detail: fault?.description ?? "what to sign in with cannot be read")))
        }
        var result = await inner.submit(submission, beforeFinalDot: beforeFinalDot)
        if let error = result.outcomes.lazy.compactMap(\.outcome.error).first {
            let explanation = FaultExplanation(error, of: account, service: .smtp)
            loginGuard.note(error, explanation)
            if error.scope >= .account { result.advise(explanation.advice) }
        }
        return result
    }
}

extension SubmissionResult {
    /// Says what to do behind what has happened.
    fileprivate mutating func advise(_ advice: String) {
        for index in outcomes.indices {
            guard case .notSent(var error) = outcomes[index].outcome else { continue }
            error.advice = advice
            outcomes[index].outcome = .notSent(error)
        }
    }
}

extension AccountConfiguration {
    /// The password as it is kept now; `nil` where the account signs in by tokens, which change by themselves.
    func keptPassword() async throws -> Secret? {
        switch credential {
        case .password(let source): try await source.read()
        case .typed(let password): password
        case .oauth2: nil
        }
    }

    /// The same for the submission server; `nil` where that takes mail without a login.
    func keptSubmissionPassword() async throws -> Secret? {
        smtp?.signsIn == false ? nil : try await keptPassword()
    }
}
