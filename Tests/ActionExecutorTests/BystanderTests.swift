import ActionJournal
import MailModel
import TestKit
import Testing

/// Another client acts between any two commands (DESIGN §2.6): its hand wins, nothing is lost or doubled, and the plan
/// comes to an end that says what happened.
@Suite struct BystanderTests {
    enum Deed: String, CaseIterable, Sendable {
        case removes, movesAway, marksDeleted, unmarksDeleted, flags, removesCopy, deletesTarget, delivers, copies

        func act(_ store: ModelMailStore, _ token: Int) {
            switch self {
            case .removes: store.remove(token, from: "INBOX")
            case .movesAway: store.move(token, from: "INBOX", to: "Elsewhere")
            case .marksDeleted: store.change(token, in: "INBOX", adding: [.deleted])
            case .unmarksDeleted: store.change(token, in: "INBOX", removing: [.deleted])
            case .flags: store.change(token, in: "INBOX", adding: [.answered])
            case .removesCopy: store.remove(token, from: "Receipts")
            case .deletesTarget where store["Receipts"]?.messages.isEmpty == true: store.deleteMailbox("Receipts")
            case .deletesTarget: break
            case .delivers: store.deliver(letter("another", id: "another"))
            case .copies: store.copy(token, from: "INBOX", to: "Receipts")
            }
        }

        /// Whether afterwards the message may be nowhere, by that client's will.
        var mayRemove: Bool {
            switch self {
            case .removes, .removesCopy, .marksDeleted: true
            case .movesAway, .unmarksDeleted, .flags, .deletesTarget, .delivers, .copies: false
            }
        }
    }

    static let traits: [ServerTraits] = [
        .modern, .withoutMove, .minimal, .modern.with { $0.copyUIDs = .missing },
    ]

    @Test(arguments: Deed.allCases, traits) func theirHandWins(_ deed: Deed, _ traits: ServerTraits) async throws {
        var number = 0
        while try await meet(deed, traits, at: number, cut: nil) { number += 1 }
        #expect(number > 2, "there were commands to act between")
    }

    @Test(arguments: Deed.allCases, [ServerTraits.modern, .withoutMove, .minimal]) func theirHandWinsAfterACut(
        _ deed: Deed, _ traits: ServerTraits
    ) async throws {
        for cut in 2..<7 {
            guard try await meet(deed, traits, at: 0, cut: (cut, .cutAfter)) else { return }
        }
    }

    /// Lets the deed be done before a command, or with a cut, right before the recovery.
    ///
    /// - Returns: whether there was such a command.
    private func meet(
        _ deed: Deed, _ traits: ServerTraits, at number: Int, cut: (command: Int, mishap: Mishap)?
    ) async throws -> Bool {
        let bench = try FilingBench(traits)
        let token = bench.store.deliver(letter("receipt", id: "1"))
        let plan = try await bench.plan(token, [.mark(flag: "flagged"), .move(to: "Receipts")])
        var reached = true
        if let cut {
            bench.server.put(cut.mishap, at: cut.command)
            reached = try await !bench.attendUnlessCut()
            bench.server.rest()
            try bench.crash()
            bench.server.before(number) { deed.act($0, token) }
            try await bench.attendUntilQuiet()
        } else {
            bench.server.before(number) { deed.act($0, token) }
            try await bench.attendUntilQuiet()
            reached = bench.server.commands.count > number
        }

        let places = bench.store.places(of: token)
        let context = Comment(rawValue: "\(deed) at \(number): \(places)\n\(bench.server.commands)")
        #expect(!places.isEmpty || deed.mayRemove, "nothing is lost; \(context)")
        #expect(places.filter { $0 == "Receipts" }.count <= (deed == .copies ? 2 : 1), "filed twice; \(context)")
        if bench.server.traits.has("UIDPLUS"), [.removes, .flags, .delivers, .deletesTarget].contains(deed) {
            #expect(places.count <= 1, "in two places; \(context)")
        }
        #expect(bench.store.violations.isEmpty, context)
        let state = try await bench.state(plan)
        #expect([.done, .superseded, .held, .failed, .rolledBack].contains(state), context)
        if deed == .flags || deed == .delivers { #expect(state == .done && places.contains("Receipts"), context) }
        return reached
    }

    @Test func aForwardIsNotSentForAMessageThatThePersonDeletedFirst() async throws {
        for actions: [MailAction] in [
            [.mark(flag: "flagged"), .forward(ForwardRequest(to: ["b@example.org"]))],
            [.move(to: "Receipts"), .forward(ForwardRequest(to: ["b@example.org"]))],
            [.copy(to: "Receipts"), .forward(ForwardRequest(to: ["b@example.org"]))],
        ] {
            let bench = try FilingBench(.modern)
            let token = bench.store.deliver(letter("receipt", id: "1"))
            let plan = try await bench.plan(token, actions, outbox: [1: [.toB]])
            bench.store.remove(token, from: "INBOX")
            try await bench.attend()
            #expect(try await bench.journal.dueOutbox(now: .max, limit: 1).isEmpty)
            #expect(try await bench.state(plan) == .superseded)
        }
    }

    @Test func whatCameInAndIsGoneBeforeItCouldBeFiledIsCounted() async throws {
        let bench = try FilingBench(.modern)
        let tokens = (1...4).map { bench.store.deliver(letter("receipt", id: "\($0)")) }
        try await bench.plan(all: Array(tokens.prefix(3)), [.mark(flag: "flagged"), .move(to: "Receipts")])
        // What a person asked for was shown before, and may well be gone.
        try await bench.plan(tokens[3], [.move(to: "Receipts")], trigger: .sweep(run: 1))
        for token in [tokens[0], tokens[1], tokens[3]] { bench.store.remove(token, from: "INBOX") }
        try await bench.attend()
        #expect(bench.vanished.withLock { $0 } == 2)
    }

    @Test func aForwardIsReleasedOnceTheMessageIsSafe() async throws {
        let bench = try FilingBench(.withoutMove)
        let token = bench.store.deliver(letter("receipt", id: "1"))
        let plan = try await bench.plan(
            token, [.move(to: "Receipts"), .forward(ForwardRequest(to: ["b@example.org"]))], outbox: [1: [.toB]])
        #expect(try await bench.journal.dueOutbox(now: .max, limit: 1).isEmpty)
        try await bench.attend()
        #expect(try await bench.journal.dueOutbox(now: .max, limit: 9).count == 1)
        #expect(bench.releases.withLock { $0 } == 1)
        #expect(try await bench.state(plan) == .running)
    }

    @Test func aFlagThatThePersonChangedSinceIsLeftAsItIs() async throws {
        let bench = try FilingBench(.modern)
        let token = bench.store.deliver(letter("read", id: "1"), flags: [.seen])
        let plan = try await bench.plan(token, [.mark(flag: "seen"), .mark(flag: "flagged")])
        bench.store.change(token, in: "INBOX", adding: [.answered], removing: [.seen])
        try await bench.attend()
        #expect(bench.store.flags(of: token, in: "INBOX") == [.answered, .flagged])
        #expect(try await bench.state(plan) == .done)
    }

    @Test func aMessageThatIsMarkedDeletedIsNotMovedLater() async throws {
        let bench = try FilingBench(.modern)
        let token = bench.store.deliver(letter("receipt", id: "1"))
        let plan = try await bench.plan(token, [.move(to: "Receipts")])
        bench.store.change(token, in: "INBOX", adding: [.deleted])
        bench.clock.pass(3_600)
        try await bench.attend()
        #expect(bench.store.places(of: token) == ["INBOX"])
        #expect(try await bench.state(plan) == .superseded)
    }
}

extension OutboxDraft {
    static let toB = OutboxDraft(
        recipient: "b@example.org", sender: "jane@example.org", messageID: "1@example.org", spool: "1.eml",
        policy: .resend)
}
