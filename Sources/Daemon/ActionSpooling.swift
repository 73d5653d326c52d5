import ActionExecutor
import ActionJournal
import MIMEParsing
import MailModel
import MessageDigest
import RuleRuntime

/// Puts on the disk what the actions of a plan send or hand to programs, before the plan is stored: the message may be
/// gone from the server by then. And makes the plan's steps.
struct ActionSpooling {
    let decider: MessageDecider
    let identity: MessageIdentity
    let now: Int64
    /// What rules remember: who was replied to.
    var state: RuleStateSnapshot
    /// The message, once it was fetched.
    var raw: [UInt8]?
    /// Fetches the message; `nil` when it is gone.
    let whole: () async throws -> [UInt8]?
    /// What is to be remembered with the plan.
    private(set) var changes: [RuleStateChange] = []

    init(
        decider: MessageDecider, identity: MessageIdentity, now: Int64, state: RuleStateSnapshot, raw: [UInt8]?,
        whole: @escaping () async throws -> [UInt8]?
    ) {
        self.decider = decider
        self.identity = identity
        self.now = now
        self.state = state
        self.raw = raw
        self.whole = whole
    }

    /// The steps of the actions that come now; `nil` when the message is gone.
    mutating func steps(for actions: [PlannedAction]) async throws -> [StepDraft]? {
        var outbox: [Int: [OutboxDraft]] = [:]
        var files: [Int: String] = [:]
        var omitted: [Int: String] = [:]
        // What is sent later is made when it is due.
        for (index, planned) in actions.enumerated() where planned.after == nil {
            switch planned.action {
            case .forward, .redirect, .reply, .pipe: break
            default: continue
            }
            if raw == nil { raw = try await whole() }
            guard let raw else { return nil }
            do {
                if case .pipe = planned.action {
                    let file = "\(MessageDigest.hex(MessageDigest.randomBytes(16))).eml"
                    try await decider.surroundings.spool.write(raw, name: file)
                    files[index] = file
                } else {
                    outbox[index] = try await drafts(planned, raw)
                }
            } catch let refusal as SendingRefusal {
                // Nobody waits for an automatic reply: the rest of the plan goes on without.
                guard case .reply = planned.action else {
                    throw DecisionFailure("rule \(planned.rule): not sent on: \(refusal)", rule: planned.rule)
                }
                omitted[index] = "not replied to: \(refusal)"
            }
        }
        do {
            return try decider.planner.steps(for: actions, outbox: outbox, files: files, omitted: omitted)
        } catch {
            throw DecisionFailure("rule \(error.rule): \(error.reason)", rule: error.rule)
        }
    }

    private mutating func drafts(_ planned: PlannedAction, _ raw: [UInt8]) async throws -> [OutboxDraft] {
        guard let forwards = decider.forwards else {
            throw DecisionFailure(
                "rule \(planned.rule): the account cannot send; give it smtp = { … } and an address", rule: planned.rule
            )
        }
        let header = HeaderBlock(raw)
        switch planned.action {
        case .forward(let request):
            return try await forwards.write(request, of: identity, original: raw, header: header, now: now)
        case .redirect(let request):
            return try await forwards.write(request, of: identity, original: raw, header: header, now: now)
        case .reply(let request):
            let correspondent = try forwards.correspondent(of: header)
            // Once for each correspondent, remembered with the plan.
            let key = "reply:\(decider.account):\(correspondent.rawValue.lowercased())"
            if state.value(rule: planned.rule, key: key, now: now) != nil {
                throw SendingRefusal("its sender had a reply not long ago")
            }
            let drafts = try await forwards.write(
                request, to: correspondent, of: identity, original: raw, header: header, now: now)
            let (expires, isForever) = now.addingReportingOverflow(request.period)
            let change = RuleStateChange(
                rule: planned.rule, key: key, value: String(now), expires: isForever ? nil : expires)
            changes.append(change)
            state.apply(change)
            return drafts
        default:
            return []
        }
    }
}
