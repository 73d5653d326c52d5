import MailModel

extension ConfigurationReader {
    /// `[accounts.NAME]`; every key is read even when an earlier one is wrong, so that all problems are reported.
    func account(_ name: AccountName, _ reader: TableReader, stateFolder: String) -> AccountConfiguration? {
        let chosen = profile(reader)
        let imap = imapEndpoint(reader, profile: chosen)
        let smtp = endpoint("smtp", reader, base: chosen?.smtp, ports: .submission)
        let profile = chosen ?? imap.flatMap { ProviderProfile.forIMAPHost($0.host) } ?? .custom

        let user = reader.text("user")?.value
        if !reader.has("user") { reader.missing("user", "write user = \"you@example.org\", the name you sign in with") }
        let displayName = reader.text("name")?.value
        let address = address(reader, user: user)
        let aliases = (reader.texts("aliases") ?? []).compactMap { text, line in
            envelopeAddress(text, "aliases", reader, line)?.rawValue
        }
        let watch = watch(reader)
        let folders = folders(reader)
        let unknown = unknownPolicy(reader)
        let idle = reader.duration("idle", in: 1...1_740) ?? Int64(profile.quirks.idleRestart)
        let poll = reader.duration("poll", in: 1...86_400) ?? 120
        let timeout = reader.duration("timeout", in: 1...3_600).map(Int.init)
        let ceiling = ceiling(reader, profile: profile)
        let credential = credential(reader, profile: profile)

        if smtp != nil, user != nil, address == nil, !reader.has("address") {
            problems.warn(
                line: reader.line,
                "\(reader.title) cannot send: `user` is no mail address; write address = \"you@example.org\"")
        }
        guard let user, let imap, let credential else { return nil }
        return AccountConfiguration(
            name: name, profile: profile, user: user, address: address, displayName: displayName, aliases: aliases,
            watch: watch, folders: folders, unknown: unknown, idleSeconds: Int(idle), pollSeconds: Int(poll),
            timeoutSeconds: timeout, ceilingHour: ceiling.hour, ceilingDay: ceiling.day, imap: imap, smtp: smtp,
            credential: credential, stateFolder: stateFolder,
            position: SourcePosition(file: path, line: reader.line))
    }

    private func profile(_ reader: TableReader) -> ProviderProfile? {
        guard let (name, line) = reader.text("provider") else { return nil }
        if let profile = ProviderProfile.named(name) { return profile }
        reader.unknownWord(name, "provider", among: ProviderProfile.all.map(\.name), line)
        return nil
    }

    private func address(_ reader: TableReader, user: String?) -> EnvelopeAddress? {
        guard let (text, line) = reader.text("address") else {
            return reader.has("address") ? nil : user.flatMap(EnvelopeAddress.init)
        }
        return envelopeAddress(text, "address", reader, line)
    }

    private func envelopeAddress(_ text: String, _ key: String, _ reader: TableReader, _ line: Int) -> EnvelopeAddress?
    {
        if let address = EnvelopeAddress(text) { return address }
        problems.add(
            line: line,
            "`\(key)`\(reader.place): \"\(TableReader.shown(text))\" is no mail address; "
                + "write it like \"jane@example.org\""
        )
        return nil
    }

    private func watch(_ reader: TableReader) -> [MailboxName] {
        guard let texts = reader.texts("watch") else { return [.inbox] }
        var names: [MailboxName] = []
        for (text, line) in texts {
            guard let name = mailbox(text, "watch", reader, line) else { continue }
            if names.contains(name) {
                problems.add(line: line, "`watch`\(reader.place) names \(name) twice")
            } else {
                names.append(name)
            }
        }
        if texts.isEmpty {
            problems.add(
                line: reader.take("watch")?.line ?? reader.line,
                "`watch`\(reader.place) is an empty list: name at least one folder, or leave it out for INBOX")
        }
        return names
    }

    private func folders(_ reader: TableReader) -> [MailboxRole: MailboxName] {
        guard let table = reader.table("folders") else { return [:] }
        var folders: [MailboxRole: MailboxName] = [:]
        for role in MailboxRole.allCases {
            guard let (text, line) = table.text(role.rawValue) else { continue }
            folders[role] = mailbox(text, role.rawValue, table, line)
        }
        table.finish()
        return folders
    }

    private func mailbox(_ text: String, _ key: String, _ reader: TableReader, _ line: Int) -> MailboxName? {
        if let name = MailboxName(text) { return name }
        problems.add(
            line: line,
            "`\(key)`\(reader.place): \"\(TableReader.shown(text))\" is no folder name; "
                + "levels are separated by single /, none is empty")
        return nil
    }

    private func unknownPolicy(_ reader: TableReader) -> UnknownPolicy? {
        guard let (word, line) = reader.text("unknown") else { return nil }
        if let policy = UnknownPolicy(rawValue: word) { return policy }
        reader.unknownWord(word, "unknown", among: ["resend", "hold"], line)
        return nil
    }

    private func ceiling(_ reader: TableReader, profile: ProviderProfile) -> (hour: Int, day: Int) {
        // Nine tenths: the person sends by hand as well.
        let allowed = profile.limits.perDay.map { $0 * 9 / 10 } ?? .max
        let usual = (hour: min(500, allowed), day: min(2_000, allowed))
        guard let table = reader.table("ceiling") else { return usual }
        let hour = table.integer("hour", in: 1...1_000_000)
        let day = table.integer("day", in: 1...1_000_000)
        table.finish()
        return (hour ?? usual.hour, day ?? usual.day)
    }
}
