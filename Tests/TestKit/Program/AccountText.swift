/// An account as `postmoon.toml` has it.
public struct AccountText: Sendable {
    public enum Security: String, Sendable, CaseIterable { case tls, starttls, none }

    public struct Server: Sendable {
        public var port: Int
        public var security: Security
        /// PEM file of the authority to trust; `nil`: the system's.
        public var authority: String?
        /// Whether the account signs in there; only `smtp` may go without.
        public var signsIn: Bool

        public init(port: Int, security: Security, authority: String? = nil, signsIn: Bool = true) {
            self.port = port
            self.security = security
            self.authority = authority
            self.signsIn = signsIn
        }

        func line(_ key: String, host: String) -> String {
            let trust = authority.map { ", ca = \"\($0)\"" } ?? ""
            let login = signsIn ? "" : ", login = false"
            return
                "\(key) = { host = \"\(host)\", port = \(port), security = \"\(security.rawValue)\"\(trust)\(login) }\n"
        }
    }

    public var name = "lab"
    public var user: String
    public var password = "secret"
    /// The line that says what it signs in with, such as `oauth2 = { ... }`; empty: the password in a file.
    public var credential = ""
    public var address: String
    public var host = "127.0.0.1"
    public var imap: Server
    public var smtp: Server?
    /// Further lines of the table.
    public var extra = ""

    public init(user: String, imap: Server) {
        self.user = user
        address = "\(user)@example.org"
        self.imap = imap
    }

    var table: String {
        """
        [accounts.\(name)]
        user = "\(user)"
        address = "\(address)"
        \(credential.isEmpty ? "password = { file = \"\(name).secret\" }" : credential)
        \(imap.line("imap", host: host))\(smtp?.line("smtp", host: host) ?? "")\(extra)

        """
    }
}

extension DovecotServer {
    /// An account here, under TLS from the first byte unless another way is asked for.
    public func account(_ user: String, _ security: AccountText.Security = .tls) -> AccountText {
        var account = AccountText(
            user: user,
            imap: AccountText.Server(
                port: security == .tls ? imapsPort : imapPort, security: security,
                authority: security == .none ? nil : certificates.authorityFile))
        account.password = options.password
        return account
    }
}
