import ActionExecutor
import ActionJournal
import MailModel
import Notifications
import SMTPClient
import Synchronization
import Testing

/// A submission service that does what the test says, attempt by attempt.
final class ScriptedSubmitter: MailSubmitting {
    enum Turn: Sendable {
        case accepts, refuses, defers, cannotConnect, cannotSignIn
        /// The connection is lost between the final dot and the reply.
        case isLost
    }

    private struct State {
        var turns: [Turn]
        var sent: [Submission] = []
        var attempts = 0
    }

    private let state: Mutex<State>

    init(_ turns: [Turn]) { state = Mutex(State(turns: turns)) }

    /// How often it was asked.
    var attempts: Int { state.withLock { $0.attempts } }

    /// What was handed over, whatever the answer was.
    var sent: [Submission] { state.withLock { $0.sent } }

    func submit(
        _ submission: Submission, beforeFinalDot: @escaping @Sendable () async throws -> Void
    ) async -> SubmissionResult {
        let turn = state.withLock { state in
            state.attempts += 1
            return state.turns.isEmpty ? .accepts : state.turns.removeFirst()
        }
        func result(_ outcome: RecipientOutcome) -> SubmissionResult {
            SubmissionResult(submission.recipients, all: outcome)
        }
        switch turn {
        case .cannotConnect:
            return result(.notSent(SMTPError(code: .connectionRefused, scope: .connection, detail: "refused")))
        case .cannotSignIn:
            return result(.notSent(SMTPError(code: .authFailed, scope: .account, detail: "refused")))
        case .refuses:
            return result(.refused(SMTPReply(code: 550, lines: ["5.1.1 no such user"]), .recipient))
        case .defers:
            return result(.deferred(SMTPReply(code: 451, lines: ["4.3.0 later"]), .recipient))
        case .accepts, .isLost:
            break
        }
        do {
            try await beforeFinalDot()
        } catch {
            return result(.notSent(SMTPError(code: .journalUnavailable, scope: .process, detail: "\(error)")))
        }
        state.withLock { $0.sent.append(submission) }
        switch turn {
        case .isLost: return result(.unknown(SMTPError(code: .connectionLost, scope: .connection, detail: "lost")))
        default: return result(.accepted(reply: "250 2.0.0 queued"))
        }
    }
}

/// A channel that fails as often as the test says.
final class ScriptedChannel: NotificationChannel {
    let name = "phone"
    private let state = Mutex<(failures: [Bool?], heard: [Notification])>(([], []))

    /// - Parameter failures: one for each attempt: whether its failure may pass; `nil`: it is heard.
    init(failures: [Bool?] = []) { state.withLock { $0.failures = failures } }

    var heard: [Notification] { state.withLock { $0.heard } }

    func deliver(_ notification: Notification) async throws(NotificationError) {
        let failure = state.withLock { state -> Bool? in
            let failure = state.failures.isEmpty ? nil : state.failures.removeFirst()
            if failure == nil { state.heard.append(notification) }
            return failure
        }
        if let failure { throw NotificationError(isTransient: failure, channel: name, detail: "no") }
    }
}

/// A journal with an outbox, a spool and a clock.
final class SendingBench: Sendable {
    let folder: ScratchFolder
    let journal: Journal
    let spool: Spool
    let clock = TestClock()
    let account: AccountName

    init() throws {
        folder = try ScratchFolder()
        journal = try folder.makeJournal()
        spool = try Spool(stateFolder: folder.state)
        account = try #require(AccountName("home"))
    }

    func runner(
        _ submitter: ScriptedSubmitter, ceiling: SendingCeiling = SendingCeiling(hour: 500, day: 2_000)
    ) -> OutboxRunner {
        let clock = clock
        return OutboxRunner(
            account: account, journal: journal, spool: spool, submitting: submitter, clock: { clock.now },
            logger: silent, ceiling: ceiling)
    }

    func notices(_ channel: ScriptedChannel) -> NoticeRunner {
        let clock = clock
        return NoticeRunner(
            account: account, journal: journal, channels: ["phone": channel], clock: { clock.now }, logger: silent)
    }

    static let bytes = Array("Subject: forwarded\r\n\r\nbody\r\n".utf8)

    /// A plan that only sends.
    func plan(
        to recipients: [String] = ["b@example.org"], policy: UnknownPolicy = .resend, notifies: Bool = false,
        uid: UInt32 = 1, identity: String? = nil
    ) async throws -> PlanID {
        try await spool.write(Self.bytes, name: "\(uid).eml")
        var steps: [StepDraft] = []
        if !recipients.isEmpty {
            let rows = recipients.map {
                OutboxDraft(
                    recipient: $0, sender: "jane@example.org", messageID: "\(uid)@example.org", spool: "\(uid).eml",
                    policy: policy)
            }
            steps.append(StepDraft(position: 0, actionIndex: 0, kind: .submit, outbox: rows))
        }
        if notifies {
            let arguments = StepArguments(channel: "phone", title: "T", body: "B")
            steps.append(StepDraft(position: steps.count, actionIndex: 1, kind: .notify, arguments: arguments))
        }
        let forward = MailAction.forward(ForwardRequest(to: recipients))
        let notify = MailAction.notify(NotifyRequest(channel: "phone", title: "T", body: "B"))
        let record = DecisionRecord(
            key: MessageKey(
                account: account, mailbox: .inbox, uidValidity: try #require(UIDValidity(7)),
                uid: try #require(UID(uid))),
            identity: MessageIdentity(rawValue: identity ?? "i\(uid)"), trigger: .new, time: clock.now,
            headline: MessageHeadline(messageID: "", subject: "", from: ""), event: "new", generation: 1,
            state: .planned, actions: [forward, notify].map { PlannedAction(action: $0, rule: "r") }, rules: ["r"],
            steps: steps)
        return try #require(try await journal.record([record], progress: []).first ?? nil)
    }

    func state(_ plan: PlanID) async throws -> PlanState { try #require(try await journal.work(plan)).plan.state }

    func steps(_ plan: PlanID) async throws -> [StepRecord] { try #require(try await journal.work(plan)).steps }

    func results(_ plan: PlanID) async throws -> [AttemptResult] {
        try await steps(plan).flatMap(\.outbox).flatMap(\.attempts).map(\.result)
    }
}
