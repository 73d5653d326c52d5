import Foundation
import MailModel
import Testing

@testable import ActionJournal

/// A folder of its own for each test, gone with it.
final class ScratchFolder: Sendable {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "journal-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var state: String { path + "/state" }

    func mode(_ name: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path + "/" + name)
        return try #require(attributes[.posixPermissions] as? Int)
    }
}

func account(_ name: String = "home") throws -> AccountName { try #require(AccountName(name)) }

func mailbox(_ name: String = "INBOX") throws -> MailboxName { try #require(MailboxName(name)) }

func key(_ uid: UInt32, validity: UInt32 = 7, mailbox name: String = "INBOX") throws -> MessageKey {
    MessageKey(
        account: try account(), mailbox: try mailbox(name), uidValidity: try #require(UIDValidity(validity)),
        uid: try #require(UID(uid)))
}

func moveStep(
    _ position: Int = 0, to mailbox: String = "Receipts", action: Int = 0, notBefore: Int64? = nil
) -> StepDraft {
    StepDraft(
        position: position, actionIndex: action, kind: .uidMove,
        arguments: StepArguments(mailbox: mailbox, create: true), notBefore: notBefore)
}

func submitStep(
    _ position: Int = 1, to recipients: [String] = ["oncall@example.com"], action: Int = 1, released: Bool = false,
    policy: UnknownPolicy = .resend
) -> StepDraft {
    StepDraft(
        position: position, actionIndex: action, kind: .submit, released: released,
        outbox: recipients.map {
            OutboxDraft(
                recipient: $0, sender: "jane@example.org", messageID: "fwd-\(position)@example.org",
                spool: "\(position).eml", policy: policy)
        })
}

func decision(
    _ uid: UInt32, trigger: PlanTrigger = .new, time: Int64 = 1_000, state: PlanState = .planned,
    mailbox: String = "INBOX", identity: String? = nil, actions: [PlannedAction]? = nil,
    rules: [String] = ["Receipts"], error: String? = nil, steps: [StepDraft]? = nil,
    stateChanges: [RuleStateChange] = [], timers: [TimerDraft] = [], replacesFailed: Bool = false
) throws -> DecisionRecord {
    DecisionRecord(
        key: try key(uid, mailbox: mailbox), identity: MessageIdentity(rawValue: identity ?? "identity-\(uid)"),
        trigger: trigger, time: time,
        headline: MessageHeadline(
            messageID: "\(uid)@shop.example", subject: "Order \(uid)", from: "Shop <a@shop.example>"),
        event: "new", generation: 3, state: state,
        actions: actions ?? [PlannedAction(action: .move(FolderTarget(place: .name("Receipts"))), rule: "Receipts")],
        rules: rules,
        evidence: [
            RuleEvidence(
                rule: "Receipts", matched: true,
                tests: [.init(test: "from:domain \"shop.example\"", value: "a@shop.example", result: true)])
        ],
        error: error, steps: steps ?? [moveStep()], stateChanges: stateChanges, flags: [.seen, .flagged],
        timers: timers, replacesFailed: replacesFailed)
}

/// A decision that plans nothing.
func nothing(_ uid: UInt32, trigger: PlanTrigger = .new, replacesFailed: Bool = false) throws -> DecisionRecord {
    try decision(
        uid, trigger: trigger, state: .done, actions: [], rules: [], steps: [], replacesFailed: replacesFailed)
}

func progress(next uid: UInt32, validity: UInt32 = 7, mailbox name: String = "INBOX") throws -> MailboxProgress {
    MailboxProgress(
        account: try account(), mailbox: try mailbox(name), uidValidity: try #require(UIDValidity(validity)),
        nextUID: try #require(UID(uid)), highestModSeq: ModSeq(99), newestInternalDate: 900, lastCompleteCheck: 950)
}

extension Journal {
    /// Stores one decision and gives its plan.
    func plan(_ decision: DecisionRecord) async throws -> PlanID {
        try #require(try await record([decision], progress: []).first ?? nil)
    }

    /// The plan's steps as they are now.
    func steps(_ plan: PlanID) async throws -> [StepRecord] {
        try #require(try await work(plan)).steps
    }

    func view(_ plan: PlanID) async throws -> PlanView {
        try #require(try await plans(PlanQuery(id: plan)).first)
    }

    /// All that is open of the plan is done.
    func complete(_ plan: PlanID, at time: Int64 = 2_000) async throws {
        let open = try await steps(plan).filter { $0.state == .waiting || $0.state == .begun }
        let unsent = open.flatMap(\.outbox).filter { $0.state != .accepted }
        try await apply(
            unsent.map { .outboxState($0.id, .superseded, notBefore: nil) }
                + open.map { .stepFinished($0.id, .done, nil, at: time) } + [.planState(plan, .done, error: nil)])
    }
}
