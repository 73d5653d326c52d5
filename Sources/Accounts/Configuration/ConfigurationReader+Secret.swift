import Foundation
import MailModel

extension ConfigurationReader {
    private static let sourceKinds = ["command", "file", "env", "credential"]

    /// `password = { ... }` or `oauth2 = { ... }`: exactly one of them.
    func credential(_ reader: TableReader, profile: ProviderProfile) -> CredentialSource? {
        let password = reader.take("password")
        let oauth2 = reader.take("oauth2")
        if let password, oauth2 != nil {
            problems.add(line: password.line, "\(reader.title) has both `password` and `oauth2`: keep one")
        }
        if let password { return self.password(password, reader).map(CredentialSource.password) }
        if let oauth2 { return self.oauth2(oauth2, reader, profile: profile).map(CredentialSource.oauth2) }
        reader.missing(
            "password",
            "write password = { command = [\"secret-tool\", \"lookup\", \"service\", \"postmoon\"] } "
                + "or password = { file = \"\(reader.nameOfSecretFile)\" }")
        return nil
    }

    private func password(_ node: TOMLNode, _ reader: TableReader) -> SecretSource? {
        if case .table = node.value { return secretSource(node, "password", reader) }
        problems.add(
            line: node.line,
            "a password does not belong in this file: write it to a file of its own "
                + "(chmod 600) and here password = { file = \"\(reader.nameOfSecretFile)\" }, "
                + "or password = { command = [\"secret-tool\", \"lookup\", \"service\", \"postmoon\"] }")
        return nil
    }

    /// A table with exactly one of `command`, `file`, `env`, `credential`.
    ///
    /// - Parameter isMadeLater: whether Postmoon itself writes the file, so that it may be missing.
    func secretSource(
        _ node: TOMLNode, _ key: String, _ reader: TableReader, isMadeLater: Bool = false
    ) -> SecretSource? {
        guard let table = TableReader(node, title: "`\(key)`\(reader.place)", problems: problems) else { return nil }
        var sources: [SecretSource] = []
        if let command = table.command("command") {
            let resolved = resolved(command)
            warnIfMissing(resolved, line: table.line)
            sources.append(.command(resolved))
        }
        if let (file, line) = table.text("file") {
            let path = absolute(file)
            checkSecretFile(path, table, line, isMadeLater: isMadeLater)
            sources.append(.file(path))
        }
        if let (name, line) = table.text("env") {
            if name.contains("=") {
                problems.add(line: line, "`env` in \(table.title) is no name of a variable")
            }
            sources.append(.environment(name))
        }
        if let (name, line) = table.text("credential") {
            if name.contains("/") || name == "." || name == ".." {
                problems.add(line: line, "`credential` in \(table.title) is the name of a systemd credential, no path")
            }
            sources.append(.credential(name))
        }
        table.finish()
        let written = Self.sourceKinds.filter(table.has)
        if written.isEmpty {
            problems.add(line: table.line, "\(table.title) needs one of `command`, `file`, `env` or `credential`")
        } else if written.count > 1 {
            problems.add(
                line: table.line, "\(table.title) has \(written.map { "`\($0)`" }.joined(separator: " and ")): keep one"
            )
        }
        return sources.first
    }

    private func checkSecretFile(_ path: String, _ table: TableReader, _ line: Int, isMadeLater: Bool) {
        guard let permissions = FilePermissions(path: path) else {
            if isMadeLater || isDraft { return }
            problems.add(line: line, "`file` in \(table.title): the file \(path) does not exist")
            return
        }
        if permissions.kind != .regular {
            problems.add(line: line, "`file` in \(table.title): \(path) is no regular file")
        } else if let complaint = permissions.complaint(for: .secret, path: path, user: geteuid()) {
            problems.add(line: line, "`file` in \(table.title): \(complaint)")
        }
    }

    /// A text, or a table that says where it is kept.
    func configuredText(
        _ node: TOMLNode, _ key: String, _ reader: TableReader, isMadeLater: Bool = false
    ) -> ConfiguredText? {
        if case .table = node.value {
            return secretSource(node, key, reader, isMadeLater: isMadeLater).map(ConfiguredText.source)
        }
        guard case .string = node.value else {
            reader.wrongType(key, "a text in quotation marks or { file = \"...\" }", node)
            return nil
        }
        return reader.text(node, key).map { .literal(Secret($0)) }
    }

    // MARK: OAuth2

    private func oauth2(_ node: TOMLNode, _ reader: TableReader, profile: ProviderProfile) -> OAuth2Source? {
        guard let table = TableReader(node, title: "`oauth2`\(reader.place)", problems: problems) else { return nil }
        defer { table.finish() }
        if table.has("command") { return table.command("command").map { .command(resolved($0)) } }
        _ = table.take("command")
        let known = profile.signIn.oauth2
        let clientID = table.text("client_id")?.value
        let token = table.take("refresh_token").map { privateText($0, "refresh_token", table, isMadeLater: true) }
        let clientSecret = table.take("client_secret").flatMap { privateText($0, "client_secret", table) }
        let scope = table.text("scope")?.value
        let tokenURL = address("token_url", table) ?? known?.tokenURL
        let authorizeURL = address("authorize_url", table) ?? known?.authorizeURL
        let deviceURL = address("device_url", table) ?? known?.deviceURL
        if !table.has("client_id") { table.missing("client_id", "or give command = [...] that prints an access token") }
        if tokenURL == nil { table.missing("token_url", "it is the address where the provider renews tokens") }
        // Left out, it is what `postmoon login` stores; written but wrong, it has been reported.
        if let token, token == nil { return nil }
        guard let clientID, let tokenURL else { return nil }
        return .refresh(
            OAuth2Refresh(
                clientID: clientID, clientSecret: clientSecret, refreshToken: token ?? nil, tokenURL: tokenURL,
                authorizeURL: authorizeURL, deviceURL: deviceURL,
                scope: scope ?? known?.scopes.joined(separator: " ") ?? ""))
    }

    private func address(_ key: String, _ table: TableReader) -> String? {
        guard let (text, line) = table.text(key) else { return nil }
        if let complaint = Self.complaint(aboutURL: text) {
            problems.add(line: line, "`\(key)` in \(table.title) \(complaint)")
        }
        return text
    }

    /// A text that is always a secret: written here only where nobody else can read this file.
    func privateText(
        _ node: TOMLNode, _ key: String, _ table: TableReader, isMadeLater: Bool = false
    ) -> ConfiguredText? {
        guard case .string = node.value else { return configuredText(node, key, table, isMadeLater: isMadeLater) }
        guard permissions.mode & 0o077 == 0 else {
            problems.add(
                line: node.line,
                "`\(key)` in \(table.title) is a secret and others can read this file: "
                    + "write \(key) = { file = \"...\" }, or chmod 600 \(path)")
            return nil
        }
        return configuredText(node, key, table)
    }

    // MARK: URLs

    /// What is wrong with an address that requests go to; the sentence does not hold the address.
    static func complaint(aboutURL text: String) -> String? {
        guard let url = URL(string: text), let scheme = url.scheme?.lowercased(), let host = url.host(), !host.isEmpty,
            scheme == "http" || scheme == "https"
        else { return "is no address such as \"https://example.org/hook\"" }
        if scheme == "http", !ServerEndpoint.isLoopback(host) {
            return "must begin with https:// (http:// only to this machine)"
        }
        return nil
    }
}

extension TableReader {
    /// `home.secret` for `[accounts.home]`.
    fileprivate var nameOfSecretFile: String {
        let name = title.split(separator: ".").last?.dropLast() ?? "account"
        return "\(name).secret"
    }
}
