import Accounts
import IMAPSession
import MailModel
import MailTransport
import SMTPClient

/// What an error of a mail server, or on the way to it, means for a person: the same in `doctor`, `run`, `status` and
/// the log.
public struct FaultExplanation: Sendable, Hashable {
    public var code: FaultCode
    public var scope: FaultScope
    /// What happened.
    public var detail: String
    /// What to do about it.
    public var advice: String
    /// Seconds for which the server asked to be left alone.
    public var retryAfter: Int?
    /// Whether it passes by itself.
    public var isTransient: Bool

    /// - Parameter password: what was tried, to look at its shape; `nil`: not known, or no password.
    public init(
        _ error: any Error, of account: AccountConfiguration, service: FaultAdvice.Service = .imap,
        password: Secret? = nil
    ) {
        switch error {
        case let error as SessionError: self.init(error, account, password)
        case let error as SMTPError: self.init(error, account, password)
        case let error as WaitingLogin:
            self.init(error.reason, of: account, service: service, password: password)
            detail = "\(error)"
            if retryAfter != nil || code == .throttled { retryAfter = error.seconds }
        default: self.init(other: error, account, service)
        }
    }

    private init(other error: any Error, _ account: AccountConfiguration, _ service: FaultAdvice.Service) {
        let fault = error as? any Fault
        let code = fault?.code ?? FaultCode(rawValue: "unexpected")
        self.code = code
        scope = fault?.scope ?? .connection
        detail = (error as? TransportError)?.text ?? "\(error)"
        let endpoint = service == .imap ? account.imap : account.smtp
        advice = FaultAdvice.sentence(for: code, service, account.profile, endpoint)
        isTransient = Self.passes(code)
    }

    private init(_ error: SessionError, _ account: AccountConfiguration, _ password: Secret?) {
        code = error.code
        scope = error.scope
        detail = error.text
        retryAfter = error.retryAfter
        isTransient = error.isTransient
        advice = error.advice
        let refusal = IMAPRefusal(
            moment: error.moment, status: error.isFarewell || error.isGreeting ? .bye : .no,
            responseCode: error.responseCode?.name, text: error.text)
        let verdict: ServerVerdict?
        // What has its advice was explained where the password was at hand.
        if error.advice.isEmpty, error.isFromServer {
            let fits = password.flatMap { password in
                account.profile.signIn.appPasswordShape.map { $0.matches(password) }
            }
            verdict =
                refusal.moment == .login
                ? ServerMessageClassifier.imapLogin(
                    refusal, profile: account.profile, passwordFits: fits, user: account.user)
                : ServerMessageClassifier.imap(refusal, profile: account.profile)
        } else {
            verdict = nil
        }
        if let verdict {
            code = verdict.code
            scope = verdict.scope
            advice = verdict.advice
            isTransient = verdict.isTransient
            retryAfter = verdict.retryAfter
        }
        if advice.isEmpty { advice = FaultAdvice.sentence(for: code, .imap, account.profile, account.imap) }
    }

    private init(_ error: SMTPError, _ account: AccountConfiguration, _ password: Secret?) {
        code = error.code
        if code == .authFailed, account.profile.signIn.needsAppPassword, let password,
            account.profile.signIn.appPasswordShape?.matches(password) == false
        {
            code = .appPasswordShape
        }
        scope = error.scope
        detail = error.detail + (error.reply.map { ": the server said “\($0)”" } ?? "")
        retryAfter = error.retryAfter
        isTransient = error.reply?.isTransient ?? Self.passes(error.code)
        advice = FaultAdvice.sentence(for: code, .smtp, account.profile, account.smtp)
    }

    private static func passes(_ code: FaultCode) -> Bool {
        [
            .dnsFailure, .connectionRefused, .connectionTimeout, .connectionLost, .unavailable, .throttled,
            .tooManyConnections, .oauthExpired,
        ].contains(code)
    }

    /// The error's own words, and what to do where they do not say it.
    public func sentence(for error: any Error) -> String {
        let text = "\(error)"
        return text.contains(advice) ? text : "\(text). \(advice)"
    }

    /// Whether the server refused who signs in, or the proof: trying the same again can only make it lock the account.
    public var isRefusedSecret: Bool { Self.refusedSecret.contains(code) }

    public static let refusedSecret: Set<FaultCode> = [.authFailed, .appPasswordNeeded, .appPasswordShape]
}

extension SessionError {
    fileprivate var moment: IMAPRefusal.Moment {
        if isGreeting { return .greeting }
        switch command {
        case "LOGIN", "AUTHENTICATE": return .login
        case "SELECT", "EXAMINE": return .select
        default: return .command
        }
    }

    /// Whether the text is what the server said to a command, a greeting or a farewell: our own words, such as those on
    /// silence or STARTTLS, have their meaning already.
    fileprivate var isFromServer: Bool {
        if isFarewell || isGreeting { return true }
        guard let command, command != "STARTTLS" else { return false }
        return ![.connectionTimeout, .connectionLost, .limitExceeded, .configuration].contains(code)
    }
}
