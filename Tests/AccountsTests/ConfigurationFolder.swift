import Foundation

@testable import Accounts

/// A folder of its own for one test, with the files that a configuration names; removed with the value.
final class ConfigurationFolder {
    let path: String
    var configurationPath: String { "\(path)/postmoon.toml" }

    init() throws {
        let template = FileManager.default.temporaryDirectory.path + "/accounts-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: template, withIntermediateDirectories: true)
        path = template
        try FileManager.default.createDirectory(atPath: "\(path)/rules", withIntermediateDirectories: true)
        try write("lab.secret", "s3cret\n", mode: 0o600)
        try write("ca.pem", "", mode: 0o644)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ name: String, _ text: String, mode: Int) throws {
        let file = "\(path)/\(name)"
        try Data(text.utf8).write(to: URL(fileURLWithPath: file))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
    }

    /// Writes the configuration and loads it.
    func load(_ text: String, mode: Int = 0o644, environment: [String: String]? = nil) throws -> Configuration {
        try write("postmoon.toml", text, mode: mode)
        return try Configuration.load(configurationPath, environment: environment ?? ["HOME": path])
    }

    /// The problems as `LINE: message`, this folder's path as `{folder}`.
    func problems(_ text: String, mode: Int = 0o644, environment: [String: String]? = nil) throws -> [String] {
        do {
            _ = try load(text, mode: mode, environment: environment)
            return []
        } catch let error as ConfigurationError {
            return shown(error.problems)
        }
    }

    func shown(_ problems: [ConfigurationProblem]) -> [String] {
        problems.map { problem in
            let file = problem.file == configurationPath ? "" : problem.file
            return "\(file)\(problem.line): \(problem.message)".replacingOccurrences(of: path, with: "{folder}")
        }
    }
}
