import ActionJournal
import MailModel
import TestKit
import Testing

/// Hostile submission servers, and hostile mail on its way to honest ones.
@Suite struct SubmissionTests {
    static let forwarding = #"rule "f" { run = { forward { to = "b@example.net" }, move "Filed" } }"#

    enum Trick: String, CaseIterable, Sendable {
        case garbage, imapGreeting, http, neverGreets, wrongGreeting, endlessReply, longLine, mixedCodes
        case noAuthentication, refusedLogin, refusedSender, refusedRecipient, refusedData, wrongData, refusedMessage
        case nonsenseAfterTheDot

        var script: SubmissionScript {
            switch self {
            case .garbage: SubmissionScript(greeting: "\u{1}\u{2}\r\n")
            case .imapGreeting: SubmissionScript(greeting: "* OK IMAP4rev1\r\n")
            case .http: SubmissionScript(greeting: "HTTP/1.1 400 Bad\r\n")
            case .neverGreets: SubmissionScript(greeting: "")
            case .wrongGreeting: SubmissionScript(greeting: "554 go away\r\n")
            case .endlessReply: SubmissionScript(greeting: String(repeating: "220-x\r\n", count: 300))
            case .longLine: SubmissionScript(greeting: "220 " + String(repeating: "x", count: 9_000))
            case .mixedCodes: SubmissionScript { $0.hasPrefix("EHLO") ? "250-x\r\n251 y\r\n" : nil }
            case .noAuthentication: SubmissionScript { $0.hasPrefix("EHLO") ? "250 script\r\n" : nil }
            case .refusedLogin: SubmissionScript { $0.hasPrefix("AUTH") ? "535 5.7.8 canary-lab is wrong\r\n" : nil }
            case .refusedSender: SubmissionScript { $0.hasPrefix("MAIL") ? "550 5.7.1 not you\r\n" : nil }
            case .refusedRecipient: SubmissionScript { $0.hasPrefix("RCPT") ? "550 5.1.1 nobody\r\n" : nil }
            case .refusedData: SubmissionScript { $0.hasPrefix("DATA") ? "451 later\r\n" : nil }
            case .wrongData: SubmissionScript { $0.hasPrefix("DATA") ? "250 thanks\r\n" : nil }
            case .refusedMessage: SubmissionScript { $0 == "." ? "554 5.6.0 not this\r\n" : nil }
            case .nonsenseAfterTheDot: SubmissionScript { $0 == "." ? "250-taken\r\n999 or not\r\n" : nil }
            }
        }
    }

    @Test(arguments: Trick.allCases) func whateverTheServerSaysMailIsFiledAndTheFaultNamed(_ trick: Trick) async throws
    {
        let server = HostileServer()
        let script = trick.script
        try await Program.run([Program.Account(server: server, submission: script)], rules: Self.forwarding) {
            program in
            try await program.awaitIdle(server)
            let token = await server.deliver("first")
            try await program.awaitFiled(token, on: server)
            try await program.await("met") { script.connections > 0 }
            if trick != .neverGreets {
                try await program.await("an attempt that is written down") {
                    try await program.plans().flatMap(\.actions).contains { !$0.attempts.isEmpty }
                }
                let results = try await program.plans().flatMap(\.actions).flatMap(\.attempts).map(\.result)
                #expect(!results.contains(.accepted), "\(results)")
            }
            // The next message is not held up by the first one's trouble.
            let next = await server.deliver("second")
            try await program.awaitFiled(next, on: server)
        }
    }

    @Test(arguments: ["220 go\r\n250-x\r\n", "454 not now\r\n", "501 what\r\n", "250 yes\r\n", "\u{1}\r\n", nil])
    func noCredentialGoesOutBeforeTLS(_ answer: String?) async throws {
        let server = HostileServer()
        let script = SubmissionScript { line in
            if line.hasPrefix("EHLO") {
                return answer == nil ? "250-x\r\n250 AUTH PLAIN\r\n" : "250-x\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n"
            }
            return line.hasPrefix("STARTTLS") ? answer : nil
        }
        let account = Program.Account(server: server, submission: script, submissionSecurity: "starttls")
        try await Program.run([account], rules: Self.forwarding) { program in
            try await program.awaitIdle(server)
            let token = await server.deliver("first")
            try await program.awaitFiled(token, on: server)
            try await program.await("an attempt that is written down") {
                try await program.plans().flatMap(\.actions).contains { !$0.attempts.isEmpty }
            }
            for word in ["AUTH", "MAIL", "canary", "RCPT"] { #expect(!script.heard.contains(word)) }
        }
    }

    /// Fetched mail can carry bare CR and LF, NUL and lines of dots: nothing of it may end a message or begin a command.
    @Test(arguments: [
        #"forward { to = "b@example.net", as = "attachment" }"#, #"forward { to = "b@example.net", as = "inline" }"#,
        #"redirect { to = "b@example.net" }"#,
    ])
    func nothingInAMessageEndsItOnTheWire(_ action: String) async throws {
        let smuggled = "MAIL FROM:<evil@example.org>"
        let ends = ["\n.\n", "\r.\r", "\r\n.\r\n", "\n.\r\n", "\r\n.\n", "\r\n..\r\n", "\r.\n"]
        let text =
            "Message-ID: <1@example.org>\r\nFrom: a@example.org\r\nSubject: a\u{0}b\rc\nX-Odd: d\n.\n\(smuggled)\r\n\r\n"
            + ends.map { "Hello\($0)\(smuggled)\r\nRCPT TO:<evil@example.org>\r\n" }.joined() + ".\r\n"
        let server = HostileServer()
        let script = SubmissionScript()
        try await Program.run(
            [Program.Account(server: server, submission: script)], rules: "rule \"f\" { run = { \(action) } }"
        ) { program in
            try await program.awaitIdle(server)
            server.store.deliver(Array(text.utf8))
            await server.say("* 1 EXISTS")
            try await program.await("taken") { !script.messages.isEmpty }
            try await program.await("done") { try await program.plans().map(\.plan.state) == [.done] }
            let message = try #require(script.messages.first)
            #expect(script.messages.count == 1)
            for (index, byte) in message.enumerated() {
                if byte == 0x0A { #expect(index > 0 && message[index - 1] == 0x0D, "a bare LF at \(index)") }
                if byte == 0x0D {
                    #expect(index + 1 < message.count && message[index + 1] == 0x0A, "a bare CR at \(index)")
                }
            }
            let lines = String(decoding: message, as: UTF8.self).split(
                separator: "\r\n", omittingEmptySubsequences: false)
            #expect(lines.allSatisfy { !$0.hasPrefix(".") || $0.hasPrefix("..") })
            // One sender, one message, one recipient, whatever stands in the text.
            let commands = script.heard.replacing(String(decoding: message, as: UTF8.self), with: "")
            #expect(!commands.contains("evil"))
            #expect(commands.ranges(of: "MAIL FROM").count == 1 && commands.ranges(of: "DATA\r\n").count == 1)
        }
    }
}
