import ActionJournal
import MIMEParsing
import MailModel
import Notifications
import SMTPClient
import Testing

@testable import ActionExecutor

/// Notifications by mail: what they look like, and what stops them.
@Suite struct MailChannelTests {
    private func channel(
        _ bench: SendingBench, _ submitter: ScriptedSubmitter?, unknown: UnknownPolicy = .resend
    ) throws -> MailChannel {
        let clock = bench.clock
        return MailChannel(
            name: "boss",
            sender: MailChannel.Sender(
                account: bench.account, address: try #require(EnvelopeAddress("jane@example.org")),
                displayName: "Jane", unknown: unknown),
            recipient: try #require(EnvelopeAddress("boss@example.com")), markerKey: bench.journal.markerKey,
            submitter: { submitter }, clock: { clock.now })
    }

    private func notification(_ title: String = "Ärger", messageID: String = "x@y") -> Notifications.Notification {
        Notification(
            title: title, body: "erste\nzweite", key: "17-2", account: "home", rule: "r", messageID: messageID,
            plan: "17")
    }

    private func failure(
        _ turn: ScriptedSubmitter.Turn, unknown: UnknownPolicy = .resend
    ) async throws -> NotificationError? {
        let bench = try SendingBench()
        // Its folder goes with it, and the journal notices that.
        defer { withExtendedLifetime(bench) {} }
        let channel = try channel(bench, ScriptedSubmitter([turn]), unknown: unknown)
        return await #expect(throws: NotificationError.self) { try await channel.deliver(notification()) }
    }

    @Test func itIsAMessageThatSaysWhatItIs() async throws {
        let bench = try SendingBench()
        let submitter = ScriptedSubmitter([.isLost, .accepts])
        let channel = try channel(bench, submitter)
        let error = await #expect(throws: NotificationError.self) { try await channel.deliver(notification()) }
        #expect(error?.isTransient == true && error?.detail.contains("same Message-ID") == true)
        try await channel.deliver(notification())
        let sent = submitter.sent
        #expect(sent.map(\.sender.rawValue) == ["jane@example.org", "jane@example.org"])
        #expect(sent.flatMap(\.recipients).map(\.rawValue) == ["boss@example.com", "boss@example.com"])
        let messages = sent.map { ParsedMessage($0.data) }
        #expect(messages[0].header.first("Subject")?.text == "Ärger")
        #expect(messages[0].header.first("Auto-Submitted")?.text == "auto-notified")
        #expect(messages[0].header.first("X-Postmoon-Forwarded") != nil)
        let ids = messages.compactMap { $0.header.first("Message-ID")?.text }
        #expect(ids.count == 2 && ids[0] == ids[1])
        #expect(String(decoding: sent[0].data, as: UTF8.self).contains("erste\r\nzweite"))
    }

    @Test func aNotificationAboutItselfGoesNowhere() async throws {
        let bench = try SendingBench()
        let submitter = ScriptedSubmitter([])
        let channel = try channel(bench, submitter)
        try await channel.deliver(notification())
        let own = try #require(ParsedMessage(submitter.sent[0].data).header.first("Message-ID")?.text)
            .filter { $0 != "<" && $0 != ">" }
        let error = await #expect(throws: NotificationError.self) {
            try await channel.deliver(notification(messageID: own))
        }
        #expect(error?.isTransient == false && error?.detail.contains("go round") == true)
        let digest = Notifications.Notification.digest(of: [notification(messageID: own), notification(messageID: own)])
        await #expect(throws: NotificationError.self) { try await channel.deliver(digest) }
        // Somebody else's attempt to keep an alert back.
        try await channel.deliver(
            notification(messageID: "notice.17-2.\(String(repeating: "0", count: 32))@example.org"))
        try await channel.deliver(.digest(of: [notification(messageID: own), notification()]))
        #expect(submitter.sent.count == 3)
    }

    @Test func aTitleCannotMakeHeaders() async throws {
        let bench = try SendingBench()
        defer { withExtendedLifetime(bench) {} }
        let submitter = ScriptedSubmitter([])
        try await channel(bench, submitter).deliver(notification("a\r\nBcc: eve@example.net\r\n\r\nb"))
        let header = ParsedMessage(submitter.sent[0].data).header
        #expect(header.first("Bcc") == nil && header.first("MIME-Version") != nil)
    }

    @Test func whatCameOfItDecidesWhetherItIsTriedAgain() async throws {
        #expect(try await failure(.refuses)?.isTransient == false)
        #expect(try await failure(.defers)?.isTransient == true)
        #expect(try await failure(.cannotConnect)?.isTransient == true)
        #expect(try await failure(.cannotSignIn)?.retryAfter == 300)
        let held = try await failure(.isLost, unknown: .hold)
        #expect(held?.isTransient == false && held?.detail.contains("it may have arrived") == true)
        #expect(try channel(try SendingBench(), nil, unknown: .hold).mayRepeat == false)
        #expect(try channel(try SendingBench(), nil).mayRepeat)
    }

    @Test func anAccountThatCannotSendIsSaid() async throws {
        let channel = try channel(try SendingBench(), nil)
        let error = await #expect(throws: NotificationError.self) { try await channel.deliver(notification()) }
        #expect(error?.code == .configuration)
    }
}
