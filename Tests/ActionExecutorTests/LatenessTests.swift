import ActionExecutor
import ActionJournal
import MailModel
import TestKit
import Testing

/// A server may carry out late what a lost connection left with it: a copy that is not there yet is looked for once more
/// before it is made again.
@Suite struct LatenessTests {
    private func receipts(_ bench: FilingBench) -> Int { bench.store["Receipts"]?.messages.count ?? 0 }

    @Test(arguments: [ServerTraits.withoutMove, .withoutMoveWithStates, .minimal])
    func aCopyThatComesLateIsNotMadeTwice(_ traits: ServerTraits) async throws {
        let bench = try FilingBench(traits)
        let token = bench.store.deliver(letter("receipt", id: "1"))
        let plan = try await bench.plan(token, [.move(to: "Receipts")])
        bench.server.cut(before: "UID COPY")
        #expect(try await !bench.attendUnlessCut())
        bench.server.rest()
        try bench.crash()
        bench.clock.pass(2)
        // It looks and finds nothing; only then the server gets to it.
        try await bench.attend()
        #expect(receipts(bench) == 0)
        bench.store.copy(token, from: "INBOX", to: "Receipts")
        let due = try await bench.journal.nextStepDue(account: bench.account, after: bench.clock.now)
        #expect(due == bench.clock.now + 8)
        bench.clock.pass(8)
        try await bench.attend()
        #expect(receipts(bench) == 1)
        #expect(try await bench.state(plan) == .done)
        #expect(bench.store.violations.isEmpty)
    }

    @Test func aCopyThatNeverCameIsMade() async throws {
        let bench = try FilingBench(.withoutMove)
        let token = bench.store.deliver(letter("receipt", id: "1"))
        let plan = try await bench.plan(token, [.move(to: "Receipts")])
        bench.server.cut(before: "UID COPY")
        #expect(try await !bench.attendUnlessCut())
        bench.server.rest()
        try bench.crash()
        for _ in 0..<9 {
            try await bench.attend()
            #expect(receipts(bench) == 0)
            bench.clock.pass(1)
        }
        bench.clock.pass(1)
        try await bench.attend()
        #expect(bench.store.places(of: token) == ["Receipts"])
        #expect(try await bench.state(plan) == .done)
    }

    /// The clock was set back by a day: nothing waits for it.
    @Test func aClockThatWasSetBackDelaysNothing() async throws {
        let bench = try FilingBench(.withoutMove)
        let token = bench.store.deliver(letter("receipt", id: "1"))
        let plan = try await bench.plan(token, [.move(to: "Receipts")])
        bench.server.cut(before: "UID COPY")
        #expect(try await !bench.attendUnlessCut())
        bench.server.rest()
        bench.clock.pass(-86_400)
        try await bench.attend()
        bench.clock.pass(10)
        try await bench.attend()
        #expect(try await bench.state(plan) == .done)
        #expect(bench.store.places(of: token) == ["Receipts"])
    }

    @Test func anAppendThatComesLateIsNotMadeTwice() async throws {
        let other = try OtherAccount()
        let bench = try FilingBench(.modern, other: other)
        let bytes = letter("client", id: "1")
        let token = bench.store.deliver(bytes)
        let plan = try await bench.plan(token, [AccountMoveTests.toClients])
        other.server.cut(before: "APPEND")
        try await bench.attend()
        other.server.rest()
        // As after a crash: begun, and nobody knows.
        let step = try #require(try await bench.steps(plan).first { $0.kind == .append })
        try await bench.journal.apply([.stepDeferred(step.id, notBefore: nil)])
        try bench.crash()
        bench.clock.pass(2)
        try await bench.attend()
        #expect(other.messages("Clients").isEmpty)
        other.store.deliver(bytes, to: "Clients")
        bench.clock.pass(8)
        try await bench.attend()
        #expect(other.messages("Clients").count == 1)
        #expect(bench.store.places(of: token) == [])
        #expect(try await bench.state(plan) == .done)
    }
}
