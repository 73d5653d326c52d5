import ChildProgram
import MailModel

/// Runs a program for each notification: the facts in `POSTMOON_…` variables, the body also on standard input.
///
/// The idempotency key is `POSTMOON_PLAN` together with `POSTMOON_KEY`; `POSTMOON_COUNT` is how many notifications a
/// digest stands for, and 1 otherwise. Exit status 0 is success; 75 (`EX_TEMPFAIL`)
/// asks for another try.
public struct CommandChannel: NotificationChannel {
    public let name: String
    public let mayRepeat = false
    private let command: [String]
    private let timeout: Duration

    /// An environment variable is at most this long; the whole body is on standard input. Linux takes 128 KiB.
    static let variableLimit = 32 * 1_024

    public init(name: String, command: [String], timeout: Duration = ChildProgram.standardTimeout) {
        self.name = name
        self.command = command
        self.timeout = timeout
    }

    public func deliver(_ notification: Notification) async throws(NotificationError) {
        let program = ChildProgram(
            command: command, environment: Self.environment(of: notification), input: Array(notification.body.utf8),
            timeout: timeout)
        let result: ChildProgramResult
        do throws(ChildProgramError) {
            result = try await program.run()
        } catch {
            throw NotificationError(
                code: error.code, isTransient: error.isTransient, channel: name, detail: error.description)
        }
        guard result.exitStatus != 0 else { return }
        throw NotificationError(
            isTransient: result.exitStatus == 75, channel: name,
            detail: "its program ended with status \(result.exitStatus)")
    }

    static func environment(of notification: Notification) -> [String: String] {
        [
            "POSTMOON_TITLE": notification.title, "POSTMOON_BODY": notification.body,
            "POSTMOON_PLAN": notification.plan, "POSTMOON_RULE": notification.rule,
            "POSTMOON_ACCOUNT": notification.account, "POSTMOON_MESSAGE_ID": notification.messageID,
            "POSTMOON_KEY": notification.key, "POSTMOON_COUNT": "\(max(1, notification.heldBack.count))",
        ].mapValues(beginning)
    }

    /// At most `variableLimit` bytes, whole characters.
    private static func beginning(of text: String) -> String {
        guard text.utf8.count > variableLimit else { return text }
        var cut = text.utf8.index(text.startIndex, offsetBy: variableLimit)
        while cut > text.startIndex, cut.samePosition(in: text) == nil { cut = text.utf8.index(before: cut) }
        return String(text[..<cut])
    }
}

extension ChildProgramError {
    /// Whether another run may go better. One that was started and killed may have told the person already.
    fileprivate var isTransient: Bool {
        switch reason {
        case .commandMissing, .notFound, .timedOut, .outputTooLong, .cancelled: false
        case .failed: true
        }
    }
}
