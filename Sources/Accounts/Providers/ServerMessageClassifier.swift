import MailModel

/// Says what an IMAP server means by a NO, BAD or BYE. "Authentication failed" is rarely the whole truth.
///
/// Texts come first, since servers put wrong codes before right texts; then response codes (RFC 5530); then what the
/// moment suggests.
public enum ServerMessageClassifier {
    /// A refused LOGIN or AUTHENTICATE.
    ///
    /// - Parameters:
    ///   - passwordFits: whether the password has the shape of the provider's app passwords; `nil`: not known, or the
    ///     account signs in by OAuth2.
    ///   - user: the user name as configured; tells an alias where it cannot sign in.
    public static func imapLogin(
        _ refusal: IMAPRefusal, profile: ProviderProfile, passwordFits: Bool?, user: String? = nil
    ) -> ServerVerdict {
        let meaning = meaning(of: refusal) ?? .authFailed
        guard meaning == .authFailed else { return verdict(meaning, refusal, profile) }
        if passwordFits == false, profile.signIn.needsAppPassword {
            return ServerVerdict(
                code: .appPasswordShape, scope: .account, advice: ServerAdvice.appPasswordShape(profile))
        }
        var verdict = verdict(meaning, refusal, profile)
        if let user, profile.refusesSignIn(by: user) { verdict.advice = ServerAdvice.aliasAsUser(user, profile) }
        return verdict
    }

    /// Any refusal; `nil` when neither text nor code says more than that the command was refused.
    public static func imap(_ refusal: IMAPRefusal, profile: ProviderProfile) -> ServerVerdict? {
        if refusal.moment == .greeting, refusal.text.lowercased().hasPrefix("+ok") {
            return ServerVerdict(code: .protocolError, scope: .account, advice: ServerAdvice.popServer)
        }
        return meaning(of: refusal).map { verdict($0, refusal, profile) }
    }

    private static func meaning(of refusal: IMAPRefusal) -> ServerMessageMeaning? {
        let text = refusal.text.lowercased()
        let rows = ServerMessageTable.texts.lazy.filter { $0.applies(to: refusal.moment) }
        if let row = rows.first(where: { text.contains($0.fragment) }) { return row.meaning }
        if let code = refusal.responseCode?.uppercased(), let meaning = ServerMessageTable.codes[code] {
            return meaning
        }
        return refusal.status == .bye ? .unavailable : nil
    }

    private static func verdict(
        _ meaning: ServerMessageMeaning, _ refusal: IMAPRefusal, _ profile: ProviderProfile
    ) -> ServerVerdict {
        var verdict = meaning.verdict(profile)
        if verdict.isTransient, let asked = RetryTime.asked(in: refusal.text) { verdict.retryAfter = asked }
        if let code = refusal.responseCode?.uppercased(), ServerMessageTable.codes[code] == meaning,
            let narrowed = ServerMessageTable.narrowed(code, refusal.moment)
        {
            verdict.scope = narrowed
        }
        return verdict
    }
}
