import ActionJournal
import IMAPSession
import MailModel
import Synchronization
import TestKit
import Testing

/// What others change on the source while its copy exists is on the copy in the end (FAULTS C3, DESIGN §2.6).
@Suite struct CarryingTests {
    /// One flag more and one less, and others that stay.
    struct Change: Sendable, CustomTestStringConvertible {
        var adding: Set<Flag> = []
        var removing: Set<Flag> = []

        var testDescription: String { "+\(adding.sorted()) -\(removing.sorted())" }

        func made(of flags: Set<Flag>) -> Set<Flag> { flags.union(adding).subtracting(removing) }
    }

    static let changes = [
        Change(adding: [.answered]), Change(removing: [.seen]), Change(adding: [.answered, .draft], removing: [.seen]),
    ]
    static let before: Set<Flag> = [.seen, .flagged]

    @Test(arguments: changes, [ServerTraits.modern, .withoutMove, .withoutMoveWithStates, .minimal])
    func aChangeBetweenAnyTwoCommandsIsCarried(
        _ change: Change, _ traits: ServerTraits
    ) async throws {
        var number = 0
        while try await meet(change, traits, at: number, cut: nil) { number += 1 }
        #expect(number > 2, "there were commands to act between")
    }

    @Test(
        arguments: [Mishap.cutBefore, .cutAfter],
        [ServerTraits.modern, .withoutMove, .withoutMoveWithStates, .minimal])
    func aChangeWhileTheConnectionIsLostIsCarried(_ mishap: Mishap, _ traits: ServerTraits) async throws {
        var cuts = 0
        for cut in 0..<12 {
            // Right after the cut, and between the commands of the recovery.
            for number in 0..<8 {
                guard try await meet(Self.changes[2], traits, at: number, cut: (cut, mishap)) else { break }
                cuts += 1
            }
        }
        #expect(cuts > 10, "there were cuts to recover from")
    }

    /// - Returns: whether there was such a command.
    private func meet(
        _ change: Change, _ traits: ServerTraits, at number: Int, cut: (command: Int, mishap: Mishap)?
    ) async throws -> Bool {
        let bench = try FilingBench(traits)
        let token = bench.store.deliver(letter("receipt", id: "1"), flags: Self.before)
        let bystander = bench.store.deliver(letter("other", id: "2"), flags: Self.before)
        let plan = try await bench.plan(token, [.move(to: "Receipts")])
        if let cut {
            bench.server.put(cut.mishap, at: cut.command)
            guard try await !bench.attendUnlessCut() else { return false }
            bench.server.rest()
            try bench.crash()
        }
        let wasMade = Mutex(false)
        bench.server.before(number) { store in
            guard store.flags(of: token, in: "INBOX") != nil else { return }
            store.change(token, in: "INBOX", adding: change.adding, removing: change.removing)
            wasMade.withLock { $0 = true }
        }
        try await bench.attendUntilQuiet()
        let commands = bench.server.commands
        let context = Comment(rawValue: "\(change) at \(number), \(String(describing: cut)): \(commands)")
        // Between the last look and the removal that follows in the same write nobody can see it any more.
        let isTooLate = commands.indices.contains(number) && commands[number].hasPrefix("UID EXPUNGE")
        if !isTooLate {
            let wanted = wasMade.withLock { $0 } ? change.made(of: Self.before) : Self.before
            #expect(bench.store.flags(of: token, in: "Receipts") == wanted, context)
        }
        #expect(bench.store.flags(of: bystander, in: "INBOX") == Self.before, context)
        #expect(try await bench.state(plan) == .done, context)
        #expect(bench.store.violations.isEmpty, context)
        return commands.count > number
    }

    /// Where the server tells states, what somebody changed is not even marked before the change is on the copy.
    @Test func whatWasChangedSinceItWasCopiedIsNotRemoved() async throws {
        let bench = try FilingBench(.withoutMoveWithStates)
        let changed = bench.store.deliver(letter("receipt", id: "1"), flags: Self.before)
        let other = bench.store.deliver(letter("receipt", id: "2"), flags: Self.before)
        let plans = try await bench.plan(all: [changed, other], [.move(to: "Receipts")])
        let undisturbed = try FilingBench(.withoutMoveWithStates)
        try await undisturbed.plan(undisturbed.store.deliver(letter("receipt", id: "1")), [.move(to: "Receipts")])
        try await undisturbed.attend()
        let stores = undisturbed.server.commands.indices.filter {
            undisturbed.server.commands[$0].hasPrefix("UID STORE")
        }
        #expect(stores.count == 1, "\(undisturbed.server.commands)")
        let number = try #require(stores.first)
        bench.server.before(number) { $0.change(changed, in: "INBOX", adding: [.answered]) }
        // The answer is lost, and with it whatever it told of the change.
        bench.server.cut(after: "UID EXPUNGE")
        #expect(try await !bench.attendUnlessCut())
        bench.server.rest()
        #expect(bench.store.flags(of: changed, in: "INBOX") == [.seen, .flagged, .answered])
        #expect(bench.store.places(of: other) == ["Receipts"])
        try bench.crash()
        try await bench.attendUntilQuiet()
        #expect(bench.store.places(of: changed) == ["Receipts"])
        #expect(bench.store.flags(of: changed, in: "Receipts") == [.seen, .flagged, .answered])
        for plan in plans { #expect(try await bench.state(plan) == .done) }
        #expect(bench.store.violations.isEmpty)
    }

    /// Who watches the mailbox that the copy is in knows the change for ours.
    @Test func whatIsCarriedIsNoNewsWhereTheCopyIs() async throws {
        let bench = try FilingBench(.withoutMove)
        let token = bench.store.deliver(letter("receipt", id: "1"), flags: Self.before)
        try await bench.plan(token, [.move(to: "Receipts")])
        let receipts = try #require(bench.store["Receipts"])
        let name = try #require(MailboxName("Receipts"))
        let copy = MessageKey(
            account: bench.account, mailbox: name, uidValidity: receipts.uidValidity, uid: receipts.uidNext)
        bench.server.cut(before: "UID STORE")
        #expect(try await !bench.attendUnlessCut())
        bench.server.rest()
        try await bench.journal.apply([.mirrored([MirrorEntry(key: copy, flags: Self.before)])])
        bench.store.change(token, in: "INBOX", adding: [.answered], removing: [.seen])
        try bench.crash()
        try await bench.attendUntilQuiet()
        #expect(bench.store.flags(of: token, in: "Receipts") == [.flagged, .answered])
        let mirrored = try await bench.journal.mirror(account: bench.account, mailbox: name)
        #expect(mirrored.map(\.flags) == [[.flagged, .answered]])
        let effects = try await bench.journal.ownEffects(
            account: bench.account, mailbox: name, uidValidity: receipts.uidValidity, of: [copy.uid])
        #expect(effects.isEmpty)
    }

    /// A refused expunge is repeated later: what was changed meanwhile, to the last moment, is on the copy.
    @Test func aChangeBeforeALaterExpungeIsCarried() async throws {
        for number in 0..<14 {
            let bench = try FilingBench(.withoutMove)
            let token = bench.store.deliver(letter("receipt", id: "1"), flags: Self.before)
            let plan = try await bench.plan(token, [.move(to: "Receipts")])
            bench.server.refuse("UID EXPUNGE", code: nil)
            try await bench.attend()
            bench.server.rest()
            bench.clock.pass(3_601)
            bench.server.before(number) { store in
                guard store.flags(of: token, in: "INBOX") != nil else { return }
                store.change(token, in: "INBOX", adding: [.answered])
            }
            try await bench.attendUntilQuiet()
            let commands = bench.server.commands
            guard commands.indices.contains(number), !commands[number].hasPrefix("UID EXPUNGE") else { continue }
            let wasChanged = number <= (commands.firstIndex { $0.hasPrefix("UID EXPUNGE") } ?? 0)
            #expect(
                bench.store.flags(of: token, in: "Receipts")
                    == (wasChanged ? [.seen, .flagged, .answered] : Self.before),
                "\(number): \(commands)")
            #expect(try await bench.state(plan) == .done)
        }
    }

    @Test func whatWasChangedOnTheCopyIsLeftThere() async throws {
        let bench = try FilingBench(.withoutMove)
        let token = bench.store.deliver(letter("receipt", id: "1"), flags: Self.before)
        try await bench.plan(token, [.move(to: "Receipts")])
        bench.server.cut(before: "UID STORE")
        #expect(try await !bench.attendUnlessCut())
        bench.server.rest()
        bench.store.change(token, in: "INBOX", adding: [.answered])
        bench.store.change(token, in: "Receipts", adding: [.draft], removing: [.flagged])
        try bench.crash()
        try await bench.attendUntilQuiet()
        #expect(bench.store.places(of: token) == ["Receipts"])
        #expect(bench.store.flags(of: token, in: "Receipts") == [.seen, .answered, .draft])
    }

    /// Ours are on the copy from the start and not carried a second time.
    @Test func ourOwnFlagsAreNoChange() async throws {
        let bench = try FilingBench(.withoutMove)
        let token = bench.store.deliver(letter("receipt", id: "1"))
        try await bench.plan(token, [.mark(flag: "flagged"), .move(to: "Receipts")])
        try await bench.attend()
        #expect(bench.store.flags(of: token, in: "Receipts") == [.flagged])
        #expect(bench.server.commands.count { $0.hasPrefix("UID STORE") } == 2, "\(bench.server.commands)")
    }

    @Test func aCopyThatTakesNoFlagsLeavesTheMessageInOnePlace() async throws {
        let bench = try FilingBench(.withoutMove)
        let token = bench.store.deliver(letter("receipt", id: "1"))
        let plan = try await bench.plan(token, [.move(to: "Receipts")])
        bench.server.cut(before: "UID STORE")
        #expect(try await !bench.attendUnlessCut())
        bench.server.rest()
        bench.store.change(token, in: "INBOX", adding: [.answered])
        bench.store.setReadOnly("Receipts")
        try await bench.attendUntilQuiet()
        // Neither removed with the change lost, nor left half removed: everything is said.
        let left = bench.store.flags(of: token, in: "INBOX")
        #expect(left == [.answered])
        #expect(try await bench.state(plan) == .failed)
        #expect(try await bench.journal.work(plan)?.plan.error?.contains("not taken back") == true)
    }

    @Test func manyChangesAreCarriedInFewCommands() async throws {
        let bench = try FilingBench(.withoutMove)
        let tokens = (1...60).map { bench.store.deliver(letter("receipt \($0)", id: "\($0)")) }
        try await bench.plan(all: tokens, [.move(to: "Receipts")])
        bench.server.cut(before: "UID STORE")
        #expect(try await !bench.attendUnlessCut())
        bench.server.rest()
        for token in tokens.prefix(30) { bench.store.change(token, in: "INBOX", adding: [.seen]) }
        for token in tokens.suffix(20) { bench.store.change(token, in: "INBOX", adding: [.flagged]) }
        try await bench.attendUntilQuiet()
        for (index, token) in tokens.enumerated() {
            let wanted: Set<Flag> = index < 30 ? [.seen] : index >= 40 ? [.flagged] : []
            #expect(bench.store.flags(of: token, in: "Receipts") == wanted)
        }
        #expect(bench.server.commands.count < 40, "\(bench.server.commands)")
        #expect(bench.store.violations.isEmpty)
    }
}
