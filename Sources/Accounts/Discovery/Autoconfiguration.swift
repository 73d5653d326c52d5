import MailModel

/// A domain's mail servers as Thunderbird's autoconfiguration has them (`config-v1.1.xml`).
///
/// Only servers under TLS are taken, and the first of each kind that is: the file's order is its author's preference.
struct Autoconfiguration: Equatable {
    var imap: ServerEndpoint
    var smtp: ServerEndpoint?
    /// The user name of the IMAP server, made for the address that was asked for.
    var user: String?
    var needsOAuth2: Bool

    struct Failure: Error, Equatable {
        /// For a sentence behind the file's name.
        var reason: String
    }

    init(_ bytes: [UInt8], for address: String) throws(Failure) {
        let root: XMLElement
        do {
            root = try XMLElement(parsing: bytes)
        } catch {
            throw Failure(reason: "cannot be read: \(error.reason)")
        }
        guard root.name == "clientConfig", let provider = root.first("emailProvider") else {
            throw Failure(reason: "is no autoconfiguration (config-v1.1.xml)")
        }
        let incoming = provider.all("incomingServer").filter { $0.attributes["type"] == "imap" }
        let outgoing = provider.all("outgoingServer").filter { $0.attributes["type"] == "smtp" }
        guard let (imap, server) = Self.first(of: incoming) else {
            throw Failure(
                reason: incoming.isEmpty ? "names no IMAP server" : "names no IMAP server that is protected by TLS")
        }
        self.imap = imap
        smtp = Self.first(of: outgoing)?.endpoint
        user = server.first("username").flatMap { Self.name($0.text, for: address) }
        let ways = server.all("authentication").map { $0.text.lowercased() }
        needsOAuth2 = !ways.isEmpty && ways.allSatisfy { $0 == "oauth2" }
    }

    private static func first(of servers: [XMLElement]) -> (endpoint: ServerEndpoint, server: XMLElement)? {
        for server in servers {
            guard let security = security(server.first("socketType")?.text ?? ""),
                let host = server.first("hostname")?.text.lowercased(), ServerEndpoint.isHostName(host),
                let port = server.first("port").flatMap({ Int($0.text) }), (1...65_535).contains(port)
            else { continue }
            return (ServerEndpoint(host: host, port: port, security: security), server)
        }
        return nil
    }

    private static func security(_ text: String) -> ConnectionSecurity? {
        switch text.uppercased() {
        case "SSL", "TLS": .tls
        case "STARTTLS": .startTLS
        default: nil
        }
    }

    /// The user name's pattern, filled in; `nil` for what no user name can be.
    private static func name(_ pattern: String, for address: String) -> String? {
        let parts = address.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !pattern.isEmpty else { return nil }
        let name = pattern.replacing("%EMAILADDRESS%", with: address).replacing("%EMAILLOCALPART%", with: parts[0])
            .replacing("%EMAILDOMAIN%", with: parts[1])
        guard name.utf8.count <= 254, name.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value != 0x7F }) else {
            return nil
        }
        return name
    }
}
