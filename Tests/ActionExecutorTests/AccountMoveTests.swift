import ActionExecutor
import ActionJournal
import IMAPSession
import MailModel
import TestKit
import Testing

/// Messages that go to another account (FAULTS A1): they are seen there before they leave here, and are there once.
@Suite struct AccountMoveTests {
    static let toClients = MailAction.move(FolderTarget(account: "work", place: .name("Clients")))
    static let traits: [ServerTraits] = [
        .modern, .withoutMove, .modern.with { $0.copyUIDs = .missing }, .modern.with { $0.copyUIDs = .malformed },
    ]

    private func spooled(_ bench: FilingBench) throws -> Int { try Spool(stateFolder: bench.folder.state).count() }

    @Test(arguments: traits, traits) func aMessageMovesWithItsFlagsAndDate(
        _ traits: ServerTraits, _ others: ServerTraits
    ) async throws {
        let other = try OtherAccount(others)
        let bench = try FilingBench(traits, other: other)
        // Longer than one piece, with every byte that mail can have but NUL.
        let body = String(repeating: "Grüße {12}\r\n.\r\n* BYE\r\n", count: 60_000)
        let bytes = letter("long", id: "1", body: body)
        let token = bench.store.deliver(bytes, flags: [.seen, .flagged], internalDate: 1_234_567)
        let plan = try await bench.plan(token, [.mark(flag: "answered"), Self.toClients])
        try await bench.attendUntilQuiet()
        #expect(bench.store.places(of: token) == [])
        let arrived = try #require(other.messages("Clients").first)
        #expect(other.messages("Clients").count == 1)
        #expect(arrived.bytes == bytes)
        #expect(arrived.flags == [.seen, .flagged, .answered])
        #expect(arrived.internalDate == 1_234_567)
        #expect(try await bench.state(plan) == .done)
        #expect(bench.store.violations.isEmpty && other.store.violations.isEmpty)
        #expect(try spooled(bench) == 0)
        // That account knows it for ours, should it watch the folder.
        let echo = try await bench.journal.ownFilings(
            account: other.name, into: try #require(MailboxName("Clients")),
            identities: [try #require(try await bench.journal.work(plan)).plan.identity])
        #expect(echo.count == 1)
    }

    struct Course: Sendable, CustomTestStringConvertible {
        /// Whether the other account's connection is cut.
        var isThere: Bool
        var mishap: Mishap
        var traits: ServerTraits

        var testDescription: String { "\(mishap) \(isThere ? "there" : "here"), \(traits)" }
    }

    static let courses = [false, true].flatMap { isThere in
        [Mishap.cutBefore, .cutAfter].flatMap { mishap in
            [ServerTraits.modern, .modern.with { $0.copyUIDs = .missing }].map {
                Course(isThere: isThere, mishap: mishap, traits: $0)
            }
        }
    }

    @Test(arguments: courses) func aCutAnywhereLosesAndDoublesNothing(_ course: Course) async throws {
        var number = 0
        while true {
            let other = try OtherAccount(course.traits)
            let bench = try FilingBench(.withoutMove, other: other)
            let tokens = (1...2).map { bench.store.deliver(letter("client \($0)", id: "\($0)"), flags: [.seen]) }
            bench.store.allowRemoval(of: Set(tokens))
            let plans = try await bench.plan(all: tokens, [.mark(flag: "flagged"), Self.toClients])
            let server = course.isThere ? other.server : bench.server
            server.put(course.mishap, at: number)
            _ = try await bench.attendUnlessCut()
            let wasReached = server.commands.count > number
            let trail = (bench.server.commands, other.server.commands)
            bench.server.rest()
            other.server.rest()
            try bench.crash()
            try await bench.attendUntilQuiet()
            let context = Comment(
                rawValue: "cut at \(number): \(trail)\nthen: \(bench.server.commands) \(other.server.commands)")
            #expect(bench.store["INBOX"]?.messages.isEmpty == true, context)
            #expect(
                other.messages("Clients").map(\.bytes) == [letter("client 1", id: "1"), letter("client 2", id: "2")],
                context)
            #expect(other.messages("Clients").allSatisfy { $0.flags == [.seen, .flagged] }, context)
            for plan in plans { #expect(try await bench.state(plan) == .done, context) }
            #expect(bench.store.violations.isEmpty && other.store.violations.isEmpty, context)
            #expect(try spooled(bench) == 0)
            if !wasReached { break }
            number += 1
        }
        #expect(number > 4, "there were commands to cut")
    }

    /// Twins are told apart by their places; a look for one does not find the other's copy.
    @Test func twinsAreBothGiven() async throws {
        let other = try OtherAccount(.modern.with { $0.copyUIDs = .missing })
        let bench = try FilingBench(.modern, other: other)
        for twin in [letter("alert", body: "web1"), letter("alert", body: "web2")] {
            let plan = try await bench.plan(bench.store.deliver(twin), [Self.toClients])
            try await bench.attendUntilQuiet()
            #expect(try await bench.state(plan) == .done)
        }
        #expect(other.messages("Clients").count == 2)
        #expect(bench.store["INBOX"]?.messages.isEmpty == true)
    }

    @Test func whatSomebodyChangesMeanwhileIsCarriedToTheOtherAccount() async throws {
        let other = try OtherAccount()
        let bench = try FilingBench(.modern, other: other)
        let token = bench.store.deliver(letter("client", id: "1"), flags: [.seen])
        let plan = try await bench.plan(token, [Self.toClients])
        bench.server.cut(before: "UID STORE")
        #expect(try await !bench.attendUnlessCut())
        bench.server.rest()
        bench.store.change(token, in: "INBOX", adding: [.answered], removing: [.seen])
        try bench.crash()
        try await bench.attendUntilQuiet()
        #expect(other.messages("Clients").map(\.flags) == [[.answered]])
        #expect(bench.store.places(of: token) == [])
        #expect(try await bench.state(plan) == .done)
    }

    @Test func anAccountThatIsDownKeepsNothingElseAndIsTriedAgain() async throws {
        let other = try OtherAccount()
        let bench = try FilingBench(.modern, other: other)
        let token = bench.store.deliver(letter("client", id: "1"))
        let mine = bench.store.deliver(letter("receipt", id: "2"))
        let plan = try await bench.plan(token, [Self.toClients])
        try await bench.plan(mine, [.move(to: "Receipts")])
        other.isDown.withLock { $0 = true }
        for _ in 0..<20 {
            try await bench.attend()
            bench.clock.pass(61)
        }
        #expect(bench.store.places(of: mine) == ["Receipts"])
        #expect(bench.store.places(of: token) == ["INBOX"])
        #expect(try await bench.state(plan) == .planned)
        other.isDown.withLock { $0 = false }
        try await bench.attend()
        #expect(other.messages("Clients").count == 1)
        #expect(try await bench.state(plan) == .done)
    }

    @Test func aRefusalTakesBackWhatWasDoneBefore() async throws {
        let other = try OtherAccount()
        other.store.refuseCopies(to: "Clients")
        let bench = try FilingBench(.modern, other: other)
        let token = bench.store.deliver(letter("client", id: "1"))
        let plan = try await bench.plan(token, [.mark(flag: "flagged"), .copy(to: "Receipts"), Self.toClients])
        try await bench.attendUntilQuiet()
        #expect(bench.store.places(of: token) == ["INBOX"])
        #expect(bench.store.flags(of: token, in: "INBOX") == [])
        #expect(try await bench.state(plan) == .rolledBack)
        #expect(try spooled(bench) == 0)
    }

    @Test func aCopyInAnotherAccountIsTakenBack() async throws {
        let other = try OtherAccount()
        let bench = try FilingBench(.modern, other: other)
        let token = bench.store.deliver(letter("client", id: "1"))
        other.store.trust(bench.store)
        let plan = try await bench.plan(
            token,
            [.copy(FolderTarget(account: "work", place: .name("Clients"))), .move(to: "Nowhere", create: false)])
        try await bench.attendUntilQuiet()
        #expect(bench.store.places(of: token) == ["INBOX"])
        #expect(other.messages("Clients").isEmpty)
        #expect(try await bench.state(plan) == .rolledBack)
        #expect(other.store.violations.isEmpty, "\(other.store.violations)")
    }

    @Test func aMissingFolderIsMadeUnlessTheRuleForbidsIt() async throws {
        for mayCreate in [true, false] {
            let other = try OtherAccount(mailboxes: ["INBOX"])
            let bench = try FilingBench(.modern, other: other)
            let token = bench.store.deliver(letter("client", id: "1"))
            let plan = try await bench.plan(
                token, [.move(FolderTarget(account: "work", place: .name("New/Deep"), create: mayCreate))])
            try await bench.attendUntilQuiet()
            #expect(bench.store.places(of: token) == (mayCreate ? [] : ["INBOX"]))
            #expect(other.messages("New/Deep").count == (mayCreate ? 1 : 0))
            #expect(try await bench.state(plan) == (mayCreate ? .done : .failed))
        }
    }

    @Test func aMessageThatIsGoneIsNotGiven() async throws {
        let other = try OtherAccount()
        let bench = try FilingBench(.modern, other: other)
        let token = bench.store.deliver(letter("client", id: "1"))
        let plan = try await bench.plan(token, [Self.toClients])
        bench.store.remove(token, from: "INBOX")
        try await bench.attendUntilQuiet()
        #expect(other.messages("Clients").isEmpty)
        #expect(try await bench.state(plan) == .superseded)
    }

    @Test func anAccountThatIsNotThereIsRefusedWhenPlanned() throws {
        let planner = StepPlanner(
            source: .inbox, abilities: ServerAbilities(canMove: true, hasUIDPlus: true), roles: [:],
            account: AccountName("home"), accounts: [])
        #expect(throws: StepPlanner.Refusal.self) {
            try planner.steps(for: [PlannedAction(action: Self.toClients, rule: "r")], outbox: [:])
        }
        // The account's own name is no other account.
        let own = MailAction.move(FolderTarget(account: "home", place: .name("Clients")))
        #expect(try planner.steps(for: [PlannedAction(action: own, rule: "r")], outbox: [:]).map(\.kind) == [.uidMove])
    }
}
