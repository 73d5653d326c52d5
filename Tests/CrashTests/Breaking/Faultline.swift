import Foundation
import Synchronization

@testable import TestKit

/// The library that is loaded before all others into one process, counts what it does to its state folder and on its
/// connections, and breaks it at one of these steps (`Tests/Faultline`).
enum Faultline {
    private static let built = Mutex<TemporaryFolder?>(nil)

    /// Compiled when first asked for, once for the whole program.
    static func library() throws -> String {
        try folder().file("faultline.so")
    }

    /// A small program that does to files what its arguments say, to try the library on.
    static func clerk() throws -> String {
        try folder().file("clerk")
    }

    private static func folder() throws -> TemporaryFolder {
        try built.withLock { built in
            if let built { return built }
            let folder = try TemporaryFolder("pmfl")
            let compiler = try Programs.find("cc", package: "gcc")
            let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().appendingPathComponent("Faultline").path
            let warnings = ["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O1"]
            let parts = ["faultline", "disk", "calls"].map { "\(sources)/\($0).c" }
            try Programs.run(
                compiler,
                warnings + ["-shared", "-fPIC", "-o", folder.file("faultline.so")] + parts + ["-ldl", "-lpthread"])
            try Programs.run(compiler, warnings + ["-o", folder.file("clerk"), "\(sources)/clerk.c"])
            built = folder
            // What is static never goes by itself.
            atexit { Faultline.built.withLock { $0 = nil } }
            return folder
        }
    }
}

/// What happens to a program at one of its steps.
enum Breakage: Hashable, Sendable {
    /// SIGKILL before the step.
    case kill(step: Int)
    /// Before the step everything not synced is taken back, then SIGKILL.
    ///
    /// - Parameter torn: a seed: of the writes not synced some have arrived; `nil`: none.
    case powerLoss(step: Int, torn: UInt32? = nil)
    /// What is sent as so-manieth arrives and is answered, and the connection ends before the answer comes.
    case loseReply(send: Int)

    var environment: [String: String] {
        switch self {
        case .kill(let step): ["FAULTLINE_BREAK": "kill:\(step)"]
        case .powerLoss(let step, nil): ["FAULTLINE_BREAK": "power:\(step)"]
        case .powerLoss(let step, let torn?):
            ["FAULTLINE_BREAK": "power:\(step)", "FAULTLINE_TORN": "\(max(1, torn))"]
        case .loseReply(let send): ["FAULTLINE_BREAK": "lose-reply:\(send)"]
        }
    }
}

/// What happens to a trial.
enum Trouble: Hashable, Sendable, CustomStringConvertible {
    enum Way: String, Sendable { case imap, smtp }

    case process(Breakage)
    /// A proxy stands between the program and its servers.
    case wire(WireCut, Way)

    var description: String {
        switch self {
        case .process(let breakage): "\(breakage)"
        case .wire(let cut, let way): "\(way.rawValue): \(cut)"
        }
    }

    var breakage: Breakage? {
        if case .process(let breakage) = self { breakage } else { nil }
    }
}

/// What the library noted of one process.
struct FaultReport: Sendable {
    struct Step: Sendable {
        /// `write`, `sync`, `send`, …
        var deed: String
        /// Whether nothing was on its way to the disk before.
        var isSynced: Bool
        /// The file's name, or the port.
        var target: String
    }

    var steps: [Step] = []
    /// Whether the step that was to be broken came.
    var wasBroken = false

    init(_ path: String) {
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if line == "broken" { wasBroken = true }
            if words.count >= 3 {
                steps.append(
                    Step(
                        deed: String(words[1]), isSynced: words[2] == "synced",
                        target: words.count > 3 ? String(words[3]) : ""))
            }
        }
    }

    /// The numbers of the steps that send something.
    var sends: [Int] { steps.indices.filter { steps[$0].deed == "send" }.map { $0 + 1 } }
}
