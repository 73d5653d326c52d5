import Accounts

/// A server as a person writes it in one word: `imap.example.org`, `imap.example.org:1993`, `127.0.0.1:1143/starttls`.
enum ServerText {
    enum Kind {
        case imap, smtp

        /// The port of TLS from the first byte, and that of STARTTLS.
        var ports: (tls: Int, startTLS: Int) { self == .imap ? (993, 143) : (465, 587) }
    }

    static func parse(
        _ text: String, _ kind: Kind, authority: String?
    ) throws(Questions.Objection) -> ServerEndpoint {
        let words = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let (host, digits) = split(words[0])
        var security: ConnectionSecurity?
        if words.count == 2 {
            guard let chosen = ConnectionSecurity(rawValue: words[1].lowercased()) else {
                throw Questions.Objection("Behind the / stands tls or starttls, as in \(host):993/tls.")
            }
            security = chosen
        }
        var port: Int?
        if let digits {
            guard let number = Int(digits), (1...65_535).contains(number) else {
                throw Questions.Objection("The port is a number, as in imap.example.org:993.")
            }
            port = number
        }
        guard !host.isEmpty, !host.contains(where: \.isWhitespace) else {
            throw Questions.Objection("Write the server's name, as in imap.example.org.")
        }
        let chosen = security ?? (port == kind.ports.startTLS ? .startTLS : .tls)
        return ServerEndpoint(
            host: host, port: port ?? (chosen == .tls ? kind.ports.tls : kind.ports.startTLS), security: chosen,
            caFile: authority)
    }

    static func text(_ server: ServerEndpoint) -> String {
        let host = server.host.contains(":") ? "[\(server.host)]" : server.host
        return "\(host):\(server.port)/\(server.security.rawValue)"
    }

    /// `[::1]:993` has its port behind the bracket.
    private static func split(_ text: Substring) -> (host: String, port: Substring?) {
        if text.first == "[", let end = text.firstIndex(of: "]") {
            let host = text[text.index(after: text.startIndex)..<end]
            let rest = text[text.index(after: end)...]
            return (String(host), rest.first == ":" ? rest.dropFirst() : nil)
        }
        guard let colon = text.lastIndex(of: ":"), text.firstIndex(of: ":") == colon else { return (String(text), nil) }
        return (String(text[..<colon]), text[text.index(after: colon)...])
    }
}
