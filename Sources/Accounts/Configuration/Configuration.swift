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
        let content: FileContent
        do {
            content = try FileContent(path: path, limit: sizeLimit)
        } catch {
            problems.add(line: 1, "the configuration \(error.reason)")
            throw problems.error
        }
        if let complaint = content.permissions.complaint(for: .configuration, path: path, user: geteuid()) {
            problems.add(line: 1, complaint)
        }
        let document: TOMLDocument
        do {
            document = try TOMLDocument(content.bytes)
        } catch {
            problems.add(line: error.line, error.message)
            throw problems.error
        }
        let reader = ConfigurationReader(
            path: path, permissions: content.permissions, environment: environment, problems: problems)
        guard let configuration = reader.read(document.root), problems.isEmpty else { throw problems.error }
        return configuration
    }
}
