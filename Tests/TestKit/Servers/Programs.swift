import Foundation

/// Programs of the system that the private servers are made of.
enum Programs {
    private static let folders = [
        "/usr/sbin", "/usr/local/sbin", "/usr/bin", "/usr/local/bin", "/bin", "/opt/homebrew/sbin",
        "/opt/homebrew/bin",
    ]

    /// What they find in their environment.
    static let environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/tmp", "LANG": "C"]

    /// Its path, or the sentence how to get it.
    static func find(_ name: String, package: String) throws -> String {
        let places: [String] = folders.map { "\($0)/\(name)" }
        guard let path = places.first(where: { access($0, X_OK) == 0 }) else {
            throw ServerUnavailable("\(name) is not installed: apt-get install \(package)")
        }
        return path
    }

    /// Runs one to its end and gives what it printed; that is also in what is thrown when it fails.
    @discardableResult
    static func run(_ path: String, _ arguments: [String], in folder: String = "/") throws -> String {
        let (reading, writing) = try ChildProcess.pipe()
        defer { close(reading) }
        let child: ChildProcess
        do {
            defer { close(writing) }
            child = try ChildProcess(
                ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", folder, path] + arguments,
                environment: environment, input: nil, output: writing)
        }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = read(reading, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        let text = String(decoding: bytes, as: UTF8.self)
        guard awaited(within: .seconds(10), { child.exitStatus }) == 0 else {
            throw ServerUnavailable("\(path) \(arguments.first ?? "") failed: \(text)")
        }
        return text
    }
}
