import Foundation

/// Programs of the system that the private servers are made of.
enum Programs {
    private static let folders = [
        "/usr/sbin", "/usr/local/sbin", "/usr/bin", "/usr/local/bin", "/bin", "/opt/homebrew/sbin",
        "/opt/homebrew/bin",
    ]

    /// Its path, or the sentence how to get it.
    static func find(_ name: String, package: String) throws -> String {
        let places: [String] = folders.map { "\($0)/\(name)" }
        guard let path = places.first(where: { access($0, X_OK) == 0 }) else {
            throw ServerUnavailable("\(name) is not installed: apt-get install \(package)")
        }
        return path
    }

    /// Runs one to its end and gives what it printed; its standard error is in what is thrown when it fails.
    @discardableResult
    static func run(_ path: String, _ arguments: [String], in folder: String? = nil) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/tmp", "LANG": "C"]
        if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
        let output = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        // Both in one pipe: two would need two readers.
        process.standardError = output
        try process.runWithoutSignalMask()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw ServerUnavailable("\(path) \(arguments.first ?? "") failed: \(text)")
        }
        return text
    }
}

extension Process {
    /// Threads of Dispatch block most signals, and a child inherits that: it could not be ended by SIGTERM.
    func runWithoutSignalMask() throws {
        var none = sigset_t()
        var before = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try run()
    }
}
