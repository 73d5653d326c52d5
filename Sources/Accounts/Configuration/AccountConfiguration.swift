import MailModel

/// `[accounts.NAME]`: one mailbox account, provider's profile and person's words merged.
public struct AccountConfiguration: Sendable {
    public var name: AccountName
    public var profile: ProviderProfile
    /// As written; the forms to try are `userNames` and `smtpUserNames`.
    public var user: String
    /// From and envelope sender of what this account sends; `nil` when neither `address` nor `user` is one.
    public var address: EnvelopeAddress?
    public var displayName: String?
    public var aliases: [String]
    public var watch: [MailboxName]
    /// Roles that the person corrected.
    public var folders: [MailboxRole: MailboxName]
    /// What to do with a message that may have been sent or not; `nil`: what each action does by itself.
    public var unknown: UnknownPolicy?
    public var idleSeconds: Int
    public var pollSeconds: Int
    /// How long a server may be silent, or drip, where it owes an answer; `nil`: what the protocols ask for.
    public var timeoutSeconds: Int?
    /// Most messages sent to one target in an hour and in a day.
    public var ceilingHour: Int
    public var ceilingDay: Int
    public var imap: ServerEndpoint
    public var smtp: ServerEndpoint?
    public var credential: CredentialSource
    /// The configuration's state folder: refresh tokens are kept there that have no file of their own.
    public var stateFolder: String
    /// Where the account stands in the configuration file.
    public var position: SourcePosition

    /// The user names to try on IMAP, each on a connection of its own.
    public var userNames: [String] { ProviderProfile.userNames(user, forms: profile.loginForms) }
    public var smtpUserNames: [String] { ProviderProfile.userNames(user, forms: profile.smtpLoginForms) }

    /// Every address that is the person's own: `address`, `user` when it is one, and `aliases`; no repetitions.
    public var addresses: [String] {
        var seen: Set<String> = []
        return ([address?.rawValue, EnvelopeAddress(user)?.rawValue].compactMap { $0 } + aliases)
            .filter { seen.insert($0.lowercased()).inserted }
    }

    public var canSend: Bool { smtp != nil && address != nil }
}
