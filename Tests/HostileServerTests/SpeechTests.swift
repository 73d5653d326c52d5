import ActionJournal
import MailModel
import Synchronization
import TestKit
import Testing

/// What a server may say at the wrong time, too often, or not at all, while the whole program runs on it.
@Suite struct SpeechTests {
    @Test func anHonestServerIsServed() async throws {
        var traits = ServerTraits.modern
        traits.capabilities.insert("COMPRESS=DEFLATE")
        let server = HostileServer(traits)
        try await Program.run(on: server) { program in
            try await program.awaitIdle(server)
            let token = await server.deliver("first")
            try await program.awaitFiled(token, on: server)
            try await program.awaitIdle(server)
            #expect(server.connections == 1)
            // A small answer could stand for gigabytes.
            #expect(!server.heard.contains("COMPRESS"))
        }
    }

    /// Lies that keep nobody from filing, all the time and at every command.
    enum Noise: String, CaseIterable, Sendable {
        case noText, strayReplies, unaskedFlags, flagsWithoutUID, oldMessageAgain, everythingTwice, expunges, vanished
        case validityAgain, alerts, unknown, bareContinuation, recentAndSearch, emptyLines

        func said(of exchange: Exchange) -> [Saying]? {
            guard exchange.tag != "*" else { return nil }
            switch self {
            case .noText:
                guard exchange.ending.contains(" OK ") else { return nil }
                return [.text(exchange.untagged + "\(exchange.tag) OK\r\n")]
            case .strayReplies: return exchange.isFor("UID MOVE") ? exchange.adding("zz9 OK [COPYUID 1 1 1] x") : nil
            case .unaskedFlags:
                return exchange.adding("* 1 FETCH (UID 71 FLAGS (\\Seen))", "* 7 FETCH (UID 70 FLAGS ())")
            case .flagsWithoutUID: return exchange.adding("* 1 FETCH (FLAGS (\\Seen))", "* 0 FETCH (FLAGS ())")
            case .oldMessageAgain:
                return exchange.isFor("UID FETCH 2:*") ? exchange.adding(Self.message(uid: 1)) : nil
            case .everythingTwice:
                guard exchange.isFor("UID FETCH") else { return nil }
                return [.text(exchange.untagged + exchange.untagged + exchange.ending)]
            case .expunges: return exchange.isFor("UID FETCH") ? exchange.adding("* 9 EXPUNGE", "* 1 EXPUNGE") : nil
            case .vanished: return exchange.adding("* VANISHED 1:4294967295", "* VANISHED (EARLIER) 1:4294967295")
            case .validityAgain: return exchange.adding("* OK [UIDVALIDITY \(1_001)] again", "* OK [UIDNEXT 1] fell")
            case .alerts: return exchange.adding("* OK [ALERT] \u{1B}[31mred")
            case .unknown: return exchange.adding("* XYZZY (a b) {3}", "abc", "* 3 XYZZY", "* OK [XYZZY (] x", "*")
            case .bareContinuation: return exchange.isFor("UID FETCH") ? exchange.adding("+ go on") : nil
            case .recentAndSearch: return exchange.adding("* 4294967295 RECENT", "* SEARCH", "* 0 EXPUNGE")
            case .emptyLines: return [.text("\r\n" + exchange.answer + "\r\n")]
            }
        }

        /// A message as if it had been asked for.
        static func message(uid: Int) -> String {
            "* 1 FETCH (UID \(uid) FLAGS () INTERNALDATE \"23-Nov-2026 10:00:00 +0000\" RFC822.SIZE 30 BODY[HEADER] {20}\r\n"
                + "Subject: from liar\r\n)"
        }
    }

    @Test(arguments: Noise.allCases, [ServerTraits.modern, .withoutMove])
    func noiseKeepsNothingFromBeingFiledOnce(_ noise: Noise, _ traits: ServerTraits) async throws {
        let server = HostileServer(traits)
        server.lie { noise.said(of: $0) }
        let rules = #"rule "all" { on = { "new", "moved_in" }, run = { move "Filed" } }"#
        try await Program.run(on: server, rules: rules) { program in
            try await program.awaitIdle(server)
            let first = await server.deliver("first")
            try await program.awaitFiled(first, on: server)
            try await program.awaitIdle(server)
            let second = await server.deliver("second")
            try await program.awaitFiled(second, on: server)
            try await program.awaitIdle(server)
            #expect(server.connections == 1, "\(program.book.text)")
            #expect(try await program.plans().count == 2)
        }
    }

    /// Where a server says goodbye.
    @Test(
        arguments: ["", "CAPABILITY", "AUTHENTICATE", "NAMESPACE", "SELECT", "LIST", "UID FETCH", "IDLE", "UID MOVE"],
        [false, true])
    func aGoodbyeAnywhereIsComeBackFrom(_ verb: String, hangsUp: Bool) async throws {
        let server = HostileServer()
        server.lie { exchange in
            guard exchange.connection == 0, exchange.command.hasPrefix(verb), verb != "" || exchange.tag == "*" else {
                return nil
            }
            return [.text("* BYE \(verb) enough\r\n"), hangsUp ? .cut : .silence]
        }
        // On the first connection the last two are met only when there is mail.
        server.store.deliver(letter("before", id: "0"))
        try await Program.run(on: server) { program in
            var token: Int?
            try await program.awaitHurrying("a second connection") {
                if token == nil, server.isIdledOn { token = await server.deliver("first") }
                await server.passWhereSilent(seconds: 61)
                return server.connections > 1
            }
            try await program.awaitIdle(server, connection: 2)
            let own: Int
            if let token { own = token } else { own = await server.deliver("first") }
            try await program.awaitFiled(own, on: server)
            if verb != "", verb != "AUTHENTICATE", verb != "UID MOVE" {
                #expect(program.book.failure()?.contains("\(verb) enough") == true, "\(program.book.text)")
            }
        }
    }

    /// A byte now and then, and never an end.
    @Test(arguments: ["AUTHENTICATE", "LIST", "UID FETCH"], ["* OK still wor", "* LIST () \"/\" {9000}\r\n", "p"])
    func anAnswerThatDripsCostsItsConnectionAndNobodyElse(at verb: String, _ beginning: String) async throws {
        let server = HostileServer()
        let isDripping = Atomic(false)
        server.lie { exchange in
            guard exchange.connection == 0, exchange.isFor(verb) else { return nil }
            isDripping.store(true, ordering: .relaxed)
            return [.text(beginning)]
        }
        let honest = HostileServer()
        server.store.deliver(letter("before", id: "0"))
        try await Program.run([Program.Account(server: server), Program.Account(name: "home", server: honest)]) {
            program in
            try await program.await("a drip") { isDripping.load(ordering: .relaxed) }
            for _ in 0..<7 where program.book.failure() == nil { await server.say("x", on: 0, thenPass: 10) }
            try await program.await("a named end") {
                program.book.failure()?.contains("the server answers too slowly") == true
            }
            #expect(await program.faultCode() == "connection_timeout")
            try await program.awaitHurrying("a new connection") { server.connections > 1 && server.isIdledOn }
            let token = await server.deliver("then")
            try await program.awaitFiled(token, on: server)
            #expect(program.book.failure(of: "home") == nil)
        }
    }

    @Test func tooManyRepliesThatNobodyWaitsForEndTheConnection() async throws {
        let server = HostileServer()
        server.lie { exchange in
            guard exchange.connection == 0, exchange.isFor("LIST") else { return nil }
            return [.text((0...101).map { "zz\($0) OK x\r\n" }.joined() + exchange.answer)]
        }
        try await Program.run(on: server) { program in
            try await program.awaitHurrying("a second connection") { server.connections > 1 }
            #expect(program.book.failure()?.contains("answered a command that was not sent") == true)
            try await program.awaitIdle(server, connection: 2)
        }
    }
}

extension Program {
    /// Waits until a message is in its folder and nowhere else.
    func awaitFiled(
        _ token: Int, on server: HostileServer, in mailbox: String = "Filed",
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let kept = server.honest.traits.has("UIDPLUS") ? [mailbox] : [mailbox, "INBOX"]
        try await self.await("message \(token) in \(mailbox)") { server.store.places(of: token) == kept.sorted() }
        #expect(server.store.violations.isEmpty, sourceLocation: sourceLocation)
    }
}
