import MailModel
import Subprocess

extension FaultCode {
    public static let programMissing = Self(rawValue: "program_missing")
    public static let programTimeout = Self(rawValue: "program_timeout")
    public static let programOutputTooLong = Self(rawValue: "program_output_too_long")
    public static let programFailed = Self(rawValue: "program_failed")
}

/// Why a program did not come to an end of its own. Names the program, never its arguments, input or output.
public struct ChildProgramError: Fault, Hashable {
    public enum Reason: Hashable, Sendable {
        /// The command has no name.
        case commandMissing
        /// Nothing of that name can be run.
        case notFound
        case timedOut(Duration)
        case outputTooLong(limit: Int)
        case cancelled
        case failed(String)
    }

    public var reason: Reason
    /// The command's first word.
    public var program: String

    public init(_ reason: Reason, program: String) {
        self.reason = reason
        self.program = program
    }

    init(_ error: SubprocessError, program: String) {
        self.init(error.code == .executableNotFound ? .notFound : .failed(Self.cause(of: error)), program: program)
    }

    public var code: FaultCode {
        switch reason {
        case .commandMissing, .notFound: .programMissing
        case .timedOut: .programTimeout
        case .outputTooLong: .programOutputTooLong
        case .cancelled, .failed: .programFailed
        }
    }

    /// Only this run; who asked for it knows what else depends on it.
    public var scope: FaultScope { .message }

    public var description: String {
        switch reason {
        case .commandMissing: "a command in the configuration has no program"
        case .notFound: "the program \(program) was not found or cannot be run; give its full path, chmod +x"
        case .timedOut(let limit): "the program \(program) was killed: it did not end within \(limit)"
        case .outputTooLong(let limit): "the program \(program) was killed: it wrote more than \(limit) bytes"
        case .cancelled: "the program \(program) was killed: nobody waits for it any more"
        case .failed(let cause): "the program \(program) could not be run: \(cause)"
        }
    }

    /// The system's word. The library's own sentences can quote values of the environment.
    private static func cause(of error: SubprocessError) -> String {
        error.underlyingError.map { "\($0)" } ?? "the system refused it"
    }
}
