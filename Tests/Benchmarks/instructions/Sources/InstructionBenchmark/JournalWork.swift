import Foundation
import GRDB
import MailModel

@testable import ActionJournal

/// Decisions stored, read, begun and done: three commits for each one that moves a message by itself, and then as many moves
/// that are committed together.
struct JournalWork {
    private static let time: Int64 = 1_795_000_000

    func run(_ count: Int) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "postmoon-instructions-\(getpid())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let journal = try Journal.open(folder: folder, access: .readWrite)
        defer { journal.close() }
        try move(0..<1, journal)
        for number in 0..<count { try move((number + 1)..<(number + 2), journal) }
        if count > 0 { try move((count + 1)..<(2 * count + 1), journal) }
    }

    private func move(_ numbers: Range<Int>, _ journal: Journal) throws {
        var encoders = DecisionRow.Encoders()
        let rows = try numbers.map { try DecisionRow(try Self.decision($0), &encoders) }
        let plans = try journal.pool.write { db in try rows.store(in: db).compactMap(\.0.plan) }
        let steps = try journal.pool.read { db in
            try db.work(
                "SELECT \(PlanReader.columns) FROM plan WHERE state = 'planned' AND id >= ? ORDER BY id",
                [plans.first?.rawValue ?? 0])
        }.flatMap(\.steps)
        guard plans.count == numbers.count, steps.count == numbers.count else {
            throw WrongResult(description: "\(plans.count) plans, \(steps.count) steps")
        }
        let precondition = StepPrecondition(flagsBefore: [], targetUIDValidity: 7, targetUIDNext: 1)
        let beginnings = steps.flatMap { step -> [JournalFact] in
            [.planState(step.plan, .running, error: nil), .stepBegun(step.id, precondition, at: Self.time)]
        }
        try journal.pool.write { db in try beginnings.store(in: db) }
        let endings = steps.map { step -> JournalFact in
            let outcome = StepOutcome(targetUIDValidity: 7, targetUID: UInt32(step.id.rawValue))
            return .stepFinished(step.id, .done, outcome, at: Self.time)
        }
        let open = try journal.pool.write { db in
            try endings.store(in: db)
            return try db.finishDone(Set(plans))
        }
        guard open.isEmpty else { throw WrongResult(description: "\(open.count) plans are not done") }
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
