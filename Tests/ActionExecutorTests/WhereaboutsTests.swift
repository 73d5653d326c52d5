import ActionJournal
import MailModel
import TestKit
import Testing

@testable import ActionExecutor

/// Where a plan left its message, told by what its steps came to on each kind of server.
@Suite struct WhereaboutsTests {
    private func place(of plan: PlanID, _ bench: FilingBench) async throws -> MessageWhereabouts {
        MessageWhereabouts([try #require(try await bench.journal.work(plan))])
    }

    private func key(_ token: Int, in mailbox: String, _ bench: FilingBench) throws -> MessageKey {
        let found = try #require(bench.store[mailbox])
        let message = try #require(found.messages.first { $0.token == token })
        return MessageKey(
            account: bench.account, mailbox: try #require(MailboxName(mailbox)), uidValidity: found.uidValidity,
            uid: message.uid)
    }

    @Test(arguments: [
        ServerTraits.modern, .withoutMove, .minimal, .modern.with { $0.copyUIDs = .missing },
    ])
    func aMovedMessageIsWhereItWasPut(_ traits: ServerTraits) async throws {
        let bench = try FilingBench(traits)
        _ = bench.store.deliver(letter("another", id: "0"))
        let token = bench.store.deliver(letter("receipt", id: "1"))
        let plan = try await bench.plan(token, [.mark(flag: "seen"), .move(to: "Receipts")])
        try await bench.attendUntilQuiet()
        #expect(try await place(of: plan, bench) == .at(key(token, in: "Receipts", bench)))
    }

    @Test func oneThatWasOnlyMarkedOrCopiedStayed() async throws {
        let bench = try FilingBench(.modern)
        let token = bench.store.deliver(letter("receipt", id: "1"))
        let plan = try await bench.plan(token, [.mark(flag: "seen"), .copy(to: "Receipts")])
        try await bench.attend()
        #expect(try await place(of: plan, bench) == .at(key(token, in: "INBOX", bench)))
    }

    @Test func oneThatThePersonTookFirstIsNowhere() async throws {
        let bench = try FilingBench(.modern)
        let token = bench.store.deliver(letter("receipt", id: "1"))
        let plan = try await bench.plan(
            token, [.move(to: "Receipts"), .notify(NotifyRequest(channel: "p", title: "", body: ""))])
        bench.store.move(token, from: "INBOX", to: "Elsewhere")
        try await bench.attend()
        guard case .unknown(let why) = try await place(of: plan, bench) else {
            Issue.record("it is known")
            return
        }
        #expect(why.contains("took the message out of “INBOX” first"))
    }

    @Test func oneMoveAfterAnotherIsFollowed() throws {
        let bench = try FilingBench(.modern)
        func key(_ mailbox: String, _ uid: UInt32) throws -> MessageKey {
            MessageKey(
                account: bench.account, mailbox: try #require(MailboxName(mailbox)),
                uidValidity: try #require(UIDValidity(3)), uid: try #require(UID(uid)))
        }
        func work(_ id: Int64, from source: MessageKey, to target: MessageKey, state: StepState = .done) -> PlanWork {
            let plan = PlanRecord(
                id: PlanID(id), key: source, identity: MessageIdentity(rawValue: "i"), trigger: .new, time: 0,
                headline: MessageHeadline(messageID: "", subject: "", from: ""), event: "new", generation: 1,
                state: .done, actions: [])
            let step = StepRecord(
                id: StepID(id), plan: plan.id, position: 0, actionIndex: 0, kind: .uidMove,
                arguments: StepArguments(mailbox: target.mailbox.rawValue), state: state, released: true,
                outcome: StepOutcome(
                    targetUIDValidity: target.uidValidity.rawValue,
                    targetUID: state == .done ? target.uid.rawValue : nil))
            return PlanWork(plan: plan, steps: [step])
        }
        let first = try work(1, from: key("INBOX", 1), to: key("A", 5))
        #expect(try MessageWhereabouts([first, work(2, from: key("A", 5), to: key("B", 6))]) == .at(key("B", 6)))
        // A failed one changes nothing; one that looked elsewhere tells nothing.
        #expect(
            try MessageWhereabouts([first, work(2, from: key("A", 5), to: key("B", 6), state: .failed)])
                == .at(key("A", 5)))
        #expect(try MessageWhereabouts([first, work(2, from: key("C", 5), to: key("B", 6))]) == .at(key("A", 5)))
        guard
            case .unknown = try MessageWhereabouts([work(1, from: key("INBOX", 1), to: key("A", 5), state: .superseded)]
            )
        else {
            Issue.record("it is known")
            return
        }
    }
}
