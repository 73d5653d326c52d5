import ActionExecutor
import ActionJournal
import IMAPSession
import MailModel
import TestKit
import Testing

/// The server gives a mailbox new UIDs while plans wait (FAULTS V1): messages are found by identity, or not at all.
@Suite struct RenumberingTests {
    static let traits: [ServerTraits] = [.modern, .withoutMove, .minimal]

    @Test(arguments: traits) func aPlanGoesOnWithItsMessage(_ traits: ServerTraits) async throws {
        let bench = try FilingBench(traits)
        let other = bench.store.deliver(letter("other", id: "2"))
        let token = bench.store.deliver(letter("receipt", id: "1"))
        let plan = try await bench.plan(
            token, [.mark(flag: "flagged"), .move(to: "Receipts"), .forward(ForwardRequest(to: ["b@example.org"]))],
            outbox: [2: [.toB]])
        bench.store.allowRemoval(of: [token])
        bench.store.remove(other, from: "INBOX")
        let stranger = bench.store.deliver(letter("later", id: "3"))
        bench.store.renumber("INBOX")
        #expect(bench.store["INBOX"]?.messages.first?.token == token)
        try await bench.attendUntilQuiet()
        #expect(bench.store.places(of: token).contains("Receipts"))
        #expect(bench.store.flags(of: token, in: "Receipts") == [.flagged])
        #expect(bench.store.places(of: stranger) == ["INBOX"])
        #expect(try await bench.journal.dueOutbox(now: .max, limit: 9).count == 1)
        #expect(try await bench.state(plan) == .running)
        #expect(bench.store.violations.isEmpty)
    }

    /// Renumbered after each command of an interrupted run, with the command carried out or not.
    @Test(arguments: [Mishap.cutBefore, .cutAfter], traits) func aRenumberingWithinARunLosesAndDoublesNothing(
        _ mishap: Mishap, _ traits: ServerTraits
    ) async throws {
        var number = 0
        while true {
            let bench = try FilingBench(traits)
            let filler = bench.store.deliver(letter("filler", id: "0"))
            let tokens = (1...2).map { bench.store.deliver(letter("receipt \($0)", id: "\($0)")) }
            let plans = try await bench.plan(all: tokens, [.mark(flag: "flagged"), .move(to: "Receipts")])
            bench.store.remove(filler, from: "INBOX")
            bench.store.allowRemoval(of: Set(tokens))
            bench.server.put(mishap, at: number)
            let wasWhole = try await bench.attendUnlessCut()
            let trail = bench.server.commands
            bench.server.rest()
            bench.store.renumber("INBOX")
            try bench.crash()
            try await bench.attendUntilQuiet()
            let context = Comment(rawValue: "cut at \(number): \(trail)\nthen: \(bench.server.commands)")
            for token in tokens {
                let remains = bench.server.traits.has("UIDPLUS")
                #expect(bench.store.places(of: token) == (remains ? ["Receipts"] : ["INBOX", "Receipts"]), context)
                #expect(bench.store.flags(of: token, in: "Receipts")?.contains(.flagged) == true, context)
            }
            for plan in plans { #expect(try await bench.state(plan) == .done, context) }
            #expect(bench.store.violations.isEmpty, context)
            if wasWhole { break }
            number += 1
        }
        #expect(number > 3, "there were commands to cut")
    }

    @Test func whatWasForwardedIsNotForwardedAgain() async throws {
        let bench = try FilingBench(.modern)
        let filler = bench.store.deliver(letter("filler", id: "0"))
        let token = bench.store.deliver(letter("receipt", id: "1"))
        let plan = try await bench.plan(
            token, [.move(to: "Receipts"), .forward(ForwardRequest(to: ["b@example.org"], first: true))],
            outbox: [1: [.toB]])
        let row = try #require(try await bench.journal.dueOutbox(now: .max, limit: 1).first)
        let now = bench.clock.now
        try await bench.journal.apply([
            .outboxBegun(row.id, at: now), .outboxDotSent(row.id, at: now),
            .outboxFinished(row.id, .accepted, .accepted, text: "250", notBefore: nil, at: now),
            .stepFinished(row.step, .done, nil, at: now),
        ])
        bench.store.remove(filler, from: "INBOX")
        bench.store.renumber("INBOX")
        try await bench.attendUntilQuiet()
        #expect(bench.store.places(of: token) == ["Receipts"])
        #expect(try await bench.journal.dueOutbox(now: .max, limit: 1).isEmpty)
        #expect(try await bench.state(plan) == .done)
    }

    @Test func aMessageThatIsGoneIsSupersededAndNothingIsSent() async throws {
        let bench = try FilingBench(.modern)
        let token = bench.store.deliver(letter("receipt", id: "1"))
        let other = bench.store.deliver(letter("other", id: "2"))
        let plan = try await bench.plan(
            token, [.move(to: "Receipts"), .forward(ForwardRequest(to: ["b@example.org"]))], outbox: [1: [.toB]])
        bench.store.remove(token, from: "INBOX")
        bench.store.renumber("INBOX")
        #expect(bench.store["INBOX"]?.messages.first?.uid == .first, "the other message has the plan's UID now")
        try await bench.attendUntilQuiet()
        #expect(bench.store.places(of: other) == ["INBOX"])
        #expect(try await bench.state(plan) == .superseded)
        #expect(try await bench.journal.dueOutbox(now: .max, limit: 1).isEmpty)
    }

    @Test func amongTwinsAPersonHasToSay() async throws {
        let bench = try FilingBench(.modern)
        let twins = [
            bench.store.deliver(letter("alert", body: "web1")), bench.store.deliver(letter("alert", body: "web2")),
        ]
        let plan = try await bench.plan(twins[0], [.move(to: "Receipts")])
        bench.store.renumber("INBOX")
        try await bench.attendUntilQuiet()
        for twin in twins { #expect(bench.store.places(of: twin) == ["INBOX"]) }
        #expect(try await bench.state(plan) == .held)
        // Once it can be told, releasing it is enough.
        bench.store.remove(twins[1], from: "INBOX")
        let work = try #require(try await bench.journal.work(plan))
        try await bench.journal.apply(PlanRelease.facts(for: work, at: bench.clock.now))
        try await bench.attendUntilQuiet()
        #expect(bench.store.places(of: twins[0]) == ["Receipts"])
        #expect(try await bench.state(plan) == .done)
    }

    @Test func manyAreFoundInFewCommands() async throws {
        let bench = try FilingBench(.modern)
        let filler = bench.store.deliver(letter("filler", id: "0"))
        let tokens = (1...1_500).map { bench.store.deliver(letter("mail \($0)", id: "\($0)")) }
        let wanted = Array(tokens.prefix(400))
        try await bench.plan(all: wanted, [.move(to: "Receipts")])
        bench.store.remove(filler, from: "INBOX")
        bench.store.renumber("INBOX")
        try await bench.attend()
        #expect(bench.store["Receipts"]?.messages.map(\.token) == wanted)
        #expect(bench.server.commands.count < 12, "\(bench.server.commands.map { $0.prefix(60) })")
    }
}
