import ActionJournal
import MailModel

/// A step that failed, or was put off for so many seconds.
struct StepTrouble {
    var plan: PlanID
    var uid: UID
    var code: String?
    var reason: String
    var seconds: Int64?
}

/// Where the copy is that a removal relies on.
struct CopyPlace {
    var step: StepID
    var folder: TargetFolder
    /// What it is recognised by there.
    var identity: MessageIdentity
    var outcome: StepOutcome
    /// The message's flags when it was copied, as far as they are known.
    var flagsBefore: Set<Flag>?
}

/// The steps at hand with what became of them, and the facts that are not written yet.
struct StepLedger {
    private var work: [PlanID: PlanWork]
    private var planOfStep: [StepID: PlanID] = [:]
    /// Plans of which a step was finished since facts were last taken.
    private var finished: Set<PlanID> = []
    private var facts: [JournalFact] = []
    /// Plans whose message somebody took away.
    private var gone: Set<PlanID> = []
    /// Plans whose copy somebody took away before its source was removed.
    private var withoutCopy: Set<PlanID> = []
    /// How many of these were just decided by what came in; taken with the facts.
    private var vanished = 0
    private var flagsBefore: [StepID: [String]] = [:]
    /// What went wrong, for the log; taken when the facts are stored.
    private(set) var troubles: [StepTrouble] = []
    private let now: Int64

    init(work: [PlanWork], now: Int64) {
        self.now = now
        self.work = Dictionary(work.map { ($0.plan.id, $0) }, uniquingKeysWith: { first, _ in first })
        for entry in work {
            for step in entry.steps { planOfStep[step.id] = entry.plan.id }
        }
    }

    func plan(_ id: PlanID) -> PlanRecord? { work[id]?.plan }

    func planOf(step id: StepID) -> PlanRecord? { planOfStep[id].flatMap { work[$0]?.plan } }

    func step(_ id: StepID) -> StepRecord? {
        planOfStep[id].flatMap { work[$0] }?.steps.first { $0.id == id }
    }

    /// The copy that a removal relies on: where it is, when the server said so or a look found it.
    func copy(before id: StepID) -> CopyPlace? {
        guard let removal = step(id), let position = removal.arguments.copyStep, let plan = planOfStep[id],
            let copy = work[plan]?.steps.first(where: { $0.position == position }), copy.state == .done,
            let outcome = copy.outcome, let folder = copy.arguments.folder, let identity = identity(ofCopyBy: copy)
        else { return nil }
        let flags = outcome.flagsBefore ?? copy.precondition?.flagsBefore
        return CopyPlace(
            step: copy.id, folder: folder, identity: identity, outcome: outcome,
            flagsBefore: flags.map(Set.init(stored:)))
    }

    /// Whether the copy that a removal relies on was left undone because somebody was faster.
    func wasNotCopied(before id: StepID) -> Bool {
        guard let removal = step(id), let position = removal.arguments.copyStep, let plan = planOfStep[id] else {
            return false
        }
        return work[plan]?.steps.contains { $0.position == position && $0.state == .superseded } ?? false
    }

    /// What a copy is recognised by in the account that it went to.
    func identity(ofCopyBy copy: StepRecord) -> MessageIdentity? {
        guard copy.arguments.account != nil else { return work[copy.plan]?.plan.identity }
        return copy.precondition?.contentIdentity.map(MessageIdentity.init(rawValue:))
    }

    /// The expunge that completes a mark and is still to be done.
    func expunge(after mark: StepID) -> StepRecord? {
        guard let step = step(mark), let plan = planOfStep[mark], let next = work[plan]?.steps.expunge(after: step),
            !next.state.isSettled
        else { return nil }
        return next
    }

    /// The message's flags as they were decided on, with what the plan's own steps made of them.
    func expectedFlags(of id: PlanID) -> Set<Flag>? {
        guard let entry = work[id] else { return nil }
        return entry.steps.filter { $0.kind == .storeFlags && $0.state == .done }.reduce(entry.plan.flags) {
            flags, step in
            flags.union(Set(stored: step.arguments.addFlags)).subtracting(Set(stored: step.arguments.removeFlags))
        }
    }

    /// What the server showed of a message just before a step's command; its outcome tells it.
    mutating func note(flagsBefore flags: Set<Flag>, _ id: StepID) { flagsBefore[id] = flags.stored }

    /// Steps that the plan turned out to need, behind those that it has.
    mutating func add(_ drafts: [StepDraft], to plan: PlanID) {
        let last = work[plan]?.steps.map(\.position).max() ?? -1
        let numbered = drafts.enumerated().map { index, draft in
            var draft = draft
            draft.position = last + 1 + index
            return draft
        }
        facts.append(.stepsAdded(plan, numbered))
    }

    mutating func begin(_ id: StepID, _ precondition: StepPrecondition) {
        guard let plan = planOfStep[id] else { return }
        if work[plan]?.plan.state == .planned {
            work[plan]?.plan.state = .running
            facts.append(.planState(plan, .running, error: nil))
        }
        change(id) {
            $0.state = .begun
            $0.precondition = precondition
        }
        facts.append(.stepBegun(id, precondition, at: now))
    }

    mutating func finish(_ id: StepID, _ state: StepState, _ outcome: StepOutcome) {
        var outcome = outcome
        if let flags = flagsBefore.removeValue(forKey: id) { outcome.flagsBefore = flags }
        change(id) {
            $0.state = state
            $0.outcome = outcome
        }
        if let plan = planOfStep[id] { finished.insert(plan) }
        if state == .failed || state == .unknown { note(id, outcome.detail ?? "", outcome.code, seconds: nil) }
        facts.append(.stepFinished(id, state, outcome, at: now))
    }

    mutating func finish(_ id: StepID, _ state: StepState, detail: String? = nil, code: FaultCode? = nil) {
        finish(id, state, StepOutcome(detail: detail, code: code?.rawValue))
    }

    private mutating func note(_ id: StepID, _ reason: String, _ code: String?, seconds: Int64?) {
        guard let plan = planOfStep[id].flatMap({ work[$0]?.plan }) else { return }
        troubles.append(StepTrouble(plan: plan.id, uid: plan.key.uid, code: code, reason: reason, seconds: seconds))
    }

    /// Whether the step is the one by which its plan would begin to take the message away.
    private func isFirstOfRemoval(_ id: StepID) -> Bool {
        guard let step = step(id), let plan = planOfStep[id] else { return false }
        if step.kind == .uidMove { return true }
        return work[plan]?.steps.contains { $0.kind == .markDeleted && $0.arguments.copyStep == step.position } ?? false
    }

    mutating func takeVanished() -> Int {
        defer { vanished = 0 }
        return vanished
    }

    mutating func takeTroubles() -> [StepTrouble] {
        defer { troubles = [] }
        return troubles
    }

    /// Somebody took the message away, or marked it deleted, before the step could be done.
    mutating func finishGone(_ id: StepID, _ detail: String) {
        if let plan = planOfStep[id] { gone.insert(plan) }
        if isFirstOfRemoval(id), planOf(step: id)?.isFreshArrival(at: now) ?? false { vanished += 1 }
        finish(id, .superseded, detail: detail)
    }

    /// The copy that a removal relies on is not where it was made: the message stays.
    mutating func finishWithoutCopy(_ id: StepID, _ state: StepState, _ detail: String) {
        if let plan = planOfStep[id] { withoutCopy.insert(plan) }
        finish(id, state, detail: detail)
    }

    /// Not now: the step waits again until then.
    mutating func postpone(_ id: StepID, until notBefore: Int64?, because reason: String = "", code: FaultCode? = nil) {
        if let notBefore { note(id, reason, code?.rawValue, seconds: notBefore - now) }
        change(id) { $0.state = .waiting }
        facts.append(.stepDeferred(id, notBefore: notBefore))
    }

    /// Nothing is known of a begun step yet: it is looked for again then.
    mutating func doubt(_ id: StepID, until time: Int64) {
        change(id) { $0.notBefore = time }
        facts.append(.stepInDoubt(id, until: time))
    }

    mutating func add(_ fact: JournalFact) { facts.append(fact) }

    private mutating func change(_ id: StepID, _ body: (inout StepRecord) -> Void) {
        guard let plan = planOfStep[id], let index = work[plan]?.steps.firstIndex(where: { $0.id == id }) else {
            return
        }
        if var step = work[plan]?.steps[index] {
            body(&step)
            work[plan]?.steps[index] = step
        }
    }

    /// The facts so far, and the plans of which a step was finished: what those come to is judged where they are stored.
    mutating func takeFacts(account: AccountName, mailbox: MailboxName) -> (facts: [JournalFact], settling: Set<PlanID>)
    {
        for id in finished {
            guard let entry = work[id] else { continue }
            // A copy that came back before its source was gone was taken back too.
            if withoutCopy.contains(id)
                || entry.steps.contains(where: {
                    $0.state == .done && ($0.kind == .uidMove || $0.kind == .markDeleted)
                })
            {
                facts.append(.takenOut(account, mailbox, entry.plan.identity, at: now))
            }
            // A forward is not sent for a message that somebody took away first (DESIGN §2.6).
            if gone.contains(id), var steps = work[id]?.steps {
                facts += PlanConsequences.dropSending(&steps, "not sent: the message was taken away first", at: now)
                work[id]?.steps = steps
            }
        }
        defer {
            facts = []
            finished = []
        }
        return (facts, finished)
    }
}

extension PlanRecord {
    /// Whether it was just made for a message that came in.
    fileprivate func isFreshArrival(at now: Int64) -> Bool {
        switch trigger {
        case .new, .movedIn: abs(now - time) <= MailboxExecutor.freshness
        case .removed, .flags, .schedule, .sweep, .after, .undo, .dry: false
        }
    }
}
