import ActionJournal
import Foundation
import MailModel

/// A plan as `sweep`, `log` and `why` print it in JSON (DESIGN §5). Keys are never renamed, only added.
public struct PlanReport: Codable, Sendable {
    public struct Attempt: Codable, Sendable {
        public var time: String
        public var result: String
    }

    public struct Action: Codable, Sendable {
        public var action: String
        public var state: String
        public var rule: String?
        public var folder: String?
        public var account: String?
        public var flag: String?
        public var to: [String]?
        public var `as`: String?
        public var channel: String?
        public var title: String?
        public var body: String?
        public var program: String?
        public var after: Int64?
        public var attempts: [Attempt]?
        /// Why it was not done, or not yet.
        public var detail: String?
    }

    @Nullable public var plan: Int64?
    public var time: String
    public var account: String
    public var folder: String
    @Nullable public var uid: UInt32?
    public var messageID: String
    public var subject: String
    public var from: String
    public var event: String
    public var trigger: String
    public var rules: [String]
    public var actions: [Action]
    public var status: String
    @Nullable public var error: String?
    public var evidence: [RuleEvidence]
    public var generation: Int64?
    /// Of a sweep that is carried out: what happened to the message since the plan was shown.
    public var changed: [String]?

    private enum CodingKeys: String, CodingKey {
        case plan, time, account, folder, uid
        case messageID = "message_id"
        case subject, from, event, trigger, rules, actions, status, error, evidence, generation, changed
    }

    public init(_ view: PlanView) {
        let plan = view.plan
        self.plan = plan.id.rawValue
        time = Timestamp.text(plan.time)
        account = plan.key.account.rawValue
        folder = plan.key.mailbox.rawValue
        uid = plan.key.uid.rawValue
        messageID = plan.headline.messageID
        subject = plan.headline.subject
        from = plan.headline.from
        event = plan.event
        trigger = plan.trigger.description
        rules = view.rules
        actions = view.actions.map {
            Action($0.action, state: $0.state.rawValue, attempts: $0.attempts, decided: plan.time)
        }
        for index in actions.indices {
            let unfinished = view.steps.first { $0.actionIndex == index && $0.state != .done }
            actions[index].detail = unfinished?.outcome?.detail
        }
        status = plan.state.rawValue
        error = plan.error
        evidence = view.evidence
        generation = plan.generation
    }

    /// For a message that was not decided in earnest, such as a file.
    public init(
        time: Int64, account: String, folder: String, messageID: String, subject: String, from: String, event: String,
        rules: [String], actions: [PlannedAction], status: String, error: String?, evidence: [RuleEvidence]
    ) {
        self.time = Timestamp.text(time)
        self.account = account
        self.folder = folder
        self.messageID = messageID
        self.subject = subject
        self.from = from
        self.event = event
        trigger = event
        self.rules = rules
        self.actions = actions.map { Action($0, state: "waiting", decided: time) }
        self.status = status
        self.error = error
        self.evidence = evidence
    }

    public func json() throws -> String {
        try JSONLine.encode(self)
    }
}

extension PlanReport.Action {
    /// - Parameter time: when it was decided.
    init(_ planned: PlannedAction, state: String, attempts: [OutboxAttempt] = [], decided time: Int64) {
        action = planned.action.name
        self.state = state
        rule = planned.rule
        after = planned.after
        switch planned.action {
        case .move(let target), .copy(let target):
            folder = target.folderText
            account = target.account
        case .trash: folder = MailboxRole.trash.rawValue
        case .archive: folder = MailboxRole.archive.rawValue
        case .junk: folder = MailboxRole.junk.rawValue
        case .mark(let name), .unmark(let name), .keyword(let name), .unkeyword(let name):
            flag = name
        case .forward(let request):
            to = request.to
            self.as = request.form.rawValue
            self.attempts = attempts.map { .init(time: Timestamp.text($0.time), result: $0.result.rawValue) }
        case .redirect(let request):
            to = request.to
            self.attempts = attempts.map { .init(time: Timestamp.text($0.time), result: $0.result.rawValue) }
        case .reply:
            self.attempts = attempts.map { .init(time: Timestamp.text($0.time), result: $0.result.rawValue) }
        case .notify(let request):
            channel = request.channel
            title = request.title
            body = request.body
        case .pipe(let name): program = name
        // Delayed itself, it says when it begins; else when the message comes back.
        case .snooze(let until): after = planned.after ?? max(0, until - time)
        case .log(let text): body = text
        }
    }

    /// The action in a few words: `move → Receipts`.
    public var sentence: String {
        var words = action
        if let folder { words += " → \(account.map { "\($0):" } ?? "")\(folder)" }
        if let flag { words += " \(flag)" }
        if let to { words += " → \(to.joined(separator: ", "))" }
        if let channel { words += " \(channel)" }
        if let program { words += " \(program)" }
        if let after { words += " after \(after) s" }
        if action == "log", let body { words += ": \(body)" }
        return words
    }
}

extension FolderTarget {
    var folderText: String {
        switch place {
        case .name(let name): name
        case .role(let role): role.rawValue
        }
    }
}
