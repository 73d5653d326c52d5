import MailModel

/// Says what an IMAP server means by a NO, BAD or BYE. "Authentication failed" is rarely the whole truth.
///
/// Texts come first, since servers put wrong codes before right texts; then response codes (RFC 5530); then what the
/// moment suggests.
public enum ServerMessageClassifier {
    /// A refused LOGIN or AUTHENTICATE.
    ///
    /// - Parameter passwordFits: whether the password has the shape of the provider's app passwords; `nil`: not known,
    ///   or the account signs in by OAuth2.
    public static func imapLogin(
        _ refusal: IMAPRefusal, profile: ProviderProfile, passwordFits: Bool?
    ) -> ServerVerdict {
        let verdict = imap(refusal, profile: profile) ?? authFailed(profile)
        guard verdict.code == .authFailed, passwordFits == false, profile.signIn.needsAppPassword else {
            return verdict
        }
        return ServerVerdict(code: .appPasswordShape, scope: .account, advice: ServerAdvice.appPasswordShape(profile))
    }

    /// Any refusal; `nil` when neither text nor code says more than that the command was refused.
    public static func imap(_ refusal: IMAPRefusal, profile: ProviderProfile) -> ServerVerdict? {
        let text = refusal.text.lowercased()
        if refusal.moment == .greeting, text.hasPrefix("+ok") {
            return ServerVerdict(code: .protocolError, scope: .account, advice: ServerAdvice.popServer)
        }
        for row in ServerMessageTable.texts where row.applies(to: refusal.moment) && text.contains(row.fragment) {
            var verdict = row.meaning.verdict(profile)
            verdict.retryAfter = retryAfter(text) ?? verdict.retryAfter
            return verdict
        }
        if let code = refusal.responseCode?.uppercased(), let meaning = ServerMessageTable.codes[code] {
            var verdict = meaning.verdict(profile)
            if let kept = ServerMessageTable.narrowed(code, refusal.moment) { verdict.scope = kept }
            return verdict
        }
        if refusal.status == .bye {
            return ServerMessageMeaning.unavailable.verdict(profile)
        }
        return nil
    }

    private static func authFailed(_ profile: ProviderProfile) -> ServerVerdict {
        ServerMessageMeaning.authFailed.verdict(profile)
    }

    /// Microsoft: `Suggested Backoff Time: 92415 milliseconds`. Seconds, rounded up, at most a day.
    private static func retryAfter(_ text: String) -> Int? {
        guard let label = text.firstRange(of: "backoff time:") else { return nil }
        let digits = text[label.upperBound...].drop { $0 == " " }.prefix { $0.isASCII && $0.isNumber }
        guard let milliseconds = Int(digits) else { return digits.isEmpty ? nil : 86_400 }
        return min(milliseconds / 1_000 + 1, 86_400)
    }
}
