import Foundation

/// A folder of its own, removed with everything in it when the value goes.
///
/// Its path is short: a Unix socket's path ends at 107 bytes, and servers put theirs some levels down.
public final class TemporaryFolder: Sendable {
    public let path: String

    /// - Parameter mode: 0o755 lets servers pass through that run under other users.
    public init(_ prefix: String = "pm", mode: mode_t = 0o700) throws {
        var template = Array("/tmp/\(prefix).XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw ServerUnavailable("no folder can be made in /tmp: \(String(cString: strerror(errno)))")
        }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        chmod(path, mode)
    }

    deinit {
        // A server's last process may still write while the folder is emptied.
        _ = awaited(within: .seconds(1)) {
            try? FileManager.default.removeItem(atPath: path)
            return access(path, F_OK) == 0 ? nil : true
        }
    }

    /// The path of what has this name in it.
    public func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a file and gives its path.
    @discardableResult
    public func write(_ name: String, _ content: [UInt8], mode: mode_t = 0o600) throws -> String {
        let path = file(name)
        guard mode & 0o111 != 0 else {
            try Data(content).write(to: URL(fileURLWithPath: path))
            chmod(path, mode)
            return path
        }
        // A program must not be open for writing anywhere, and what this process has open is for a moment also open in
        // every child that another test starts: a child of its own writes it.
        try Data(content).write(to: URL(fileURLWithPath: path + ".text"))
        try Programs.run(Programs.find("cp", package: "coreutils"), [path + ".text", path])
        unlink(path + ".text")
        chmod(path, mode)
        return path
    }

    @discardableResult
    public func write(_ name: String, _ text: String, mode: mode_t = 0o600) throws -> String {
        try write(name, Array(text.utf8), mode: mode)
    }

    /// Sets a file's time of change an hour back.
    func makeOld(_ name: String) {
        let then = timeval(tv_sec: time(nil) - 3_600, tv_usec: 0)
        _ = utimes(file(name), [then, then])
    }

    /// Makes a folder in it, owned by the user when one is given, and gives its path.
    @discardableResult
    func makeFolder(_ name: String, mode: mode_t, owner: uid_t? = nil, group: gid_t? = nil) throws -> String {
        let path = file(name)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        if let owner { chown(path, owner, group ?? gid_t.max) }
        chmod(path, mode)
        return path
    }
}
