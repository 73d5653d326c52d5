import ActionJournal
import MailModel
import Synchronization
import TestKit
import Testing

/// Servers whose facts are wrong: numbers that change, fall, are missing or contradict each other.
@Suite struct StateTests {
    @Test(arguments: [false, true]) func aFolderThatIsRenumberedUnderTheWatchLosesAndDoublesNothing(
        isTold: Bool
    ) async throws {
        let server = HostileServer()
        let before = server.store.deliver(letter("before", id: "0"), internalDate: 1_000)
        try await Program.run(on: server) { program in
            try await program.awaitIdle(server)
            let first = await server.deliver("first")
            try await program.awaitFiled(first, on: server)
            try await program.awaitIdle(server)
            server.store.renumber("INBOX")
            let second = server.store.deliver(letter("second", id: "2"))
            await server.say(
                isTold ? "* OK [UIDVALIDITY \(server.store["INBOX"]?.uidValidity.rawValue ?? 0)] new" : "* 2 EXISTS")
            try await program.awaitHurrying("a new connection") { server.connections > 1 }
            try await program.awaitFiled(second, on: server)
            #expect(server.store.places(of: before) == ["INBOX"])
            #expect(server.store.places(of: first) == ["Filed"])
            #expect(try await program.plans().count { !$0.actions.isEmpty } == 2)
        }
    }

    @Test func aNextUIDThatFallsIsSaidAndNothingIsDecidedAgain() async throws {
        let server = HostileServer()
        let rules = #"rule "all" { on = { "new", "moved_in" }, run = { mark "flagged" } }"#
        try await Program.run(on: server, rules: rules) { program in
            try await program.awaitIdle(server)
            let first = await server.deliver("first")
            try await program.await("flagged") { server.store.flags(of: first, in: "INBOX") == [.flagged] }
            try await program.awaitIdle(server)
            server.lie { exchange in
                exchange.isFor("SELECT")
                    ? [.text(exchange.answer.replacing(#/UIDNEXT \d+/#, with: "UIDNEXT 1"))] : nil
            }
            await server.say([.cut])
            try await program.awaitHurrying("a new connection") { server.connections > 1 && server.isIdledOn }
            #expect(program.book.entries.contains { $0.message.hasPrefix("the server's next UID fell") })
            let second = await server.deliver("second")
            try await program.await("flagged") { server.store.flags(of: second, in: "INBOX") == [.flagged] }
            #expect(try await program.plans().count == 2)
        }
    }

    /// A backup was put back: UIDs that were given out are given out again, for other messages.
    @Test func aNextUIDThatFellForGoodIsARenumbering() async throws {
        let server = HostileServer()
        let rules = #"""
            rule "later" { when = subject:starts "later", run = { mark "flagged", move("Filed", { after = "1h" }) } }
            rule "all" { on = { "new", "moved_in" }, run = { mark "flagged" } }
            """#
        try await Program.run(on: server, rules: rules) { program in
            func awaitFlagged(_ token: Int) async throws {
                try await program.await("flagged \(token)") {
                    server.store.flags(of: token, in: "INBOX") == [.flagged]
                }
                try await program.awaitIdle(server)
            }
            try await program.awaitIdle(server)
            var kept: [Int] = []
            for number in 1...3 {
                kept.append(await server.deliver("kept \(number)"))
                try await awaitFlagged(kept[number - 1])
            }
            // Its move waits for a message that the backup does not have.
            let lost = await server.deliver("later, lost")
            try await awaitFlagged(lost)
            let lostUID = try #require(server.store["INBOX"]?.messages.last?.uid)
            let next = try #require(server.store["INBOX"]?.messages.first { $0.token == kept[2] }?.uid)
            _ = kept.popLast()
            server.store.restore("INBOX", to: next)
            await server.say([.cut])
            let second = server.store.deliver(letter("second", id: "2"))
            try await program.awaitHurrying("flagged") { server.store.flags(of: second, in: "INBOX") == [.flagged] }
            #expect(program.book.entries.contains { $0.message.hasSuffix("the folder is taken as renumbered") })
            try await program.awaitIdle(server, connection: 2)
            let third = await server.deliver("third")
            try await awaitFlagged(third)
            #expect(server.store["INBOX"]?.messages.last?.uid == lostUID, "another message has the UID now")
            program.clock.jump(3_700)
            try await program.awaitHurrying("the timer's end") {
                try await program.plans().contains { $0.plan.state == .superseded }
            }
            for token in kept + [second, third] { #expect(server.store.places(of: token) == ["INBOX"]) }
            // Each was decided once: those of before are known by identity.
            #expect(try await program.plans().count { !$0.actions.isEmpty } == 7)
            #expect(server.honest.commands.count { $0.hasPrefix("UID STORE") } == 6)
        }
    }

    /// An OK, and nothing of what it should have brought.
    @Test(arguments: ["CAPABILITY", "NAMESPACE", "SELECT", "LIST", "UID FETCH"])
    func anOKWithoutItsDataIsGoneOnFromOrNamed(_ verb: String) async throws {
        let server = HostileServer()
        let lies = Atomic(2)
        server.lie { exchange in
            guard exchange.isFor(verb), lies.subtract(1, ordering: .relaxed).newValue >= 0 else { return nil }
            return [.text("\(exchange.tag) OK\r\n")]
        }
        server.store.deliver(letter("before", id: "0"))
        try await Program.run(on: server, extra: #"poll = "1s""#) { program in
            try await program.awaitHurrying("watched") { program.book.count("watching") > 0 }
            let token = server.store.deliver(letter("first", id: "1"))
            try await program.awaitHurrying("filed") {
                await server.say("* 2 EXISTS")
                await server.pass(seconds: 1)
                return server.store["Filed"]?.messages.map(\.token) == [token]
            }
            if verb == "SELECT" { #expect(program.book.failure()?.contains("UIDVALIDITY") == true) }
            #expect(server.store.violations.isEmpty)
        }
    }

    @Test(arguments: [
        "* CAPABILITY", "* CAPABILITY IMAP4rev1 MO", "* CAPABILITY )(\u{7F} {5} \"IDLE", "* CAPABILITY idle idle=x =",
        "* CAPABILITY LITERAL+ LITERAL- IMAP4rev1 AUTH=PLAIN SASL-IR",
    ])
    func aMangledCapabilityCostsAbilitiesAndNoMail(_ line: String) async throws {
        let server = HostileServer(.withoutMove)
        server.lie { $0.isFor("CAPABILITY") ? [.text("\(line)\r\n\($0.ending)")] : nil }
        try await Program.run(on: server, extra: #"poll = "1s""#) { program in
            try await program.awaitHurrying("watched") { program.book.count("watching") > 0 }
            let token = server.store.deliver(letter("first", id: "1"))
            try await program.awaitHurrying("filed") {
                await server.pass(seconds: 1)
                return server.store["Filed"]?.messages.map(\.token) == [token]
            }
            #expect(server.store.violations.isEmpty)
        }
    }

    @Test(
        arguments: [
            "COPYUID", "COPYUID 1001 1:* 1:*", "COPYUID 0 0 0", "COPYUID 1001 1 4294967296", "COPYUID 77 1 1",
            "COPYUID 1002 99 99", "COPYUID 1002 1:2 1", "COPYUID 1002 4294967295:1 1:4294967295", "COPYUID 1002 () ()",
        ], [ServerTraits.modern, .withoutMove])
    func aCOPYUIDThatCannotBeIsNotBelieved(_ code: String, _ traits: ServerTraits) async throws {
        let server = HostileServer(traits)
        server.lie { exchange in
            exchange.answer.contains("[COPYUID")
                ? [.text(exchange.answer.replacing(#/\[COPYUID [^\]]*\]/#, with: "[\(code)]"))] : nil
        }
        try await Program.run(on: server) { program in
            try await program.awaitIdle(server)
            let token = await server.deliver("first")
            try await program.awaitFiled(token, on: server)
            try await program.await("done") { try await program.plans().map(\.plan.state) == [.done] }
        }
    }

    /// Mod-sequences, ENABLE and VANISHED, and rules that hear of changes.
    enum Sequence: String, CaseIterable, Sendable {
        case zero, falling, missing, huge, none

        func highest(_ connection: Int) -> String {
            switch self {
            case .zero: "* OK [HIGHESTMODSEQ 0] x"
            case .falling: "* OK [HIGHESTMODSEQ \(90 - connection * 50)] x"
            case .missing: "* OK nothing"
            case .huge: "* OK [HIGHESTMODSEQ 18446744073709551615] x"
            case .none: "* OK [NOMODSEQ] x"
            }
        }

        var number: String {
            switch self {
            case .zero: "0"
            case .falling: "3"
            case .missing, .none: "1"
            case .huge: "18446744073709551615"
            }
        }
    }

    @Test(arguments: Sequence.allCases) func changesAreToldOnceWhateverTheModSequences(_ sequence: Sequence)
        async throws
    {
        var traits = ServerTraits.modern
        // ENABLE is answered with OK and without ENABLED.
        traits.capabilities.formUnion(["CONDSTORE", "QRESYNC"])
        let server = HostileServer(traits)
        server.lie { exchange in
            if exchange.isFor("SELECT") { return exchange.adding(sequence.highest(exchange.connection)) }
            guard exchange.isFor("UID FETCH") else { return nil }
            return [.text(exchange.answer.replacing("FLAGS (", with: "MODSEQ (\(sequence.number)) FLAGS ("))]
        }
        let rules = #"""
            rule "flag" { on = "flags", when = flag "flagged", run = { keyword "Seen-it" } }
            rule "gone" { on = "removed", run = { log "gone" } }
            """#
        try await Program.run(on: server, rules: rules) { program in
            try await program.awaitIdle(server)
            let token = await server.deliver("first")
            try await program.await("decided") { server.heardLast.contains("BODY.PEEK") }
            try await program.awaitIdle(server)
            for round in 0..<2 {
                server.store.change(token, in: "INBOX", adding: round == 0 ? [.flagged] : [.seen])
                let flags = round == 0 ? "\\Flagged" : "\\Flagged \\Seen"
                // Everything vanished, says the server, and all of it is there.
                await server.say(
                    "* VANISHED 1:4294967295", "* 1 FETCH (UID 1 FLAGS (\(flags)))", "* 1 EXPUNGE", "* 1 EXISTS")
                try await program.await("told") {
                    let wanted = round + 1
                    return try await program.plans().count { "\($0.plan.trigger)".hasPrefix("flags") } >= wanted
                }
                try await program.awaitIdle(server)
                await server.say([.cut])
                try await program.awaitHurrying("a new connection") {
                    server.connections == round + 2 && server.isIdledOn
                }
            }
            let triggers = try await program.plans().map { "\($0.plan.trigger)" }
            #expect(triggers.count { $0.hasPrefix("flags") } == 2, "\(triggers)")
            #expect(triggers.count { $0.hasPrefix("removed") } == 0, "\(triggers)")
            server.lie(nil)
            server.store.remove(token, from: "INBOX")
            await server.say("* 1 EXPUNGE")
            try await program.await("removed") {
                // It waits for more of the same, by the connection's clock.
                await server.pass(seconds: 1)
                return try await program.plans().contains { "\($0.plan.trigger)".hasPrefix("removed") }
            }
        }
    }

    /// Names that no folder should have, and roles where they should not be.
    @Test func hostileFolderNamesReachNoCommandAndNoTerminal() async throws {
        let server = HostileServer()
        server.lie { exchange in
            guard exchange.isFor("LIST \"\" \"*\"") else { return nil }
            return exchange.adding(
                "* LIST (\\Trash) \"/\" INBOX", "* LIST (\\Junk) \"/\" {12}", "a\r\nb LOGOUT\r\n",
                "* LIST (\\Archive) \"/\" \"../../etc/passwd\"", "* LIST () \"/\" \"\"", "* LIST () \"/\" \"a//b\"",
                "* LIST (\\Sent) \"/\" \"\u{202E}evil\u{1B}[31m\"", "* LIST () \"\\\\\" \"x\\\\y\"",
                "* LIST (\\Trash) NIL \"&AA-\"",
                "* LIST (\\Drafts) \"/\" {3}", "a\u{0}b", "* LIST", "* LIST (", "* LIST (\\Trash) \"/\" {0}", "")
        }
        let rules = #"""
            rule "t" { when = subject:starts "trash", run = { trash } }
            rule "j" { when = subject:starts "junk", run = { junk } }
            rule "f" { run = { move "Filed" } }
            """#
        try await Program.run(on: server, rules: rules) { program in
            try await program.awaitIdle(server)
            let odd = await [server.deliver("trash it"), server.deliver("junk it")]
            let token = await server.deliver("first")
            try await program.awaitFiled(token, on: server)
            try await program.await("all decided") {
                try await program.plans().allSatisfy { ![.planned, .running].contains($0.plan.state) }
            }
            // Wherever they went, they are there.
            for token in odd { #expect(server.store.places(of: token).count == 1) }
            #expect(!server.heard.contains("b LOGOUT"))
            #expect(server.store.violations.isEmpty)
        }
    }
}
