import ActionExecutor
import ActionJournal
import IMAPSession
import IMAPSyntax
import Logging
import MIMEParsing
import MailModel
import RuleRuntime

/// A message at hand, as the decider takes it.
struct ArrivedMessage: Sendable {
    var key: MessageKey
    var identity: MessageIdentity
    var facts: MessageFacts
    var header: HeaderBlock
    /// The header fields that were fetched; `nil`: all of them.
    var fields: Set<String>?
}

/// Asks the rules about a message, fetching what they turn out to need, and makes the record of what they want.
struct MessageDecider: Sendable {
    /// Messages larger than this are not fetched whole: the rule fails for them, and says why.
    static let largestBody = 64 * 1_024 * 1_024
    /// Messages that the rules are asked about together.
    private static let together = 256

    let surroundings: Surroundings
    let account: AccountName
    let planner: StepPlanner
    let forwards: ForwardWriter?
    /// Fetches a section of the message; `nil` when it is gone.
    var fetch: @Sendable (UID, BodySection) async throws -> [UInt8]?
    /// Fetches the message without its files, of so many bytes; `nil` where the whole of it is to be fetched.
    var excerpt: @Sendable (UID, Int) async throws -> [UInt8]?

    /// The records of messages one after the other, with few changes of the thread.
    ///
    /// - Parameter known: what the rules said of some of them already, from the same state.
    func decide(
        _ messages: [ArrivedMessage], event: RuleEvent, trigger: PlanTrigger, state: inout RuleStateSnapshot,
        proposing: Bool = false, only: Set<String>? = nil, absence: Int64 = 0, known: [FirstAnswer] = []
    ) async throws -> [DecisionRecord] {
        var records: [DecisionRecord] = []
        var answers = known[...]
        for (index, message) in messages.enumerated() {
            if answers.isEmpty {
                answers = await firstAnswers(
                    messages[index...].prefix(Self.together), event, only: only, state: state)[...]
            }
            let (changes, aside) = (state.changeCount, surroundings.health.count)
            records += try await decide(
                message, event: event, trigger: trigger, state: &state, proposing: proposing, only: only,
                absence: absence, first: answers.popFirst())
            // The others were asked from the state as it was, and of a rule that is set aside now.
            if state.changeCount != changes || surroundings.health.count != aside { answers = [] }
        }
        return records
    }

    /// The records of a decision: what the live rules want and, where `dry_run` rules would add something, that as a
    /// proposal. Empty when the message vanished while it was being looked at.
    ///
    /// - Parameter state: what rules remember, with the changes of the decisions before; this one's are added.
    /// - Parameter absence: for how long nobody looked before, in seconds.
    /// - Parameter first: what the rules said when they were asked the first time, from this state.
    func decide(
        _ message: ArrivedMessage, event: RuleEvent, trigger: PlanTrigger, state: inout RuleStateSnapshot,
        proposing: Bool = false, only: Set<String>? = nil, absence: Int64 = 0, first: FirstAnswer? = nil
    ) async throws -> [DecisionRecord] {
        let proposing = proposing || surroundings.proposing
        var record = DecisionRecord(
            key: message.key, identity: message.identity, trigger: trigger, time: surroundings.clock(),
            headline: MessageHeadline(message.header), event: event.name, generation: 0, state: .planned,
            flags: message.facts.flags, absence: absence
        )
        do {
            guard
                let answer = try await ask(
                    message, event, only: only, state: state, now: record.time, first: first)
            else { return [] }
            let decision = answer.decision
            record.generation = answer.generation
            if trigger.countsTowardsLimit { record.limits = Self.limits(decision.actions, answer.rules) }
            var records: [DecisionRecord] = []
            if !decision.proposed.isEmpty {
                var dry = record
                dry.trigger = .dry(trigger)
                dry.state = .proposed
                dry.actions = decision.proposed
                dry.rules = Array(Set(decision.proposed.map(\.rule))).sorted()
                dry.evidence = decision.evidence
                records.append(dry)
            }
            guard try await complete(&record, with: answer, message, state, proposing) else { return [] }
            record = try await Fights(journal: surroundings.journal, logger: surroundings.logger).settle(record)
            // Later messages of a sweep see what it would remember, a mere look's too.
            for change in trigger.isSweep ? answer.decision.stateChanges : record.stateChanges { state.apply(change) }
            return [record] + records
        } catch var refusal as DecisionFailure {
            // What rules said stays visible when it is the plan that cannot be made.
            if refusal.evidence.isEmpty { refusal.evidence = record.evidence }
            record.fail(refusal)
            surroundings.logger.error("rule failed", metadata: ["error": "\(refusal)", "uid": "\(message.key.uid)"])
            return [record]
        } catch let error as SessionError where error.scope == .message {
            record.state = .failed
            record.error = error.description
            return [record]
        }
    }

    /// What rules answered, and what they were asked about.
    struct Answer {
        var decision: Decision
        var subject: RuleMessage
        var rules: [RuleSummary]
        var generation: Int64
    }

    /// What the rules said of a message when they were asked about several.
    struct FirstAnswer {
        fileprivate let runtime: RuleRuntime
        fileprivate let generation: Int64
        fileprivate let paused: Set<String>
        let outcome: DecisionOutcome
    }

    /// Asks the rules about messages one after the other, as far as that goes from the same state; none when there are no
    /// rules.
    ///
    /// - Parameter past: goes on past those that change the state or need something, as if they did not.
    func firstAnswers(
        _ messages: ArraySlice<ArrivedMessage>, _ event: RuleEvent, only: Set<String>?, state: RuleStateSnapshot,
        past isLook: Bool = false
    ) async -> [FirstAnswer] {
        guard let (runtime, generation) = await surroundings.rules.runtime(for: account) else { return [] }
        let paused = paused(event, only: only)
        let aside = surroundings.health.aside(in: generation).union(paused)
        let now = surroundings.clock()
        var rest = messages.map { subject($0, event) }[...]
        var answers: [FirstAnswer] = []
        repeat {
            let outcomes = await runtime.decide(
                inTurn: Array(rest), state: state, now: now, only: only, aside: aside, evidence: .whenMatched)
            rest = rest.dropFirst(outcomes.count)
            answers += outcomes.map {
                FirstAnswer(runtime: runtime, generation: generation, paused: paused, outcome: $0)
            }
        } while isLook && !rest.isEmpty
        return answers
    }

    /// Asks the rules, and fetches what they turn out to need; `nil` when the message vanished meanwhile.
    ///
    /// - Parameters:
    ///   - mailbox: where the message was found, when it is not there any more.
    ///   - first: what they said when they were asked the first time.
    func ask(
        _ message: ArrivedMessage, _ event: RuleEvent, only: Set<String>?, state: RuleStateSnapshot, now: Int64,
        foundIn mailbox: MailboxName? = nil, evidence: EvidenceDetail = .whenMatched, first: FirstAnswer? = nil
    ) async throws -> Answer? {
        let runtime: RuleRuntime
        let generation: Int64
        if let first {
            (runtime, generation) = (first.runtime, first.generation)
        } else {
            guard let current = await surroundings.rules.runtime(for: account) else { return nil }
            (runtime, generation) = current
        }
        var subject = subject(message, event, foundIn: mailbox)
        let paused = first?.paused ?? paused(event, only: only)
        let aside = surroundings.health.aside(in: generation).union(paused)
        var known = first?.outcome
        // Each need is met once; a second time the same would mean that the runtime does not see what it got.
        for _ in 0..<4 {
            let outcome: DecisionOutcome
            if let known {
                outcome = known
            } else {
                outcome = await runtime.decide(
                    subject, state: state, now: now, only: only, aside: aside, evidence: evidence)
            }
            known = nil
            switch outcome {
            case .needs(let need):
                guard try await provide(need, &subject, message) else { return nil }
            case .failed(let failure):
                if let entry = surroundings.health.note(failure, in: generation, at: now) { tell(entry) }
                throw DecisionFailure(
                    failure.description, rule: failure.rule, evidence: failure.evidence, generation: generation)
            case .decided(var decision):
                if !decision.evidence.isEmpty {
                    decision.evidence += runtime.rules.filter { paused.contains($0.name) && $0.hears(subject) }
                        .map { RuleEvidence(leftOut: $0.name) }
                }
                return Answer(decision: decision, subject: subject, rules: runtime.rules, generation: generation)
            }
        }
        throw DecisionFailure("the rules kept asking for data that was already there")
    }

    private func subject(
        _ message: ArrivedMessage, _ event: RuleEvent, foundIn mailbox: MailboxName? = nil
    ) -> RuleMessage {
        RuleMessage(
            account: account, mailbox: mailbox ?? message.key.mailbox, uid: message.key.uid.rawValue, event: event,
            flags: message.facts.flags, size: message.facts.size, received: message.facts.internalDate,
            header: message.header, headerIsWhole: message.fields == nil, fetchedFields: message.fields
        )
    }

    /// Rules that a person has paused; a sweep with rules that are named asks those all the same.
    private func paused(_ event: RuleEvent, only: Set<String>?) -> Set<String> {
        only != nil && event == .sweep ? [] : surroundings.pauses.rules
    }

    private func tell(_ setAside: RuleHealth.SetAside) {
        surroundings.logger.critical(
            "a rule failed too often: it is set aside until the rules are changed",
            metadata: ["rule": "\(setAside.rule)", "error": "\(setAside.error)"]
        )
    }

    /// The limits that a plan with these actions counts for.
    private static func limits(_ actions: [PlannedAction], _ rules: [RuleSummary]) -> [RuleLimit] {
        let counted = Set(actions.filter(\.action.countsTowardsLimit).map(\.rule))
        return rules.filter { counted.contains($0.name) }.map { RuleLimit(rule: $0.name, plans: $0.limit) }
    }

    func provide(
        _ need: MessageNeed, _ subject: inout RuleMessage, _ message: ArrivedMessage
    ) async throws -> Bool {
        switch need {
        case .wholeHeader:
            guard let bytes = try await fetch(message.key.uid, .header) else { return false }
            subject.header = HeaderBlock(bytes)
        case .texts:
            if let excerpt = try await excerpt(message.key.uid, message.facts.size) {
                subject.excerpt = excerpt
                subject.header = HeaderBlock(excerpt)
            } else {
                guard try await provide(.body, &subject, message) else { return false }
            }
        case .body:
            guard let raw = try await whole(message) else { return false }
            subject.raw = raw
            subject.header = HeaderBlock(raw)
        }
        subject.headerIsWhole = true
        subject.fetchedFields = nil
        return true
    }

    private func whole(_ message: ArrivedMessage) async throws -> [UInt8]? {
        guard message.facts.size <= Self.largestBody else {
            throw DecisionFailure(
                "the message has \(message.facts.size) bytes; more than \(Self.largestBody) are not read (limit_exceeded)"
            )
        }
        return try await fetch(message.key.uid, .whole)
    }

    /// - Returns: whether the message is still there.
    private func complete(
        _ record: inout DecisionRecord, with answer: Answer, _ message: ArrivedMessage, _ state: RuleStateSnapshot,
        _ proposing: Bool
    ) async throws -> Bool {
        let decision = answer.decision
        record.actions = decision.actions
        // Rules with `dry_run` have a plan of their own.
        let dry = Set(answer.rules.lazy.filter(\.dryRun).map(\.name))
        record.rules = decision.matchedRules.filter { !dry.contains($0) }
        record.evidence = decision.evidence
        for line in decision.log { surroundings.logger.info("rule says", metadata: ["text": "\(line)"]) }
        if proposing {
            // What rules remember is not changed by a look (DESIGN §4, determinism).
            if !record.actions.isEmpty { record.state = .proposed }
            return true
        }
        record.stateChanges = decision.stateChanges
        return try await plan(&record, message, raw: answer.subject.raw, state: state)
    }

    /// Gives a record the steps of its actions, and the timers of those that come later.
    ///
    /// - Parameter state: what rules remember; what this plan adds to it is in the record's changes.
    /// - Returns: whether the message is still there.
    func plan(
        _ record: inout DecisionRecord, _ message: ArrivedMessage, raw: [UInt8]?, state: RuleStateSnapshot
    ) async throws -> Bool {
        if record.actions.isEmpty { return true }
        var spooling = ActionSpooling(
            decider: self, identity: message.identity, now: record.time, state: state, raw: raw,
            whole: { try await whole(message) })
        guard let steps = try await spooling.steps(for: record.actions) else { return false }
        record.steps = steps
        record.stateChanges += spooling.changes
        record.timers = DelayedActions(record.actions, decidedAt: record.time).timers
        if let why = steps.first?.omitted, steps.allSatisfy({ $0.omitted != nil }), record.timers.isEmpty {
            record.supersede(why)
        } else if steps.allSatisfy({ $0.omitted != nil }) {
            record.state = .done
        }
        return true
    }
}

extension RuleSummary {
    /// Whether it would have been asked about this event of the message.
    fileprivate func hears(_ message: RuleMessage) -> Bool {
        let isFor = RuleEventKind(rawValue: message.event.name).map(events.contains) ?? true
        return enabled && isFor && accounts?.contains(message.account.rawValue) ?? true
    }
}

extension RuleEvidence {
    /// Of a rule that was not asked because a person had paused it.
    fileprivate init(leftOut rule: String) {
        self.init(
            rule: rule, matched: false,
            tests: [Test(test: "was paused, and so not asked", value: "", result: false)])
    }
}

extension PlanTrigger {
    fileprivate var isSweep: Bool { if case .sweep = self { true } else { false } }
}

/// Why nothing is planned for a message.
struct DecisionFailure: Error, CustomStringConvertible {
    var description: String
    var rule: String?
    var evidence: [RuleEvidence]
    /// Of the rules that failed.
    var generation: Int64?

    init(_ description: String, rule: String? = nil, evidence: [RuleEvidence] = [], generation: Int64? = nil) {
        self.description = description
        self.rule = rule
        self.evidence = evidence
        self.generation = generation
    }
}

extension DecisionRecord {
    /// Nothing is planned: the rule failed.
    mutating func fail(_ failure: DecisionFailure) {
        state = .failed
        actions = []
        steps = []
        timers = []
        stateChanges = []
        error = failure.description
        if let rule = failure.rule { rules = [rule] }
        evidence = failure.evidence
        generation = failure.generation ?? generation
    }
}

extension MessageHeadline {
    init(_ header: HeaderBlock) {
        self.init(
            messageID: header.first("Message-ID").flatMap { MessageIDList.parse($0.rawValue).first } ?? "",
            subject: header.first("Subject")?.text ?? "", from: header.first("From")?.text ?? ""
        )
    }
}
