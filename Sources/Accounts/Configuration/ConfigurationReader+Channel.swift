import MailModel

extension ConfigurationReader {
    private enum ChannelType: String, CaseIterable { case webhook, ntfy, desktop, command, mail }

    /// `[notify.NAME]`.
    func channels(
        _ table: TableReader, accounts: [AccountConfiguration], declared: Set<String>
    ) -> [NotifyChannelConfiguration] {
        named(table, "notify").compactMap { name, reader in
            guard reader.has("type") else {
                reader.missing("type", "write type = \"webhook\" (or ntfy, desktop, command, mail)")
                return nil
            }
            guard let type = reader.choice("type", of: ChannelType.self) else { return nil }
            let kind = kind(type, reader, accounts: accounts, declared: declared)
            let ceiling = ceiling(reader)
            reader.finish()
            return kind.map {
                NotifyChannelConfiguration(
                    name: name, kind: $0, ceilingHour: ceiling, position: SourcePosition(file: path, line: reader.line))
            }
        }
    }

    private func kind(
        _ type: ChannelType, _ reader: TableReader, accounts: [AccountConfiguration], declared: Set<String>
    ) -> NotifyChannelConfiguration.Kind? {
        switch type {
        case .webhook:
            let headers = headers(reader)
            let secret = reader.take("secret").map { privateText($0, "secret", reader) }
            let url = url(reader, example: "https://example.org/hook")
            // Left out, nothing is signed; written but wrong, it has been reported.
            if let secret, secret == nil { return nil }
            return url.map { .webhook(url: $0, headers: headers, secret: secret ?? nil) }
        case .ntfy:
            let headers = headers(reader)
            return url(reader, example: "https://ntfy.sh/your-topic").map { .ntfy(url: $0, headers: headers) }
        case .desktop:
            return .desktop
        case .command:
            guard let command = reader.command("command") else {
                if !reader.has("command") { reader.missing("command", "write command = [\"/path/to/program\"]") }
                return nil
            }
            let resolved = resolved(command)
            warnIfMissing(resolved, line: reader.line)
            return .command(resolved)
        case .mail:
            return mail(reader, accounts: accounts, declared: declared)
        }
    }

    private func ceiling(_ reader: TableReader) -> Int {
        guard let table = reader.table("ceiling") else { return 60 }
        defer { table.finish() }
        return table.integer("hour", in: 1...1_000_000) ?? 60
    }

    private func url(_ reader: TableReader, example: String) -> ConfiguredText? {
        guard let node = reader.take("url") else {
            reader.missing("url", "write url = \"\(example)\", or url = { file = \"...\" } if it is a secret")
            return nil
        }
        if case .string(let text) = node.value, let complaint = Self.complaint(aboutURL: text) {
            problems.add(line: node.line, "`url`\(reader.place) \(complaint)")
            return nil
        }
        return configuredText(node, "url", reader)
    }

    private func headers(_ reader: TableReader) -> [NotifyChannelConfiguration.Header] {
        guard let table = reader.table("headers") else { return [] }
        return table.takeAll().compactMap { entry in
            guard Self.isToken(entry.key) else {
                problems.add(
                    line: entry.node.line,
                    "\"\(TableReader.shown(entry.key))\" in \(table.title) cannot be the name of a header")
                return nil
            }
            return configuredText(entry.node, entry.key, table).map { .init(name: entry.key, value: $0) }
        }
    }

    /// RFC 9110 §5.6.2.
    private static func isToken(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }

    private func mail(
        _ reader: TableReader, accounts: [AccountConfiguration], declared: Set<String>
    ) -> NotifyChannelConfiguration.Kind? {
        let account = reader.text("account")
        let to = reader.text("to")
        if !reader.has("account") { reader.missing("account", "name the account that sends it") }
        if !reader.has("to") { reader.missing("to", "write to = \"you@example.org\"") }
        guard let account, let to else { return nil }
        guard let name = AccountName(account.value), declared.contains(account.value) else {
            problems.add(
                line: account.line,
                "`account`\(reader.place): there is no account \"\(TableReader.shown(account.value))\"")
            return nil
        }
        // An account that is there but wrong has been reported already.
        guard let sender = accounts.first(where: { $0.name == name }) else { return nil }
        guard sender.canSend else {
            problems.add(
                line: account.line, "`account`\(reader.place): the account \(name) has no `smtp` or no address")
            return nil
        }
        guard let recipient = EnvelopeAddress(to.value) else {
            problems.add(
                line: to.line, "`to`\(reader.place): \"\(TableReader.shown(to.value))\" is no mail address")
            return nil
        }
        return .mail(account: name, to: recipient)
    }
}
