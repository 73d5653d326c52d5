import MailModel

/// What is known of a provider before its server has said anything: one row of the provider table.
///
/// A beginning only; what the server says and does at run time decides.
public struct ProviderProfile: Sendable, Hashable {
    /// What `provider =` in the configuration says.
    public var name: String
    /// What people call it.
    public var title: String
    /// Domains of its addresses, lower case: how `init` guesses the provider.
    public var domains: [String] = []
    /// Ends of the names of the hosts that take mail for it, for persons' own domains too; lower case.
    public var mailExchangers: [String] = []

    public var imap: ServerEndpoint?
    public var smtp: ServerEndpoint?
    /// Other ways to submit, tried when the usual port is blocked.
    public var smtpAlternatives: [ServerEndpoint] = []

    /// Forms of the user name to try on IMAP, each on a connection of its own.
    public var loginForms: [LoginForm] = [.asWritten]
    public var smtpLoginForms: [LoginForm] = [.asWritten]

    /// The provider's own names for a role, used where SPECIAL-USE is missing.
    public var roleNames: [MailboxRole: [String]] = [:]
    public var limits = Limits()
    public var quirks = Quirks()
    public var signIn = SignIn()

    /// How the user name is made from what the person wrote.
    public enum LoginForm: Hashable, Sendable {
        case asWritten
        /// What stands before the `@`.
        case namePart
    }

    public struct Limits: Sendable, Hashable {
        /// IMAP connections at a time.
        public var connections = 4
        /// Messages and recipients that may be sent in a day; `nil`: not known.
        public var perDay: Int?
        public var recipientsPerDay: Int?
        public var recipientsPerMessage: Int?
        /// The largest message that may be sent, in bytes.
        public var maxSize: Int?
    }

    public struct Quirks: Sendable, Hashable {
        /// Whether mod-sequences may be believed where the server gives them.
        public var trustsCondstore = true
        /// Whether VANISHED may be believed.
        public var trustsQResync = true
        /// Whether keywords can be stored, before PERMANENTFLAGS has said so.
        public var hasKeywords = true
        /// Whether IDLE may be expected.
        public var hasIdle = true
        /// Whether MOVE may be expected.
        public var hasMove = true
        /// Seconds after which IDLE is ended and begun again.
        public var idleRestart = 240
        /// The longest command line in octets.
        public var lineLength = 8_000
        /// Whether CAPABILITY is sent twice after login, before anything that can return a literal.
        public var capabilityTwice = false
        /// Why `redirect` cannot work here; `nil`: it may.
        public var redirectRefused: String?
    }

    /// How a person signs in, for advice.
    public struct SignIn: Sendable, Hashable {
        public var takesPassword = true
        /// Whether the account's main password is refused and an app password is needed.
        public var needsAppPassword = false
        /// Whether only the account's main address signs in, no alias and no address of a person's own domain.
        public var mainAddressOnly = false
        /// Where app passwords are made.
        public var appPasswordPage: String?
        /// What to do there, as a sentence.
        public var appPasswordSteps: String?
        public var appPasswordShape: AppPasswordShape?
        public var oauth2: OAuth2Endpoints?
        /// The page where IMAP is switched on, where it is off at first.
        public var imapSwitchPage: String?
    }

    /// `abcd-efgh-ijkl-mnop`: groups of lower-case letters.
    public struct AppPasswordShape: Sendable, Hashable {
        public var groups: Int
        public var length: Int
        /// What may stand between the groups.
        public var separator: Character
        /// Whether the separators may be left out.
        public var separatorOptional: Bool

        public func matches(_ secret: Secret) -> Bool {
            let text = secret.reveal()
            let isLetter = { (character: Character) in character.isASCII && character.isLowercase }
            if separatorOptional, text.count == groups * length, text.allSatisfy(isLetter) { return true }
            let parts = text.split(separator: separator, omittingEmptySubsequences: false)
            return parts.count == groups && parts.allSatisfy { $0.count == length && $0.allSatisfy(isLetter) }
        }

        /// `xxxx-xxxx-xxxx-xxxx`
        public var example: String {
            Array(repeating: String(repeating: "x", count: length), count: groups).joined(separator: "\(separator)")
        }

        /// The password as the provider takes it, of one that was copied with spaces in other places than its page shows;
        /// `nil` when it is no app password.
        public func tidied(_ text: String) -> String? {
            let letters = text.filter { !$0.isWhitespace && $0 != "-" }
            guard letters.count == groups * length, letters.allSatisfy({ $0.isASCII && $0.isLowercase }) else {
                return nil
            }
            guard !separatorOptional else { return letters }
            let parts = stride(from: 0, to: letters.count, by: length).map { letters.dropFirst($0).prefix(length) }
            return parts.joined(separator: "\(separator)")
        }
    }

    public struct OAuth2Endpoints: Sendable, Hashable {
        public var authorizeURL: String
        public var tokenURL: String
        public var deviceURL: String?
        public var scopes: [String]
    }

    /// Whether the user name is an address that cannot sign in here: an alias, or one of a person's own domain.
    public func refusesSignIn(by user: String) -> Bool {
        guard signIn.mainAddressOnly, let at = user.lastIndex(of: "@") else { return false }
        return !domains.contains(user[user.index(after: at)...].lowercased())
    }

    /// The user names to try, in order and without repetition.
    public static func userNames(_ user: String, forms: [LoginForm]) -> [String] {
        var names: [String] = []
        for form in forms {
            let name =
                switch form {
                case .asWritten: user
                case .namePart: user.lastIndex(of: "@").map { String(user[..<$0]) } ?? user
                }
            if !name.isEmpty, !names.contains(name) { names.append(name) }
        }
        return names
    }
}

extension ProviderProfile {
    /// The profile that `provider = "..."` names.
    public static func named(_ name: String) -> ProviderProfile? { all.first { $0.name == name } }

    /// The profile whose addresses end in this domain.
    public static func forDomain(_ domain: String) -> ProviderProfile? {
        let folded = domain.lowercased()
        return all.first { $0.domains.contains(folded) }
    }

    /// The profile of a server named by its host: what `provider` was left out for still has its provider's quirks.
    static func forIMAPHost(_ host: String) -> ProviderProfile? {
        let folded = host.lowercased()
        guard !ServerEndpoint.isLoopback(folded) else { return nil }
        return all.first { $0.imap?.host == folded }
    }
}
