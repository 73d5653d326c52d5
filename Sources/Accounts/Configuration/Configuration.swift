import Foundation
import MailModel

/// `postmoon.toml`, read and checked (DESIGN §3).
public struct Configuration: Sendable {
    /// The file it came from.
    public var file: String
    /// An absolute path.
    public var rulesFolder: String
    /// An absolute path. It need not exist.
    public var stateFolder: String
    /// An identifier of the time zone database.
    public var timezone: String
    /// Seconds for which the journal is kept.
    public var keep: Int64
    public var allowExpunge: Bool
    /// In the order of the file; never empty.
    public var accounts: [AccountConfiguration]
    public var channels: [NotifyChannelConfiguration]
    public var programs: [ProgramConfiguration]
    /// What is allowed but probably not meant.
    public var warnings: [ConfigurationProblem]

    public func account(_ name: AccountName) -> AccountConfiguration? { accounts.first { $0.name == name } }

    // MARK: Finding it

    /// The path of the file to load: the one asked for, else `$POSTMOON_CONFIG`, else the first that exists of
    /// `$XDG_CONFIG_HOME/postmoon/postmoon.toml` (or `~/.config/...`) and `/etc/postmoon/postmoon.toml`.
    public static func locate(
        explicit: String?, environment: [String: String]
    ) throws(ConfigurationError) -> String {
        if let explicit, !explicit.isEmpty { return explicit }
        if let named = environment["POSTMOON_CONFIG"], !named.isEmpty { return named }
        let places = usualPlaces(environment)
        if let found = places.first(where: { FilePermissions(path: $0) != nil }) { return found }
        throw ConfigurationError(problems: [
            ConfigurationProblem(
                file: places[0], line: 1,
                message: "there is no configuration; looked for \(places.joined(separator: " and ")). "
                    + "`postmoon init` writes one, --config FILE names another")
        ])
    }

    /// Where `init` writes: the file that would be loaded, where there is one and this user may change it, else the place
    /// of the user's own.
    ///
    /// - Returns: the path, and whether there is a file.
    public static func placeToWrite(
        explicit: String?, environment: [String: String]
    ) throws(ConfigurationError) -> (path: String, exists: Bool) {
        let named = [explicit, environment["POSTMOON_CONFIG"]].compactMap { $0 }.first { !$0.isEmpty }
        if let named { return (named, FilePermissions(path: named) != nil) }
        let places = usualPlaces(environment)
        if let found = places.first(where: { FilePermissions(path: $0) != nil }),
            found == places[0] || access(found, W_OK) == 0
        {
            return (found, true)
        }
        return (places[0], false)
    }

    private static func usualPlaces(_ environment: [String: String]) -> [String] {
        let home = userFolder("XDG_CONFIG_HOME", under: ".config", environment)
        return (home.map { ["\($0)/postmoon/postmoon.toml"] } ?? []) + ["/etc/postmoon/postmoon.toml"]
    }

    /// An XDG base folder; a relative path in the variable counts as none (XDG Base Directory Specification).
    static func userFolder(_ variable: String, under place: String, _ environment: [String: String]) -> String? {
        if let folder = environment[variable], folder.hasPrefix("/") { return folder }
        guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
        return home == "/" ? "/\(place)" : "\(home)/\(place)"
    }

    // MARK: Loading it

    /// The largest file that is read.
    static let sizeLimit = 1_048_576

    /// Reads and checks the whole file; the error holds every problem found, not just the first.
    ///
    /// Contacts no server, runs no program, reads no secret (it looks at the permissions of secret files).
    public static func load(
        _ path: String, environment: [String: String]
    ) throws(ConfigurationError) -> Configuration {
        let problems = ProblemCollector(file: path)
        let content = try content(of: path, problems)
        if let complaint = content.permissions.complaint(for: .configuration, path: path, user: geteuid()) {
            problems.add(line: 1, complaint)
        }
        let reader = ConfigurationReader(
            path: path, permissions: content.permissions, environment: environment, problems: problems)
        return try read(content.bytes, by: reader)
    }

    /// Reads and checks a text that is about to be written to this path: the rules folder and secret files that it names
    /// may not be there yet.
    public static func draft(
        _ text: String, at path: String, environment: [String: String]
    ) throws(ConfigurationError) -> Configuration {
        let permissions = FilePermissions(path: path) ?? FilePermissions(owner: geteuid(), mode: 0o600)
        var reader = ConfigurationReader(
            path: path, permissions: permissions, environment: environment, problems: ProblemCollector(file: path))
        reader.isDraft = true
        return try read(Array(text.utf8), by: reader)
    }

    /// What the file holds, to be written anew with something added.
    public static func text(of path: String) throws(ConfigurationError) -> String {
        let problems = ProblemCollector(file: path)
        return String(decoding: try content(of: path, problems).bytes, as: UTF8.self)
    }

    private static func content(of path: String, _ problems: ProblemCollector) throws(ConfigurationError) -> FileContent
    {
        do {
            return try FileContent(path: path, limit: sizeLimit)
        } catch {
            problems.add(line: 1, "the configuration \(error.reason)")
            throw problems.error
        }
    }

    private static func read(
        _ bytes: [UInt8], by reader: ConfigurationReader
    ) throws(ConfigurationError) -> Configuration {
        let document: TOMLDocument
        do {
            document = try TOMLDocument(bytes)
        } catch {
            reader.problems.add(line: error.line, error.message)
            throw reader.problems.error
        }
        guard let configuration = reader.read(document.root), reader.problems.isEmpty else {
            throw reader.problems.error
        }
        return configuration
    }
}
