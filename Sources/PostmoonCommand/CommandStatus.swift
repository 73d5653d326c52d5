import Accounts
import ActionJournal
import Daemon
import MailModel
import RuleRuntime

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// How a command ends, when it is not by success.
struct CommandStatus: Error, Equatable {
    var code: Int32
    /// For standard error; empty when everything was said already.
    var message = ""

    static let finding = CommandStatus(code: 1)
    static let usage = CommandStatus(code: 2)

    static func failed(_ message: String) -> CommandStatus { CommandStatus(code: 1, message: message) }
    static func wrong(_ message: String) -> CommandStatus { CommandStatus(code: 2, message: message) }

    /// What an error of the parts beneath means for whoever ran the command.
    init(_ error: any Error) {
        switch error {
        case let status as CommandStatus: self = status
        case let error as ConfigurationError: self.init(code: 2, message: error.description)
        case let error as RuleLoadError: self.init(code: 2, message: error.description)
        case let error as JournalError: self.init(code: error.reason == .locked ? 75 : 1, message: error.description)
        case let lost as DaemonLost: self.init(code: 75, message: lost.description)
        case let fault as any Fault: self.init(code: 1, message: fault.description)
        default: self.init(code: 1, message: "\(error)")
        }
    }

    init(code: Int32, message: String = "") {
        self.code = code
        self.message = message
    }
}

/// Standard output, standard error, and the end.
enum Terminal {
    static func line(_ text: String) { print(text) }

    static func error(_ text: String) { write(text + "\n", to: STDERR_FILENO) }

    static func exit(_ status: CommandStatus) -> Never {
        if !status.message.isEmpty { error("postmoon: \(status.message)") }
        #if canImport(Glibc)
            Glibc.exit(status.code)
        #elseif canImport(Musl)
            Musl.exit(status.code)
        #else
            Darwin.exit(status.code)
        #endif
    }

    /// Whether a person can be asked.
    static var isInteractive: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 }

    /// What comes from mail is shown without control characters and direction overrides (FAULTS, "What we send").
    static func safe(_ text: String) -> String {
        var shown = ""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x09: shown += " "
            case 0..<0x20, 0x7F..<0xA0, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069:
                shown += "\\u{\(String(scalar.value, radix: 16))}"
            default: shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }

    private static func write(_ text: String, to descriptor: Int32) {
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { writeAll(descriptor, $0) }
    }

    private static func writeAll(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
        #if canImport(Glibc)
            Glibc.write(descriptor, bytes.baseAddress, bytes.count)
        #elseif canImport(Musl)
            Musl.write(descriptor, bytes.baseAddress, bytes.count)
        #else
            Darwin.write(descriptor, bytes.baseAddress, bytes.count)
        #endif
    }
}
