import ActionJournal
import Foundation
import MailModel

/// Decisions stored, begun, done and settled: ten commits for each one that moves a message by itself, and then as many
/// moves that are committed together.
struct JournalWork {
    private static let time: Int64 = 1_795_000_000

    func run(_ count: Int) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "postmoon-instructions-\(getpid())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let journal = try Journal.open(folder: folder, access: .readWrite)
        defer { journal.close() }
        try await move(0..<1, journal)
        for number in 0..<count { try await move((number + 1)..<(number + 2), journal) }
        if count > 0 { try await move((count + 1)..<(2 * count + 1), journal) }
    }

    private func move(_ numbers: Range<Int>, _ journal: Journal) async throws {
        let plans = try await journal.record(try numbers.map(Self.decision), progress: []).compactMap { $0 }
        let work = try await journal.openWork(
            account: Self.account, mailbox: .inbox, now: Self.time, limit: numbers.count)
        let steps = work.flatMap(\.steps)
        guard plans.count == numbers.count, steps.count == numbers.count else {
            throw WrongResult(description: "\(plans.count) plans, \(steps.count) steps")
        }
        let precondition = StepPrecondition(flagsBefore: [], targetUIDValidity: 7, targetUIDNext: 1)
        try await journal.apply(
            steps.flatMap { step in
                [
                    .planState(step.plan, .running, error: nil),
                    .stepBegun(step.id, precondition, at: Self.time),
                ]
            })
        try await journal.apply(
            steps.map { step in
                let outcome = StepOutcome(targetUIDValidity: 7, targetUID: UInt32(step.id.rawValue))
                return .stepFinished(step.id, .done, outcome, at: Self.time)
            }, settling: Set(plans)
        ) { _ in [] }
        let states = try await journal.plans(PlanQuery(ids: Set(plans.prefix(1)))).map(\.plan.state)
        guard states == [.done] else { throw WrongResult(description: "\(states)") }
    }

    private static let account = AccountName("home")!

    private static func decision(_ number: Int) throws -> DecisionRecord {
        guard let uid = UID(UInt32(number + 1)), let validity = UIDValidity(7) else {
            throw WrongResult(description: "no UID")
        }
        let move = MailAction.move(FolderTarget(place: .name("Receipts")))
        return DecisionRecord(
            key: MessageKey(account: account, mailbox: .inbox, uidValidity: validity, uid: uid),
            identity: MessageIdentity(rawValue: "identity-\(number)"), trigger: .new, time: time,
            headline: MessageHeadline(
                messageID: "\(number)@shop.example", subject: "Order \(number)", from: "Shop <a@shop.example>"),
            event: "new", generation: 1, state: .planned,
            actions: [PlannedAction(action: move, rule: "receipts")], rules: ["receipts"],
            evidence: [
                RuleEvidence(
                    rule: "receipts", matched: true,
                    tests: [.init(test: "from:domain \"shop.example\"", value: "a@shop.example", result: true)])
            ],
            steps: [
                StepDraft(
                    position: 0, actionIndex: 0, kind: .uidMove,
                    arguments: StepArguments(mailbox: "Receipts", create: true))
            ], flags: [.seen])
    }
}
