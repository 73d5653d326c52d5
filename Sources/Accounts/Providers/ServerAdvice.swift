/// The sentences that tell a person what to do about a refusal.
enum ServerAdvice {
    static func authFailed(_ profile: ProviderProfile) -> String {
        guard profile.signIn.takesPassword else {
            return "\(profile.title) takes no passwords any more: use oauth2 in place of password."
        }
        guard profile.signIn.needsAppPassword else {
            return "The server refused user name and password: check `user` and the stored password."
        }
        return "\(profile.title) refused the sign-in. It wants an app password in place of your main password, and "
            + "revokes app passwords when the main one changes: make a new one\(page(profile)). "
            + "`user` must be the account's main address, no alias."
    }

    static let loginWanted =
        "The submission server wants a login after all: take `login = false` out of `smtp`, under TLS."

    static func appPasswordNeeded(_ profile: ProviderProfile) -> String {
        "This account needs an app password in place of its main password: make one\(page(profile)) and store it."
    }

    static func appPasswordShape(_ profile: ProviderProfile) -> String {
        guard let shape = profile.signIn.appPasswordShape else { return authFailed(profile) }
        return
            "The stored password is no app password of \(profile.title): those look like \(shape.example), in lower-case "
            + "letters. Make one\(page(profile)) and store it."
    }

    static func passwordsRefused(_ profile: ProviderProfile) -> String {
        "\(profile.title) takes no passwords from programs for this account: use oauth2 in place of password."
    }

    static func accountLocked(_ profile: ProviderProfile) -> String {
        "\(profile.title) has locked or blocked the account, often after too many wrong passwords: sign in with a browser "
            + "to unlock it, then try again. Until then every further try can make it last longer."
    }

    static func aliasAsUser(_ user: String, _ profile: ProviderProfile) -> String {
        let domains = profile.domains.map { "@\($0)" }.joined(separator: ", ")
        return
            "\(user) looks like an alias or an address of your own domain, and \(profile.title) takes neither to sign "
            + "in: write the account's main address (\(domains)) as `user`, and keep this one as `address`."
    }

    static func webLogin(_ profile: ProviderProfile) -> String {
        "\(profile.title) wants you to sign in with a browser once, from this network if possible; then try again."
    }

    static func imapDisabled(_ profile: ProviderProfile) -> String {
        let place = profile.signIn.imapSwitchPage.map { " (\($0))" } ?? ""
        return "IMAP is switched off for this account: switch it on in the provider's settings\(place)."
    }

    static func notConnected(_ profile: ProviderProfile) -> String {
        "The sign-in was right but the mailbox stayed closed. In this order: switch IMAP on in the account's settings "
            + "(or ask the administrator); check that the right account gave consent; use the main address, no alias; "
            + "close other programs on this account; check VPN or country rules and the licence."
    }

    static func submissionDisabled(_ profile: ProviderProfile) -> String {
        "The server does not let this account sign in for sending: switch authenticated SMTP on at \(profile.title), or "
            + "ask its administrator; a server of your own has to offer AUTH PLAIN or LOGIN under TLS."
    }

    static let oauthExpired =
        "The access token is invalid or has run out; a new one is fetched. If that fails too, run `postmoon login ACCOUNT`."
    static let loginDisabled =
        "The server takes no password on an unprotected connection: write security = \"tls\" or \"starttls\"."
    static let tooManyConnections =
        "Too many connections to this account are open: close other mail programs, or watch fewer folders. "
        + "It is tried again later."
    static let throttled = "The server asks for a pause; it is tried again after it."
    static let unavailable = "The server has trouble of its own that should pass; it is tried again later."
    static let sessionExpired = "The server ended the session; a new connection is made."
    static let overQuota = "The mailbox is full: delete mail or enlarge it, then the work goes on."
    static let folderMissing = "There is no such folder on the server: check its name with `postmoon folders`."
    static let folderReadOnly = "The folder can be read but not changed: nothing can be filed in it."
    static let noPermission = "The server does not permit this in that folder: check its sharing rights."
    static let notSelected = "The server forgot which folder was open; it is opened again."
    static let tooBig = "The message is larger than the server takes."
    static let clientFault = "The server says that the command was wrong: please report this, with the log."
    static let contactAdmin = "The server asks you to contact its administrator about this account."
    static let popServer =
        "A POP3 server answers on this port, and IMAP is needed: write port 993 with security = \"tls\"."

    private static func page(_ profile: ProviderProfile) -> String {
        profile.signIn.appPasswordPage.map { $0.hasPrefix("https:") ? " at \($0)" : " in \($0)" } ?? ""
    }
}
