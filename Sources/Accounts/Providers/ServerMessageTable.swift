import MailModel

/// What a refusal can mean.
enum ServerMessageMeaning: Hashable, Sendable, CaseIterable {
    case authFailed, appPasswordNeeded, passwordsRefused, oauthExpired, webLogin, accountLocked, loginDisabled
    case imapDisabled, notConnected
    case tooManyConnections, throttled, unavailable, serverFault, overQuota
    case folderMissing, folderReadOnly, noPermission, notSelected, tooBig, clientFault, contactAdmin, sessionExpired

    func verdict(_ profile: ProviderProfile) -> ServerVerdict {
        switch self {
        case .authFailed:
            ServerVerdict(code: .authFailed, scope: .account, advice: ServerAdvice.authFailed(profile))
        case .appPasswordNeeded:
            ServerVerdict(code: .appPasswordNeeded, scope: .account, advice: ServerAdvice.appPasswordNeeded(profile))
        case .passwordsRefused:
            ServerVerdict(code: .authFailed, scope: .account, advice: ServerAdvice.passwordsRefused(profile))
        case .accountLocked:
            ServerVerdict(code: .authFailed, scope: .account, advice: ServerAdvice.accountLocked(profile))
        case .oauthExpired:
            ServerVerdict(
                code: .oauthExpired, scope: .connection, advice: ServerAdvice.oauthExpired, isTransient: true)
        case .webLogin:
            ServerVerdict(code: .authFailed, scope: .account, advice: ServerAdvice.webLogin(profile))
        case .loginDisabled:
            ServerVerdict(code: .loginDisabled, scope: .account, advice: ServerAdvice.loginDisabled)
        case .imapDisabled:
            ServerVerdict(code: .imapDisabled, scope: .account, advice: ServerAdvice.imapDisabled(profile))
        case .notConnected:
            ServerVerdict(
                code: .imapDisabled, scope: .account, advice: ServerAdvice.notConnected(profile), isTransient: true)
        case .tooManyConnections:
            ServerVerdict(
                code: .tooManyConnections, scope: .account, advice: ServerAdvice.tooManyConnections, isTransient: true,
                retryAfter: 60)
        case .throttled:
            ServerVerdict(
                code: .throttled, scope: .account, advice: ServerAdvice.throttled, isTransient: true, retryAfter: 60)
        case .unavailable, .serverFault:
            ServerVerdict(
                code: .unavailable, scope: .connection, advice: ServerAdvice.unavailable, isTransient: true)
        case .sessionExpired:
            ServerVerdict(
                code: .connectionLost, scope: .connection, advice: ServerAdvice.sessionExpired, isTransient: true)
        case .overQuota:
            ServerVerdict(code: .overQuota, scope: .mailbox, advice: ServerAdvice.overQuota)
        case .folderMissing:
            ServerVerdict(code: .folderMissing, scope: .mailbox, advice: ServerAdvice.folderMissing)
        case .folderReadOnly:
            ServerVerdict(code: .folderReadOnly, scope: .mailbox, advice: ServerAdvice.folderReadOnly)
        case .noPermission:
            ServerVerdict(code: .folderReadOnly, scope: .mailbox, advice: ServerAdvice.noPermission)
        case .notSelected:
            ServerVerdict(
                code: .protocolError, scope: .connection, advice: ServerAdvice.notSelected, isTransient: true)
        case .tooBig:
            ServerVerdict(code: .limitExceeded, scope: .message, advice: ServerAdvice.tooBig)
        case .clientFault:
            ServerVerdict(code: .protocolError, scope: .connection, advice: ServerAdvice.clientFault)
        case .contactAdmin:
            ServerVerdict(code: .authFailed, scope: .account, advice: ServerAdvice.contactAdmin)
        }
    }
}

extension FaultCode {
    /// The mailbox is full.
    public static let overQuota = Self(rawValue: "over_quota")
}

/// The texts and response codes that servers were seen to use.
enum ServerMessageTable {
    struct Row: Sendable {
        /// Lower case.
        var fragment: String
        var meaning: ServerMessageMeaning
        /// `nil`: at any moment.
        var moments: Set<IMAPRefusal.Moment>?

        func applies(to moment: IMAPRefusal.Moment) -> Bool { moments?.contains(moment) ?? true }
    }

    /// The first row that fits decides: exact reasons stand before the general ones.
    static let texts: [Row] = [
        // Too many connections; some servers label it AUTHENTICATIONFAILED (mailbox.org) or UNAVAILABLE (Dovecot).
        row("maximum number of connections", .tooManyConnections),
        row("too many concurrent connections", .tooManyConnections),
        row("too many connections", .tooManyConnections),
        row("connection limit", .tooManyConnections),
        row("too many simultaneous", .tooManyConnections),
        row("user is authenticated but not connected", .notConnected),
        // The account itself.
        row("account is locked", .accountLocked),
        row("account has been locked", .accountLocked),
        row("account locked", .accountLocked),
        row("account is disabled", .accountLocked),
        row("account has been disabled", .accountLocked),
        row("account is suspended", .accountLocked),
        row("account has been suspended", .accountLocked),
        row("account suspended", .accountLocked),
        row("account is blocked", .accountLocked),
        row("account has been blocked", .accountLocked),
        // Throttling: Microsoft, Gmail, Yahoo.
        row("request is throttled", .throttled),
        row("suggested backoff time", .throttled),
        row("bandwidth limits", .throttled),
        row("rate limit", .throttled),
        row("too many requests", .throttled),
        row("too many login", .throttled),
        row("too many failed", .throttled),
        row("too many authentication", .throttled),
        row("temporarily blocked", .throttled),
        row("too many bad auth attempts", .throttled),
        row("account is temporarily unavailable", .throttled),
        // Signing in.
        row("application-specific password", .appPasswordNeeded),
        row("application specific password", .appPasswordNeeded),
        row("app-specific password", .appPasswordNeeded),
        row("application password", .appPasswordNeeded, .login),
        row("app password", .appPasswordNeeded, .login),
        row("basicauthblocked", .passwordsRefused, .login),
        row("basic authentication is disabled", .passwordsRefused, .login),
        row("accesstokenexpired", .oauthExpired),
        row("oauth2 access token", .oauthExpired, .login),
        row("expired or revoked", .oauthExpired, .login),
        row("token expired", .oauthExpired, .login),
        row("token has expired", .oauthExpired, .login),
        row("grant is expired", .oauthExpired, .login),
        row("invalid sasl argument", .oauthExpired, .login),
        row("web login required", .webLogin),
        row("please log in via your web browser", .webLogin),
        row("not enabled for imap", .imapDisabled),
        row("imap access is disabled", .imapDisabled),
        row("imap is disabled", .imapDisabled),
        row("imap access disabled", .imapDisabled),
        row("imap is not enabled", .imapDisabled),
        row("imap not enabled", .imapDisabled),
        row("imap service is not enabled", .imapDisabled),
        row("imap access is not allowed", .imapDisabled),
        row("not allowed to use imap", .imapDisabled),
        row("protocol disabled", .imapDisabled, .login),
        row("plaintext authentication disallowed", .loginDisabled),
        row("plaintext authentication disabled", .loginDisabled),
        row("login is disabled", .loginDisabled, .login),
        row("logindisabled", .loginDisabled, .login),
        row("incorrect username or password", .authFailed),
        row("invalid credentials", .authFailed),
        row("lookup failed", .authFailed, .login),
        row("authenticate failed", .authFailed, .login),
        row("login failed", .authFailed, .login),
        row("authentication failed", .authFailed, .login),
        // The session.
        row("session expired", .sessionExpired),
        row("session invalidated", .sessionExpired),
        row("autologout", .sessionExpired),
        row("command received in invalid state", .sessionExpired),
        row("select a mailbox first", .notSelected, .command),
        row("no mailbox selected", .notSelected, .command),
        // The server's trouble.
        row("unexpected exception", .serverFault),
        row("system error", .serverFault),
        row("server error", .serverFault),
        row("server unavailable", .serverFault),
        row("internal error", .serverFault),
        row("command error. 1", .serverFault),
        row("try again later", .serverFault),
        // Folders and messages.
        row("read-only", .folderReadOnly, .select, .command),
        row("mailbox does not exist", .folderMissing),
        row("mailbox doesn't exist", .folderMissing),
        row("unknown mailbox", .folderMissing),
        row("over quota", .overQuota),
        row("quota exceeded", .overQuota),
        row("exceeds the maximum allowed size", .tooBig),
        row("message too large", .tooBig),
    ]

    /// RFC 5530, RFC 3501 and RFC 7889 names, upper case.
    static let codes: [String: ServerMessageMeaning] = [
        "UNAVAILABLE": .unavailable,
        "AUTHENTICATIONFAILED": .authFailed,
        "AUTHORIZATIONFAILED": .authFailed,
        "EXPIRED": .appPasswordNeeded,
        "PRIVACYREQUIRED": .loginDisabled,
        "CONTACTADMIN": .contactAdmin,
        "WEBALERT": .webLogin,
        "NOPERM": .noPermission,
        "INUSE": .unavailable,
        "CORRUPTION": .serverFault,
        "SERVERBUG": .serverFault,
        "CLIENTBUG": .clientFault,
        "LIMIT": .throttled,
        "THROTTLED": .throttled,
        "OVERQUOTA": .overQuota,
        "NONEXISTENT": .folderMissing,
        "TRYCREATE": .folderMissing,
        "READ-ONLY": .folderReadOnly,
        "TOOBIG": .tooBig,
    ]

    /// A code that says less about the connection than usual when a single folder was asked for.
    static func narrowed(_ code: String, _ moment: IMAPRefusal.Moment) -> FaultScope? {
        guard moment == .select || moment == .command else { return nil }
        return code == "INUSE" || code == "CORRUPTION" ? .mailbox : nil
    }

    private static func row(
        _ fragment: String, _ meaning: ServerMessageMeaning, _ moments: IMAPRefusal.Moment...
    ) -> Row {
        Row(fragment: fragment, meaning: meaning, moments: moments.isEmpty ? nil : Set(moments))
    }
}
