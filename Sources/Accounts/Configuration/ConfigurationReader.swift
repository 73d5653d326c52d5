import Foundation
import MailModel

/// Turns the tree of `postmoon.toml` into a `Configuration`; what is wrong goes to the collector.
struct ConfigurationReader {
    let path: String
    let permissions: FilePermissions
    let environment: [String: String]
    let problems: ProblemCollector
    /// The folder that relative paths start from.
    let folder: String
    /// Whether the rules folder and secret files may come later: for a configuration that is about to be written.
    var isDraft = false

    init(path: String, permissions: FilePermissions, environment: [String: String], problems: ProblemCollector) {
        self.path = path
        self.permissions = permissions
        self.environment = environment
        self.problems = problems
        let absolute = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
        folder = Self.normalised(absolute.lastIndex(of: "/").map { String(absolute[..<$0]) } ?? "/")
    }

    /// `nil` only when problems were reported.
    func read(_ root: TOMLNode) -> Configuration? {
        guard let table = TableReader(root, title: "", problems: problems) else { return nil }
        let rules = rulesFolder(table)
        let state = stateFolder(table)
        let timezone = timezone(table)
        let keep = table.duration("keep", in: 86_400...3_155_760_000) ?? 180 * 86_400
        let allowExpunge = table.boolean("allow_expunge") ?? false
        let accounts = accounts(table, stateFolder: state ?? "")
        let channels = channels(table, accounts: accounts, declared: declaredAccounts(root))
        let programs = programs(table)
        table.finish()
        guard let state else { return nil }
        return Configuration(
            file: path, rulesFolder: rules, stateFolder: state, timezone: timezone, keep: keep,
            allowExpunge: allowExpunge, accounts: accounts, channels: channels, programs: programs,
            warnings: problems.warnings)
    }

    // MARK: The top of the file

    private func rulesFolder(_ table: TableReader) -> String {
        guard let (text, line) = table.text("rules") else { return absolute("rules") }
        let path = absolute(text)
        switch FilePermissions(path: path)?.kind {
        case .folder: break
        case nil where isDraft: break
        case nil: problems.add(line: line, "`rules`: the folder \(path) does not exist")
        default: problems.add(line: line, "`rules`: \(path) is no folder")
        }
        return path
    }

    private func stateFolder(_ table: TableReader) -> String? {
        if let (text, _) = table.text("state") { return absolute(text) }
        if table.has("state") { return nil }
        // systemd separates several folders by colons; the first is ours.
        if let given = environment["STATE_DIRECTORY"]?.split(separator: ":").first, given.hasPrefix("/") {
            return String(given)
        }
        if let home = Configuration.userFolder("XDG_STATE_HOME", under: ".local/state", environment) {
            return "\(home)/postmoon"
        }
        problems.add(line: 1, "there is no `state`, and neither $XDG_STATE_HOME nor $HOME says where it could be")
        return nil
    }

    private func timezone(_ table: TableReader) -> String {
        guard let (name, line) = table.text("timezone") else { return TimeZone.current.identifier }
        // Abbreviations such as CEST are accepted by Foundation, but mean different things in different places.
        guard name == "UTC" || name == "GMT" || name.contains("/"), TimeZone(identifier: name) != nil else {
            let hint = NearestName.find(name, among: TimeZone.knownTimeZoneIdentifiers)
            problems.add(
                line: line,
                "`timezone`: there is no time zone \"\(TableReader.shown(name))\"; "
                    + (hint.map { "did you mean \"\($0)\"?" } ?? "write it like \"Europe/Berlin\""))
            return "UTC"
        }
        return name
    }

    private func programs(_ table: TableReader) -> [ProgramConfiguration] {
        named(table, "programs").compactMap { name, reader in
            defer { reader.finish() }
            let command = reader.command("command")
            let repeats = reader.boolean("repeat") ?? false
            guard reader.has("command") else {
                reader.missing("command", "write command = [\"/path/to/program\"]")
                return nil
            }
            guard let command else { return nil }
            let resolved = resolved(command)
            warnIfMissing(resolved, line: reader.line)
            return ProgramConfiguration(
                name: name, command: resolved, repeat: repeats,
                position: SourcePosition(file: path, line: reader.line))
        }
    }

    private func accounts(_ table: TableReader, stateFolder: String) -> [AccountConfiguration] {
        guard table.has("accounts") else {
            _ = table.take("accounts")
            problems.add(
                line: 1, "there is no account: write a table [accounts.NAME] with `provider`, `user` and `password`")
            return []
        }
        return named(table, "accounts").compactMap { name, reader in
            defer { reader.finish() }
            guard let accountName = AccountName(name) else { return nil }
            return account(accountName, reader, stateFolder: stateFolder)
        }
    }

    private func declaredAccounts(_ root: TOMLNode) -> Set<String> {
        guard case .table(let entries) = root.value,
            case .table(let accounts)? = entries.first(where: { $0.key == "accounts" })?.node.value
        else { return [] }
        return Set(accounts.map(\.key))
    }

    // MARK: Named tables

    /// The tables `[group.NAME]` in the order of the file.
    func named(_ table: TableReader, _ group: String) -> [(String, TableReader)] {
        guard let node = table.take(group) else { return [] }
        guard let groupReader = TableReader(node, title: "[\(group)]", problems: problems) else { return [] }
        let entries = groupReader.takeAll()
        if entries.isEmpty { problems.add(line: node.line, "[\(group)] is empty: write [\(group).NAME]") }
        return entries.compactMap { entry in
            guard AccountName(entry.key) != nil else {
                problems.add(
                    line: entry.node.line,
                    "\"\(TableReader.shown(entry.key))\" cannot be a name in [\(group)]: "
                        + "use letters A-Z, digits, _ and -"
                )
                return nil
            }
            return TableReader(entry.node, title: "[\(group).\(entry.key)]", problems: problems)
                .map { (entry.key, $0) }
        }
    }

    // MARK: Paths

    func absolute(_ path: String) -> String {
        if path.hasPrefix("/") { return Self.normalised(path) }
        if path == "~" || path.hasPrefix("~/"), let home = environment["HOME"], home.hasPrefix("/") {
            return Self.normalised(home + path.dropFirst())
        }
        return Self.normalised("\(folder)/\(path)")
    }

    /// Without empty and `.` levels; `..` stays, since what it means depends on links.
    private static func normalised(_ path: String) -> String {
        "/" + path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
    }

    /// A program named by a relative path starts from the file's folder; a bare name is looked for in PATH.
    func resolved(_ command: [String]) -> [String] {
        guard let program = command.first, program.contains("/") else { return command }
        return [absolute(program)] + command.dropFirst()
    }

    func warnIfMissing(_ command: [String], line: Int) {
        guard let program = command.first, program.hasPrefix("/"), FilePermissions(path: program) == nil else { return }
        problems.warn(line: line, "the program \(program) does not exist")
    }
}
