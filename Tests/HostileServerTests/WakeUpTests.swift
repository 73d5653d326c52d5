import MailModel
import Synchronization
import TestKit
import Testing

/// DESIGN §2.7: mail seen in any response counts, and nothing that goes dead stays unnoticed.
@Suite struct WakeUpTests {
    /// Where the only word of new mail comes.
    enum Moment: String, CaseIterable, Sendable {
        case beforeTheTaggedOK, behindTheTaggedOK, beforeTheContinuation, behindTheContinuation, afterDone
        case behindSelect, inTheListing, halfALineLater
    }

    @Test(arguments: Moment.allCases) func oneWordOfNewMailIsEnough(_ moment: Moment) async throws {
        let server = HostileServer()
        let token = Mutex<Int?>(nil)
        /// Delivers the message and gives the line that tells of it, once.
        @Sendable func news() -> String? {
            token.withLock { token in
                guard token == nil else { return nil }
                token = server.store.deliver(letter("only once", id: "1"))
                return "* 2 EXISTS\r\n"
            }
        }
        server.store.deliver(letter("before", id: "0"))
        server.lie { exchange in
            // The honest server would say it again with every answer.
            let quiet = exchange.isFor("SELECT") ? exchange.answer : exchange.answer.withoutExists
            var told: String?
            switch moment {
            case .beforeTheTaggedOK where exchange.isFor("UID FETCH"):
                told = news().map { $0 + quiet }
            case .behindTheTaggedOK where exchange.isFor("UID FETCH"): told = news().map { quiet + $0 }
            case .beforeTheContinuation where exchange.isFor("IDLE") && quiet.hasPrefix("+"):
                told = news().map { $0 + quiet }
            case .behindTheContinuation where exchange.isFor("IDLE") && quiet.hasPrefix("+"):
                told = news().map { quiet + $0 }
            case .afterDone where exchange.isFor("IDLE") && !quiet.hasPrefix("+"): told = news().map { $0 + quiet }
            case .behindSelect where exchange.isFor("SELECT"): told = news().map { quiet + $0 }
            case .inTheListing where exchange.isFor("LIST \"\" \"*\""): told = news().map { quiet + $0 }
            case .halfALineLater where exchange.isFor("IDLE") && quiet.hasPrefix("+"):
                guard let line = news() else { return [.text(quiet)] }
                return [.text(quiet + line.prefix(4)), .text(String(line.dropFirst(4)))]
            default: break
            }
            return [.text(told ?? quiet)]
        }
        try await Program.run(on: server) { program in
            if moment == .afterDone {
                try await program.awaitIdle(server)
                program.hurry()
            }
            try await program.await("the word of it") { token.withLock { $0 } != nil }
            let token = try #require(token.withLock { $0 })
            try await program.awaitFiled(token, on: server)
            #expect(server.connections == 1)
        }
    }

    @Test func aConnectionThatIsHalfOpenIsFoundWithinAMinuteOfItsNextAnswer() async throws {
        let server = HostileServer()
        try await Program.run(on: server) { program in
            try await program.awaitIdle(server)
            // The other side is gone without a word; nothing is due yet.
            await server.say([.silence])
            let token = server.store.deliver(letter("meanwhile", id: "1"))
            await server.pass(seconds: 30)
            // The program looks after itself and ends IDLE: from here on an answer is due.
            try await program.await("DONE") { server.heardLast.contains("DONE\r\n") }
            await server.pass(seconds: 29)
            #expect(program.book.failure() == nil)
            await server.pass(seconds: 2)
            try await program.await("a named end") { program.book.failure()?.contains("no answer for 30 s") == true }
            try await program.awaitHurrying("a new connection") { server.connections == 2 }
            try await program.awaitFiled(token, on: server)
        }
    }

    @Test(arguments: [3_600, 5 * 86_400, -3_600, -5 * 86_400] as [Int64])
    func aClockThatJumpsMakesItLookOnce(_ seconds: Int64) async throws {
        let server = HostileServer()
        try await Program.run(on: server) { program in
            try await program.awaitIdle(server)
            func looks() -> Int { server.heard.components(of: "DONE\r\n") }
            let token = server.store.deliver(letter("asleep", id: "1"))
            // The first may come before the program looks at the clock that it compares with.
            for _ in 0..<20 where program.book.count("the clock jumped; looking again") == 0 {
                let before = looks()
                program.clock.jump(seconds)
                try await program.await("a look") {
                    // Once a look: time that passes for the next one too would let it end while the clock jumps.
                    if looks() == before, server.isIdledOn { await server.pass(seconds: 30) }
                    return looks() > before && server.isIdledOn
                }
            }
            #expect(program.book.count("the clock jumped; looking again") == 1)
            try await program.awaitFiled(token, on: server)
            try await program.awaitIdle(server)
            let before = looks()
            let next = await server.deliver("awake")
            try await program.awaitFiled(next, on: server)
            try await program.awaitIdle(server)
            // One for the look, one for the move: it does not go in circles.
            #expect(looks() - before <= 2, "\(server.heard)")
            #expect(program.book.count("the clock jumped; looking again") == 1)
            #expect(server.connections == 1)
        }
    }

    /// Its runners rest by then; an account without that would keep the program until it is cancelled.
    @Test(.timeLimit(.minutes(1))) func whatIsAskedToStopEndsByItself() async throws {
        let server = HostileServer()
        try await Program.run([Program.Account(server: server)], byItself: true) { program in
            try await program.awaitIdle(server)
            let token = await server.deliver("before the end")
            try await program.awaitFiled(token, on: server)
            try await program.awaitIdle(server)
        }
        #expect(server.heardLast.hasSuffix(" LOGOUT\r\n"), "\(server.heardLast)")
    }

    @Test func aTimerFiresOnceWhateverTheClockDoes() async throws {
        let server = HostileServer(mailboxes: ["INBOX", "Filed", "Later"])
        let rules = #"""
            rule "later" {
              when = subject:starts "snoozed",
              run = { move("Later", { after = "2h" }), mark "flagged" },
            }
            rule "probe" { when = subject:starts "probe", run = { mark "flagged" } }
            """#
        try await Program.run(on: server, rules: rules) { program in
            try await program.awaitIdle(server)
            let token = await server.deliver("snoozed")
            try await program.await("flagged") { server.store.flags(of: token, in: "INBOX") == [.flagged] }
            // Back and forth below the time: nothing.
            for jump in [-86_400, 86_400, 3_600] as [Int64] {
                program.clock.jump(jump)
                program.hurry()
                try await program.awaitIdle(server)
            }
            #expect(server.store.places(of: token) == ["INBOX"])
            program.clock.jump(3_700)
            try await program.awaitHurrying("moved") { server.store.places(of: token) == ["Later"] }
            for jump in [-10 * 86_400, 20 * 86_400] as [Int64] {
                program.clock.jump(jump)
                program.hurry()
                let probe = await server.deliver("probe \(jump)")
                try await program.await("looked") { server.store.flags(of: probe, in: "INBOX") == [.flagged] }
            }
            #expect(server.honest.commands.count { $0.hasPrefix("UID MOVE") && $0.contains("Later") } == 1)
            #expect(server.store.places(of: token) == ["Later"])
        }
    }

    /// Mail is told of again and again and never shown: the program does not spin.
    @Test func falseAlarmsAreLookedAtMoreAndMoreSlowly() async throws {
        let server = HostileServer()
        server.store.deliver(letter("before", id: "0"))
        server.lie { exchange in
            exchange.isFor("IDLE") && exchange.answer.hasPrefix("+") ? [.text(exchange.answer + "* 1 EXISTS\r\n")] : nil
        }
        try await Program.run(on: server) { program in
            try await program.await("a pause") { program.book.count("the server tells of mail that is not there") > 1 }
            let looks = server.heard.components(of: "DONE\r\n")
            #expect(looks <= 15)
            // It still comes in time, though not at once.
            server.lie(nil)
            let token = await server.deliver("at last")
            try await program.awaitHurrying("filed") { server.store.places(of: token) == ["Filed"] }
        }
    }
}

extension String {
    fileprivate var withoutExists: String {
        split(separator: "\r\n", omittingEmptySubsequences: false).filter { !$0.hasSuffix(" EXISTS") }
            .joined(separator: "\r\n")
    }

    /// How often it holds this.
    func components(of part: String) -> Int { ranges(of: part).count }
}
