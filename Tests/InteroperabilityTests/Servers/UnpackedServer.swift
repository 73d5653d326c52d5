import Foundation
import Synchronization

@testable import TestKit

/// A server that was unpacked, with all it needs, into a folder of its own by `scripts/test`. It sees that folder as the
/// whole file system; `/etc`, `/var`, `/run` and `/home` are this run's, gone with it. It takes root to set that up.
final class UnpackedServer: Sendable {
    /// Programs by their path in the server's own file system, with arguments.
    typealias Command = [String]

    let name: String
    let folder: TemporaryFolder
    private let process = Mutex<ServerProcess?>(nil)

    /// Where `scripts/test` unpacks servers.
    static let place: String = {
        if let named = ProcessInfo.processInfo.environment["POSTMOON_SERVERS"] { return named }
        var root = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { root.deleteLastPathComponent() }
        return root.appendingPathComponent(".build/servers").path
    }()

    init(_ name: String) throws {
        self.name = name
        guard access("\(Self.place)/\(name)/.complete", F_OK) == 0 else {
            throw ServerUnavailable("\(name) is not unpacked in \(Self.place): `scripts/test` does that")
        }
        guard geteuid() == 0 else { throw ServerUnavailable("\(name) runs in a root of its own: that takes root") }
        folder = try TemporaryFolder("pmun", mode: 0o755)
        for part in ["etc", "var", "run", "home"] { try folder.makeFolder(part, mode: 0o755) }
        try FileManager.default.createSymbolicLink(atPath: folder.file("var/run"), withDestinationPath: "/run")
        try folder.write("etc/nsswitch.conf", "passwd: files\nshadow: files\ngroup: files\n", mode: 0o644)
    }

    deinit { stop() }

    /// A file that the packages brought.
    func packaged(_ path: String) throws -> String {
        try String(contentsOfFile: "\(Self.place)/\(name)/\(path)", encoding: .utf8)
    }

    /// Its users, besides root and nobody; each with a home and the password that `hash` is of.
    func writeUsers(_ users: [(name: String, id: Int, home: String)], passwordHash hash: String) throws {
        let all = [("root", 0, "/"), ("nobody", 65_534, "/")] + users.map { ($0.name, $0.id, $0.home) }
        try folder.write(
            "etc/passwd", all.map { "\($0.0):x:\($0.1):\($0.1):\($0.0):\($0.2):/bin/false\n" }.joined(), mode: 0o644)
        try folder.write("etc/group", all.map { "\($0.0):x:\($0.1):\n" }.joined() + "mail:x:8:\n", mode: 0o644)
        try folder.write("etc/shadow", all.map { "\($0.0):\(hash):19000:0:99999:7:::\n" }.joined())
    }

    /// A password as `/etc/shadow` has it.
    static func hash(_ password: String) throws -> String {
        let openssl = try Programs.find("openssl", package: "openssl")
        return try Programs.run(openssl, ["passwd", "-6", password]).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Runs preparations one after the other, then servers, of which the last is the one to wait for.
    ///
    /// - Parameters:
    ///   - preparations: with what each reads from its standard input.
    ///   - group: whose the files are that these make.
    func start(
        preparations: [(Command, input: String)] = [], group: Int = 0, _ servers: [Command],
        environment: [String: String] = [:],
        port: Int, greeting: String
    ) throws {
        var script = """
            set -e
            mount --make-rprivate /
            mount --bind /dev "$ROOT/dev"
            mount -t proc proc "$ROOT/proc"
            mount -t tmpfs tmpfs "$ROOT/tmp"
            for part in etc var run home; do mount --bind "$OWN/$part" "$ROOT/$part"; done
            cd /

            """
        for (command, input) in preparations {
            script +=
                "printf '%s' \(Self.quoted(input)) | chroot --userspec=+0:+\(group) \"$ROOT\" \(Self.quoted(command))\n"
        }
        for command in servers.dropLast() { script += "chroot \"$ROOT\" \(Self.quoted(command)) &\n" }
        script += "exec chroot \"$ROOT\" \(Self.quoted(servers.last ?? []))\n"
        let unshare = try Programs.find("unshare", package: "util-linux")
        let places = ["ROOT": "\(Self.place)/\(name)", "OWN": folder.path]
        // All of its processes are in one namespace and end with the first.
        let server = try ServerProcess(
            [unshare, "--mount", "--pid", "--fork", "--kill-child=KILL", "/bin/sh", "-c", script],
            environment: environment.merging(places) { $1 }, folder: folder, log: folder.file("output"))
        process.withLock { $0 = server }
        guard Readiness.wait(port: port, greeting: greeting, server: server) else {
            server.stop()
            throw ServerUnavailable("\(name) did not start: \(log)")
        }
    }

    func stop() { process.withLock { $0.take() }?.stop() }

    var log: String { (try? String(contentsOfFile: folder.file("output"), encoding: .utf8)) ?? "" }

    private static func quoted(_ command: Command) -> String { command.map(quoted).joined(separator: " ") }

    private static func quoted(_ text: String) -> String { "'" + text.replacing("'", with: "'\\''") + "'" }
}
