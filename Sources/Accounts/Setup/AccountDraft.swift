import MailModel

/// An account as `init` gathers it: what will stand in the configuration, and nothing secret.
public struct AccountDraft: Sendable, Hashable {
    /// What it will sign in with.
    public enum Credential: Sendable, Hashable {
        /// A password in a file; the path is absolute, or relative to the configuration.
        case file(String)
        case command([String])
        case environment(String)
        /// Prints an access token (OAuth 2).
        case tokenCommand([String])
        /// A client id, for `postmoon login`.
        case oauth2(clientID: String)
    }

    public var name: AccountName
    /// `nil`: a server that no profile describes.
    public var profile: ProviderProfile?
    public var user: String
    /// The mail address, where the user name is another.
    public var address: String
    /// `nil`: the profile's.
    public var imap: ServerEndpoint?
    public var smtp: ServerEndpoint?
    public var credential: Credential

    public init(
        name: AccountName, profile: ProviderProfile?, user: String, address: String, imap: ServerEndpoint?,
        smtp: ServerEndpoint?, credential: Credential
    ) {
        self.name = name
        self.profile = profile
        self.user = user
        self.address = address
        self.imap = imap
        self.smtp = smtp
        self.credential = credential
    }

    /// `[accounts.NAME]`, each line ended.
    public var table: String {
        var lines: [(key: String, value: String)] = []
        if let provider = profile?.name { lines.append(("provider", TOMLText.quoted(provider))) }
        lines.append(("user", TOMLText.quoted(user)))
        if address != user { lines.append(("address", TOMLText.quoted(address))) }
        switch credential {
        case .file(let path): lines.append(("password", "{ file = \(TOMLText.quoted(path)) }"))
        case .command(let words): lines.append(("password", Self.text(command: words)))
        case .tokenCommand(let words): lines.append(("oauth2", Self.text(command: words)))
        case .environment(let name): lines.append(("password", "{ env = \(TOMLText.quoted(name)) }"))
        case .oauth2(let clientID): lines.append(("oauth2", "{ client_id = \(TOMLText.quoted(clientID)) }"))
        }
        // What the profile says by itself is not said again.
        if let imap, imap != profile?.imap { lines.append(("imap", Self.text(imap))) }
        if let smtp, smtp != profile?.smtp { lines.append(("smtp", Self.text(smtp))) }
        return "[accounts.\(name)]\n"
            + lines.map { key, value in
                "\(key)\(String(repeating: " ", count: max(0, 8 - key.count))) = \(value)\n"
            }.joined()
    }

    private static func text(command words: [String]) -> String {
        "{ command = [\(words.map(TOMLText.quoted).joined(separator: ", "))] }"
    }

    private static func text(_ server: ServerEndpoint) -> String {
        var parts = [
            "host = \(TOMLText.quoted(server.host))", "port = \(server.port)",
            "security = \(TOMLText.quoted(server.security.rawValue))",
        ]
        if let authority = server.caFile { parts.append("ca = \(TOMLText.quoted(authority))") }
        return "{ \(parts.joined(separator: ", ")) }"
    }
}

/// Texts as TOML writes them.
enum TOMLText {
    /// A basic string (TOML 1.0, "String").
    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16, uppercase: true)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
