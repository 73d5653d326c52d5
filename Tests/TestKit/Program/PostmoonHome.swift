import Foundation

/// A person's home with nothing of Postmoon in it, and the real program run there.
public final class PostmoonHome: Sendable {
    public let folder: TemporaryFolder
    public let executable: String

    public init() throws {
        executable = try PostmoonExecutable.find()
        folder = try TemporaryFolder("pmhome")
    }

    public var configurationFile: String { folder.file(".config/postmoon/postmoon.toml") }

    /// Where everything of it is kept.
    public func configurationFolder(_ name: String = "") -> String { folder.file(".config/postmoon/\(name)") }

    public func text(_ name: String) throws -> String {
        try String(contentsOfFile: configurationFolder(name), encoding: .utf8)
    }

    /// The permission bits of a file or folder; 0 when it is not there.
    public func permissions(_ name: String = "") -> UInt32 {
        var status = stat()
        guard stat(configurationFolder(name), &status) == 0 else { return 0 }
        return UInt32(status.st_mode) & 0o777
    }

    /// Every file in the home, by its path below it.
    public var files: Set<String> {
        let names = FileManager.default.enumerator(atPath: folder.path)?.allObjects as? [String] ?? []
        var isFolder: ObjCBool = false
        return Set(
            names.filter {
                FileManager.default.fileExists(atPath: folder.file($0), isDirectory: &isFolder) && !isFolder.boolValue
            })
    }

    /// A person at a terminal.
    public func dialogue(_ arguments: String..., environment: [String: String] = [:]) throws -> TerminalSession {
        try TerminalSession([executable] + arguments, environment: surroundings(environment))
    }

    public func dialogue(_ arguments: [String]) throws -> TerminalSession {
        try TerminalSession([executable] + arguments, environment: surroundings([:]))
    }

    /// A script: no terminal.
    public func run(
        _ arguments: [String], input: String? = nil, environment: [String: String] = [:]
    ) async throws -> CommandResult {
        let process = try PostmoonProcess(
            [executable] + arguments, environment: surroundings(environment), input: input)
        let status = try await process.end(within: .seconds(60))
        return CommandResult(
            status: status, output: process.standardOutput, error: process.log.map { $0.line + "\n" }.joined())
    }

    /// One that goes on, such as `run`.
    public func start(_ arguments: String...) throws -> PostmoonProcess {
        try PostmoonProcess([executable] + arguments, environment: surroundings([:]))
    }

    /// Runs a line of a shell, as a person types what was printed.
    public func shell(_ line: String) async throws -> CommandResult {
        let process = try PostmoonProcess(["/bin/sh", "-c", line], environment: surroundings([:]))
        let status = try await process.end(within: .seconds(60))
        return CommandResult(
            status: status, output: process.standardOutput, error: process.log.map { $0.line + "\n" }.joined())
    }

    /// The same for what goes on.
    public func startShell(_ line: String) throws -> PostmoonProcess {
        try PostmoonProcess(["/bin/sh", "-c", "exec \(line)"], environment: surroundings([:]))
    }

    private func surroundings(_ more: [String: String]) -> [String: String] {
        Programs.environment.merging(["HOME": folder.path, "TZ": "UTC"]) { $1 }.merging(more) { $1 }
    }
}
