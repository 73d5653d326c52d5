import Foundation
import MailModel
import Notifications
import Testing

@Suite struct CommandChannelTests {
    @Test func theFactsArriveInTheEnvironmentAndTheBodyOnStandardInput() async throws {
        let folder = try Scratch()
        // perl stands in for a person's program: it writes what it got.
        let script =
            "open F, '>', shift; print F map { qq($_=$ENV{$_}\\0) } sort grep { /^POSTMOON/ } keys %ENV; "
            + "print F <STDIN>"
        try await CommandChannel(name: "n", command: ["perl", "-e", script, folder.file]).deliver(.sample)
        let parts = String(decoding: try folder.content(), as: UTF8.self).split(separator: "\0")
        #expect(
            parts == [
                "POSTMOON_ACCOUNT=home", "POSTMOON_BODY=Zeile\n\u{2028}</script>", "POSTMOON_COUNT=1",
                "POSTMOON_KEY=17-2 ü",
                "POSTMOON_MESSAGE_ID=a/b@example.org", "POSTMOON_PLAN=17", "POSTMOON_RULE=Pager",
                "POSTMOON_TITLE=Ärger \"mit\" CRLF\r\n", "Zeile\n\u{2028}</script>",
            ])
    }

    @Test func aBodyTooLongForAVariableIsWholeOnStandardInput() async throws {
        let folder = try Scratch()
        var notification = Notifications.Notification.sample
        notification.body = String(repeating: "ä", count: 1_000_000)
        let script = "open F, '>', shift; print F length($ENV{POSTMOON_BODY}), ' ', length(join '', <STDIN>)"
        try await CommandChannel(name: "n", command: ["perl", "-e", script, folder.file]).deliver(notification)
        #expect(String(decoding: try folder.content(), as: UTF8.self) == "32768 2000000")
    }

    @Test(arguments: [(1, false), (75, true), (255, false)])
    func anExitStatusOtherThanZeroIsAnError(status: Int, isTransient: Bool) async {
        let channel = CommandChannel(name: "n", command: ["perl", "-e", "exit \(status)"])
        let error = await #expect(throws: NotificationError.self) { try await channel.deliver(.sample) }
        #expect(error?.isTransient == isTransient)
        #expect(error?.description.contains("\(status)") == true)
    }

    @Test func aProgramThatIsMissingIsAPermanentError() async {
        let channel = CommandChannel(name: "n", command: ["/nowhere/program"])
        let error = await #expect(throws: NotificationError.self) { try await channel.deliver(.sample) }
        #expect(error?.isTransient == false)
        #expect(error?.code.rawValue == "program_missing")
    }

    @Test func aProgramThatHangsIsNotRunAgain() async {
        let channel = CommandChannel(name: "n", command: ["sleep", "1000"], timeout: .milliseconds(50))
        let error = await #expect(throws: NotificationError.self) { try await channel.deliver(.sample) }
        #expect(error?.isTransient == false)
        #expect(error?.code.rawValue == "program_timeout")
    }
}

private final class Scratch: Sendable {
    let file: String

    init() throws {
        file = FileManager.default.temporaryDirectory.appendingPathComponent("postmoon-\(UUID())").path
    }

    func content() throws -> Data { try Data(contentsOf: URL(fileURLWithPath: file)) }

    deinit { try? FileManager.default.removeItem(atPath: file) }
}
