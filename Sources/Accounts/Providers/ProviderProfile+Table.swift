import MailModel

/// The provider table: all that the program knows of one provider and not of another.
extension ProviderProfile {
    public static let all: [ProviderProfile] = [
        icloud, gmail, outlook, office365, yahoo, aol, fastmail, gmx, mailboxOrg, proton, custom,
    ]

    private static let icloud = ProviderProfile(
        name: "icloud", title: "iCloud Mail", domains: ["icloud.com", "me.com", "mac.com"],
        mailExchangers: [".mail.icloud.com"],
        imap: .tls("imap.mail.me.com"),
        smtp: .startTLS("smtp.mail.me.com"), smtpAlternatives: [.submissions("smtp.mail.me.com")],
        loginForms: [.namePart, .asWritten], smtpLoginForms: [.asWritten],
        roleNames: [
            .archive: ["Archive"], .trash: ["Deleted Messages"], .junk: ["Junk"], .sent: ["Sent Messages"],
            .drafts: ["Drafts"],
        ],
        limits: Limits(
            connections: 3, perDay: 1_000, recipientsPerDay: 1_000, recipientsPerMessage: 500, maxSize: 20_000_000),
        quirks: Quirks(
            trustsQResync: false, hasMove: false, capabilityTwice: true,
            redirectRefused: "iCloud sends only mail whose sender is one of your own addresses"),
        signIn: SignIn(
            needsAppPassword: true, mainAddressOnly: true, appPasswordPage: "https://account.apple.com",
            appPasswordSteps:
                "Under Sign-In and Security choose App-Specific Passwords, then +. (It needs two-factor authentication.)",
            appPasswordShape: AppPasswordShape(groups: 4, length: 4, separator: "-", separatorOptional: false))
    )

    private static let gmail = ProviderProfile(
        name: "gmail", title: "Gmail", domains: ["gmail.com", "googlemail.com"],
        mailExchangers: [".google.com", ".googlemail.com"],
        imap: .tls("imap.gmail.com"),
        smtp: .startTLS("smtp.gmail.com"), smtpAlternatives: [.submissions("smtp.gmail.com")],
        roleNames: [
            .archive: ["[Gmail]/All Mail", "[Google Mail]/All Mail"],
            // The localised names stand here too; SPECIAL-USE, which Gmail has, comes before them.
            .trash: [
                "[Gmail]/Trash", "[Gmail]/Bin", "[Google Mail]/Trash", "[Google Mail]/Bin", "[Gmail]/Papierkorb",
                "[Gmail]/Corbeille", "[Gmail]/Papelera", "[Gmail]/Cestino",
            ],
            .junk: ["[Gmail]/Spam", "[Google Mail]/Spam"],
            .sent: [
                "[Gmail]/Sent Mail", "[Google Mail]/Sent Mail", "[Gmail]/Gesendet", "[Gmail]/Messages envoyés",
                "[Gmail]/Enviados", "[Gmail]/Posta inviata",
            ],
            .drafts: [
                "[Gmail]/Drafts", "[Google Mail]/Drafts", "[Gmail]/Entwürfe", "[Gmail]/Brouillons",
                "[Gmail]/Borradores", "[Gmail]/Bozze",
            ],
            .flagged: ["[Gmail]/Starred", "[Google Mail]/Starred", "[Gmail]/Markiert"],
            // Gmail keeps the name “Snoozed” for itself and makes no such label.
            .snoozed: ["Postmoon/Snoozed"],
        ],
        limits: Limits(connections: 10, perDay: 500, recipientsPerMessage: 100, maxSize: 25_000_000),
        quirks: Quirks(
            trustsQResync: false,
            redirectRefused: "Gmail puts your own address in place of the author's"),
        signIn: SignIn(
            needsAppPassword: true, appPasswordPage: "https://myaccount.google.com/apppasswords",
            appPasswordSteps: "Give it a name, such as Postmoon, and create it. (It needs 2-Step Verification.)",
            appPasswordShape: AppPasswordShape(groups: 4, length: 4, separator: " ", separatorOptional: true),
            oauth2: OAuth2Endpoints(
                authorizeURL: "https://accounts.google.com/o/oauth2/v2/auth",
                tokenURL: "https://oauth2.googleapis.com/token", scopes: ["https://mail.google.com/"]),
            imapSwitchPage: "https://mail.google.com/mail/#settings/fwdandpop")
    )

    /// Consumer accounts, and what is not said to be anything else.
    private static let outlook = ProviderProfile(
        name: "outlook", title: "Outlook.com",
        domains: [
            "outlook.com", "outlook.de", "outlook.fr", "outlook.es", "outlook.it", "hotmail.com", "hotmail.co.uk",
            "hotmail.de", "hotmail.fr", "hotmail.es", "hotmail.it", "live.com", "live.co.uk", "live.de", "live.fr",
            "msn.com", "passport.com",
        ],
        imap: .tls("outlook.office365.com"),
        smtp: .startTLS("smtp-mail.outlook.com"), smtpAlternatives: [.startTLS("smtp.office365.com")],
        roleNames: [
            .archive: ["Archive"], .trash: ["Deleted Items", "Deleted"], .junk: ["Junk Email", "Junk"],
            .sent: ["Sent Items", "Sent"], .drafts: ["Drafts"],
        ],
        limits: Limits(connections: 4, perDay: 300, recipientsPerMessage: 100, maxSize: 25_000_000),
        quirks: microsoftQuirks,
        signIn: microsoftSignIn(
            tenant: "common", imapSwitchPage: "https://outlook.live.com/mail/0/options/mail/accounts/popImap")
    )

    /// Accounts of an organisation, whose administrator may have switched IMAP or submission off.
    private static let office365 = ProviderProfile(
        name: "office365", title: "Microsoft 365",
        mailExchangers: [".mail.protection.outlook.com"],
        imap: .tls("outlook.office365.com"),
        smtp: .startTLS("smtp.office365.com"),
        roleNames: outlook.roleNames,
        limits: Limits(
            connections: 4, perDay: 10_000, recipientsPerDay: 10_000, recipientsPerMessage: 500, maxSize: 25_000_000),
        quirks: microsoftQuirks,
        signIn: microsoftSignIn(
            tenant: "organizations",
            imapSwitchPage: "the Microsoft 365 admin center, under the user's mail settings, email apps")
    )

    private static let microsoftQuirks = Quirks(
        trustsCondstore: false, trustsQResync: false, hasKeywords: false,
        redirectRefused: "Microsoft sends only as the account itself")

    private static func microsoftSignIn(tenant: String, imapSwitchPage: String) -> SignIn {
        let base = "https://login.microsoftonline.com/\(tenant)/oauth2/v2.0"
        return SignIn(
            takesPassword: false, mainAddressOnly: false,
            oauth2: OAuth2Endpoints(
                authorizeURL: "\(base)/authorize", tokenURL: "\(base)/token", deviceURL: "\(base)/devicecode",
                scopes: [
                    "https://outlook.office.com/IMAP.AccessAsUser.All", "https://outlook.office.com/SMTP.Send",
                    "offline_access",
                ]),
            imapSwitchPage: imapSwitchPage)
    }

    private static let yahoo = ProviderProfile(
        name: "yahoo", title: "Yahoo Mail",
        domains: [
            "yahoo.com", "yahoo.co.uk", "yahoo.de", "yahoo.fr", "yahoo.it", "yahoo.es", "yahoo.ca", "yahoo.com.au",
            "yahoo.com.br", "yahoo.co.in", "ymail.com", "rocketmail.com",
        ],
        imap: .tls("imap.mail.yahoo.com"),
        smtp: .submissions("smtp.mail.yahoo.com"), smtpAlternatives: [.startTLS("smtp.mail.yahoo.com")],
        roleNames: [
            .archive: ["Archive"], .trash: ["Trash"], .junk: ["Bulk", "Bulk Mail"], .sent: ["Sent"],
            .drafts: ["Draft", "Drafts"],
        ],
        limits: Limits(perDay: 500, recipientsPerMessage: 100, maxSize: 25_000_000),
        quirks: Quirks(trustsCondstore: false, trustsQResync: false, hasIdle: false, lineLength: 1_000),
        signIn: SignIn(
            needsAppPassword: true, appPasswordPage: "https://login.yahoo.com/account/security",
            appPasswordSteps: "Choose to generate an app password.",
            appPasswordShape: AppPasswordShape(groups: 4, length: 4, separator: " ", separatorOptional: true),
            oauth2: OAuth2Endpoints(
                authorizeURL: "https://api.login.yahoo.com/oauth2/request_auth",
                tokenURL: "https://api.login.yahoo.com/oauth2/get_token", scopes: ["mail-w"]))
    )

    private static let aol = ProviderProfile(
        name: "aol", title: "AOL Mail", domains: ["aol.com", "aim.com"],
        imap: .tls("imap.aol.com"),
        smtp: .submissions("smtp.aol.com"), smtpAlternatives: [.startTLS("smtp.aol.com")],
        roleNames: yahoo.roleNames,
        // A session lasts an hour, and silence of five minutes ends it: polling every two stays below that.
        limits: yahoo.limits, quirks: yahoo.quirks,
        signIn: SignIn(
            needsAppPassword: true, appPasswordPage: "https://login.aol.com/account/security",
            appPasswordSteps: "Choose to generate an app password.",
            appPasswordShape: yahoo.signIn.appPasswordShape,
            oauth2: OAuth2Endpoints(
                authorizeURL: "https://api.login.aol.com/oauth2/request_auth",
                tokenURL: "https://api.login.aol.com/oauth2/get_token", scopes: ["mail-w"]))
    )

    private static let fastmail = ProviderProfile(
        name: "fastmail", title: "Fastmail", domains: ["fastmail.com", "fastmail.fm", "messagingengine.com"],
        mailExchangers: [".messagingengine.com"],
        imap: .tls("imap.fastmail.com"),
        smtp: .submissions("smtp.fastmail.com"), smtpAlternatives: [.startTLS("smtp.fastmail.com")],
        roleNames: [
            .archive: ["Archive"], .trash: ["Trash"], .junk: ["Spam", "Junk Mail"], .sent: ["Sent", "Sent Items"],
            .drafts: ["Drafts"],
        ],
        limits: Limits(perDay: 4_000, maxSize: 50_000_000),
        signIn: SignIn(
            needsAppPassword: true, appPasswordPage: "https://app.fastmail.com/settings/security/devicekeys",
            appPasswordSteps: "Choose New App Password, with access to mail (IMAP and SMTP).",
            oauth2: OAuth2Endpoints(
                authorizeURL: "https://api.fastmail.com/oauth/authorize",
                tokenURL: "https://api.fastmail.com/oauth/refresh",
                scopes: ["https://www.fastmail.com/dev/protocol-imap", "https://www.fastmail.com/dev/protocol-smtp"]))
    )

    private static let gmx = ProviderProfile(
        name: "gmx", title: "GMX", domains: ["gmx.net", "gmx.de", "gmx.at", "gmx.ch", "gmx.eu"],
        imap: .tls("imap.gmx.net"),
        smtp: .startTLS("mail.gmx.net"), smtpAlternatives: [.submissions("mail.gmx.net")],
        roleNames: [
            .archive: ["Archiv"], .trash: ["Gelöscht"], .junk: ["Spamverdacht"], .sent: ["Gesendet"],
            .drafts: ["Entwürfe"],
        ],
        limits: Limits(maxSize: 50_000_000),
        quirks: Quirks(trustsQResync: false),
        signIn: SignIn(imapSwitchPage: "https://www.gmx.net (E-Mail, Einstellungen, POP3/IMAP Abruf)")
    )

    private static let mailboxOrg = ProviderProfile(
        name: "mailbox.org", title: "mailbox.org", domains: ["mailbox.org"],
        mailExchangers: [".mailbox.org"],
        imap: .tls("imap.mailbox.org"),
        smtp: .startTLS("smtp.mailbox.org"), smtpAlternatives: [.submissions("smtp.mailbox.org")],
        roleNames: [
            .archive: ["Archive", "Archiv"], .trash: ["Trash"], .junk: ["Junk", "Spam"], .sent: ["Sent"],
            .drafts: ["Drafts"],
        ],
        limits: Limits(connections: 3, maxSize: 100_000_000)
    )

    private static let proton = ProviderProfile(
        name: "proton", title: "Proton Mail Bridge", domains: ["proton.me", "protonmail.com", "pm.me"],
        mailExchangers: [".protonmail.ch"],
        imap: ServerEndpoint(host: "127.0.0.1", port: 1143, security: .startTLS),
        smtp: ServerEndpoint(host: "127.0.0.1", port: 1025, security: .startTLS),
        roleNames: [
            .archive: ["Archive"], .trash: ["Trash"], .junk: ["Spam"], .sent: ["Sent"], .drafts: ["Drafts"],
            .flagged: ["Starred"],
        ],
        limits: Limits(maxSize: 25_000_000),
        quirks: Quirks(trustsCondstore: false, trustsQResync: false),
        // The Bridge makes a password of its own, and its certificate is one of its own: `ca` has to name it.
        signIn: SignIn(needsAppPassword: true, appPasswordPage: "the Bridge's window, under mailbox details")
    )

    /// Any other server: `imap` has to be given, `smtp` where the account sends.
    public static let custom = ProviderProfile(name: "custom", title: "another server")
}

extension ServerEndpoint {
    fileprivate static func tls(_ host: String) -> Self { Self(host: host, port: 993, security: .tls) }
    fileprivate static func startTLS(_ host: String) -> Self { Self(host: host, port: 587, security: .startTLS) }
    fileprivate static func submissions(_ host: String) -> Self { Self(host: host, port: 465, security: .tls) }
}
