import MailModel
import TestKit
import Testing

/// One account's trouble is no other's: what lasts for ever on one server costs another nothing.
@Suite struct IsolationTests {
    enum Trouble: String, CaseIterable, Sendable {
        /// Takes connections and never says a word.
        case silence
        /// Refuses the login.
        case refusal
        /// One byte at a time, for ever.
        case falseAlarms
        /// Each answer is followed by ten thousand that nobody asked for.
        case chatter
        /// Says the same message is new again and again, under ever new UIDs.
        case endlessMail
        /// Hangs up at every command behind SELECT.
        case hangsUp
    }

    @Test(arguments: Trouble.allCases) func theOtherAccountIsServedAsEver(_ trouble: Trouble) async throws {
        let hostile = HostileServer()
        hostile.store.deliver(letter("before", id: "0"))
        switch trouble {
        case .silence: hostile.fallSilent()
        case .refusal:
            hostile.lie { $0.isFor("AUTHENTICATE") ? [.text("\($0.tag) NO [AUTHENTICATIONFAILED] no\r\n")] : nil }
        case .falseAlarms:
            hostile.lie { $0.answer.hasPrefix("+ idling") ? [.text($0.answer + "* 1 EXISTS\r\n")] : nil }
        case .chatter:
            hostile.lie { exchange in
                exchange.isFor("UID FETCH") || exchange.isFor("IDLE")
                    ? [.text(exchange.answer + String(repeating: "* 7 FETCH (FLAGS (\\Seen))\r\n", count: 10_000))]
                    : nil
            }
        case .endlessMail:
            hostile.lie { exchange in
                if exchange.answer.hasPrefix("+ idling") { return [.text(exchange.answer + "* 2 EXISTS\r\n")] }
                guard exchange.isFor("UID FETCH"), let first = exchange.command.firstUID else { return nil }
                return exchange.adding(SpeechTests.Noise.message(uid: first))
            }
        case .hangsUp: hostile.lie { $0.isFor("UID FETCH") || $0.isFor("IDLE") ? [.cut] : nil }
        }
        let honest = HostileServer()
        try await Program.run([
            Program.Account(name: "a", server: hostile), Program.Account(name: "home", server: honest),
            Program.Account(name: "z", server: hostile),
        ]) { program in
            try await program.awaitIdle(honest)
            try await program.await("the hostile one is met") { hostile.connections >= 2 }
            for number in 1...5 {
                let start = ContinuousClock.now
                let token = await honest.deliver("mail \(number)")
                try await program.awaitFiled(token, on: honest)
                try await program.await("idle again") { honest.isIdledOn }
                // What the hostile one would have to be waited for has no end, or takes half a minute.
                #expect(ContinuousClock.now - start < .seconds(15))
            }
            #expect(honest.connections == 1)
        }
    }

    /// A rule that burns its whole budget on each message of one account.
    @Test func aRuleThatBurnsItsBudgetDelaysNoOtherAccount() async throws {
        let busy = HostileServer()
        let honest = HostileServer()
        let rules = #"""
            rule "burns" { account = "lab", run = function(m) while true do end end }
            rule "files" { account = "home", run = { move "Filed" } }
            """#
        try await Program.run(
            [Program.Account(server: busy), Program.Account(name: "home", server: honest)], rules: rules
        ) { program in
            try await program.awaitIdle(busy)
            try await program.awaitIdle(honest)
            for number in 1...20 { busy.store.deliver(letter("mail \(number)", id: "\(number)")) }
            await busy.say("* 20 EXISTS")
            let start = ContinuousClock.now
            let token = await honest.deliver("first")
            try await program.awaitFiled(token, on: honest)
            // Three rules that ran to the end of their time, and then this one is set aside.
            #expect(ContinuousClock.now - start < .seconds(10))
            try await program.await("set aside") {
                program.book.entries.contains { $0.message.hasPrefix("a rule failed too often") }
            }
            try await program.awaitIdle(busy)
        }
    }

    /// Of two folders of one account, one cannot be opened, and one command for it is never answered.
    @Test(arguments: [false, true]) func aFolderThatCannotBeOpenedDelaysNoOther(isSilent: Bool) async throws {
        let server = HostileServer(mailboxes: ["INBOX", "Bad", "Filed"])
        server.lie { exchange in
            guard exchange.command.contains("SELECT"), exchange.command.contains("Bad") else { return nil }
            return isSilent ? [.silence] : [.text("\(exchange.tag) NO [SERVERBUG] broken\r\n")]
        }
        try await Program.run(on: server, extra: #"watch = ["Bad", "INBOX"]"#) { program in
            try await program.await("INBOX is watched") {
                program.book.entries.contains { $0.message == "watching" && $0.facts["folder"] == "INBOX" }
            }
            let token = await server.deliver("first")
            try await program.awaitFiled(token, on: server)
            #expect(!program.book.entries.contains { $0.message == "watching" && $0.facts["folder"] == "Bad" })
        }
    }
}

extension String {
    /// The first UID of `UID FETCH 5:* ...`.
    fileprivate var firstUID: Int? {
        let set = split(separator: " ").dropFirst(2).first ?? ""
        return Int(set.prefix { $0.isNumber })
    }
}
