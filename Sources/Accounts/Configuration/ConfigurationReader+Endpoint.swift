extension ConfigurationReader {
    /// Which port means which security, where only one of them is written.
    struct Ports {
        var tls: Int
        var startTLS: Int

        static let imap = Ports(tls: 993, startTLS: 143)
        static let submission = Ports(tls: 465, startTLS: 587)

        func port(for security: ConnectionSecurity) -> Int { security == .tls ? tls : startTLS }
        func security(for port: Int) -> ConnectionSecurity { port == startTLS ? .startTLS : .tls }
    }

    func imapEndpoint(_ reader: TableReader, profile: ProviderProfile?) -> ServerEndpoint? {
        let endpoint = endpoint("imap", reader, base: profile?.imap, ports: .imap)
        if endpoint == nil, !reader.has("imap"), !reader.has("provider") || profile != nil {
            reader.missing(
                "imap", "write provider = \"icloud\" (or another), or imap = { host = \"imap.example.org\" }")
        }
        return endpoint
    }

    /// `imap` or `smtp`: what is written there over what the profile says, key by key; `nil` when there is neither.
    func endpoint(_ key: String, _ reader: TableReader, base: ServerEndpoint?, ports: Ports) -> ServerEndpoint? {
        guard reader.has(key) else {
            _ = reader.take(key)
            return base
        }
        guard let table = reader.table(key) else { return nil }
        let writtenHost = table.text("host")
        let writtenPort = table.integer("port", in: 1...65_535)
        let security = table.choice("security", of: ConnectionSecurity.self)
        let authorities = table.text("ca")
        let securityLine = table.take("security")?.line ?? table.line
        // IMAP has no such key: a mailbox is always somebody's.
        let signsIn = key == "smtp" ? table.boolean("login") ?? base?.signsIn ?? true : true
        table.finish()

        let caFile = authorities.map { absolute($0.value) } ?? base?.caFile
        if let authorities, let caFile, let complaint = missingFile(caFile) {
            problems.add(line: authorities.line, "`ca` in \(table.title): \(complaint)")
        }
        guard let host = writtenHost?.value ?? base?.host else {
            if !table.has("host") { table.missing("host", "write host = \"\(key).example.org\"") }
            return nil
        }
        if let written = writtenHost, !Self.isHostName(written.value) {
            problems.add(
                line: written.line,
                "`host` in \(table.title): \"\(TableReader.shown(host))\" is no host name; "
                    + "the port goes to `port`, without \"://\"")
            return nil
        }
        let port = writtenPort ?? base?.port ?? ports.port(for: security ?? .tls)
        let endpoint = ServerEndpoint(
            host: host, port: port, security: security ?? base?.security ?? ports.security(for: port), caFile: caFile,
            signsIn: signsIn)
        if endpoint.security == .none, !endpoint.isLoopback {
            problems.add(
                line: securityLine,
                "`security` in \(table.title): \"none\" would send \(signsIn ? "the password" : "mail") in the clear to \(host); "
                    + "it is allowed for this machine (127.0.0.1, ::1, localhost) only: write \"tls\" or \"starttls\"")
            return nil
        }
        warnOfMismatch(endpoint, ports: ports, table)
        return endpoint
    }

    /// The four ports have one meaning everywhere but in a test set-up.
    private func warnOfMismatch(_ endpoint: ServerEndpoint, ports: Ports, _ table: TableReader) {
        guard endpoint.security != .none else { return }
        let usual: ConnectionSecurity
        switch endpoint.port {
        case ports.tls: usual = .tls
        case ports.startTLS: usual = .startTLS
        default: return
        }
        guard endpoint.security != usual else { return }
        problems.warn(
            line: table.line,
            "\(table.title): port \(endpoint.port) usually speaks security = \"\(usual.rawValue)\", "
                + "not \"\(endpoint.security.rawValue)\"")
    }

    private func missingFile(_ path: String) -> String? {
        switch FilePermissions(path: path)?.kind {
        case .regular: nil
        case nil: "the file \(path) does not exist"
        default: "\(path) is no regular file"
        }
    }

    /// A name or an address as a resolver takes it.
    private static func isHostName(_ text: String) -> Bool {
        text.utf8.count <= 253
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"),
                    UInt8(ascii: ":"), UInt8(ascii: "%"):
                    true
                default: byte >= 0x80
                }
            }
            // A colon belongs to an IPv6 address, which has at least two.
            && text.utf8.count { $0 == UInt8(ascii: ":") } != 1
    }
}
