import Foundation

/// Does one kind of work so often, for an instruction counter that watches from outside.
///
/// `InstructionBenchmark WORK COUNT`: with 0 it only prepares, which is what has to be subtracted. All on one thread:
/// valgrind 3.19 does not live through a main thread that gives way to Swift's others.
@main
struct InstructionBenchmark {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 3, let count = Int(arguments[2]) else {
            throw Misuse(description: "InstructionBenchmark fetch|mime|rules|journal COUNT")
        }
        switch arguments[1] {
        case "fetch": try FetchWork().run(count)
        case "mime": try MIMEWork().run(count)
        case "rules": try RuleWork().run(count)
        case "journal": try JournalWork().run(count)
        case let other: throw Misuse(description: "no work is called \(other)")
        }
    }
}

struct Misuse: Error, CustomStringConvertible {
    var description: String
}

/// The work came to something else than it should: what was counted means nothing.
struct WrongResult: Error, CustomStringConvertible {
    var description: String
}
