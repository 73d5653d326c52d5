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

    let surroundings: Surroundings
    let account: AccountName
    let planner: StepPlanner
    let forwards: ForwardWriter?
    /// Fetches a section of the message; `nil` when it is gone.
    let fetch: @Sendable (UID, BodySection) async throws -> [UInt8]?

    /// The records of a decision: what the live rules want and, where `dry_run` rules would add something, that as a
    /// proposal. Empty when the message vanished while it was being looked at.
    ///
    /// - Parameter state: what rules remember, with the changes of the decisions before; this one's are added.
    func decide(
        _ message: ArrivedMessage, event: RuleEvent, trigger: PlanTrigger, state: inout RuleStateSnapshot,
        proposing: Bool = false, only: Set<String>? = nil
    ) async throws -> [DecisionRecord] {
        let proposing = proposing || surroundings.proposing
        var record = DecisionRecord(
            key: message.key, identity: message.identity, trigger: trigger, time: surroundings.clock(),
            headline: MessageHeadline(message.header), event: event.name, generation: 0, state: .planned,
            flags: message.facts.flags
        )
        do {
            guard let (decision, subject) = try await ask(message, event, only, state, &record) else { return [] }
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
            guard try await complete(&record, with: decision, subject, message, proposing) else { return [] }
            for change in record.stateChanges { state.apply(change) }
            return [record] + records
        } catch let refusal as DecisionFailure {
            record.state = .failed
            record.actions = []
            record.error = refusal.description
            if let rule = refusal.rule { record.rules = [rule] }
            record.evidence = refusal.evidence
            surroundings.logger.error("rule failed", metadata: ["error": "\(refusal)", "uid": "\(message.key.uid)"])
            return [record]
        } catch let error as SessionError where error.scope == .message {
            record.state = .failed
            record.error = error.description
            return [record]
        }
    }

    /// Asks the rules, and fetches what they turn out to need.
    private func ask(
        _ message: ArrivedMessage, _ event: RuleEvent, _ only: Set<String>?, _ state: RuleStateSnapshot,
        _ record: inout DecisionRecord
    ) async throws -> (Decision, RuleMessage)? {
        guard let (runtime, generation) = await surroundings.rules.runtime(for: account) else { return nil }
        record.generation = generation
        var subject = RuleMessage(
            account: account, mailbox: message.key.mailbox, uid: message.key.uid.rawValue, event: event,
            flags: message.facts.flags, size: message.facts.size, received: message.facts.internalDate,
            header: message.header, headerIsWhole: message.fields == nil, fetchedFields: message.fields
        )
        // Each need is met once; a second time the same would mean that the runtime does not see what it got.
        for _ in 0..<4 {
            switch await runtime.decide(subject, state: state, now: record.time, only: only, evidence: .whenMatched) {
            case .needs(let need):
                guard try await provide(need, &subject, message) else { return nil }
            case .failed(let failure):
                throw DecisionFailure(failure.description, rule: failure.rule, evidence: failure.evidence)
            case .decided(let decision):
                return (decision, subject)
            }
        }
        throw DecisionFailure("the rules kept asking for data that was already there")
    }

    private func provide(
        _ need: MessageNeed, _ subject: inout RuleMessage, _ message: ArrivedMessage
    ) async throws -> Bool {
        switch need {
        case .wholeHeader:
            guard let bytes = try await fetch(message.key.uid, .header) else { return false }
            subject.header = HeaderBlock(bytes)
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
        _ record: inout DecisionRecord, with decision: Decision, _ subject: RuleMessage, _ message: ArrivedMessage,
        _ proposing: Bool
    ) async throws -> Bool {
        record.actions = decision.actions
        record.rules = decision.matchedRules
        record.evidence = decision.evidence
        for line in decision.log { surroundings.logger.info("rule says", metadata: ["text": "\(line)"]) }
        if proposing {
            // What rules remember is not changed by a look (DESIGN §4, determinism).
            if !record.actions.isEmpty { record.state = .proposed }
            return true
        }
        if !record.actions.isEmpty {
            guard let outbox = try await spoolForwards(decision.actions, subject, message, record.time) else {
                return false
            }
            do {
                record.steps = try planner.steps(for: decision.actions, outbox: outbox)
            } catch {
                throw DecisionFailure(
                    "rule \(error.rule): \(error.reason)", rule: error.rule, evidence: record.evidence)
            }
            if record.steps.isEmpty { record.state = .done }
        }
        record.stateChanges = decision.stateChanges
        return true
    }

    /// What will be sent is on the disk before the plan is: the message may be gone from the server by then.
    private func spoolForwards(
        _ actions: [PlannedAction], _ subject: RuleMessage, _ message: ArrivedMessage, _ now: Int64
    ) async throws -> [Int: [OutboxDraft]]? {
        var outbox: [Int: [OutboxDraft]] = [:]
        var raw = subject.raw
        for (index, planned) in actions.enumerated() {
            guard case .forward(let request) = planned.action else { continue }
            guard let forwards else {
                throw DecisionFailure(
                    "rule \(planned.rule): the account cannot send; give it smtp = { … } and an address",
                    rule: planned.rule
                )
            }
            if raw == nil { raw = try await whole(message) }
            guard let raw else { return nil }
            do {
                outbox[index] = try await forwards.write(
                    request, of: message.identity, original: raw, header: HeaderBlock(raw), now: now)
            } catch let refusal as SendingRefusal {
                throw DecisionFailure("rule \(planned.rule): not forwarded: \(refusal)", rule: planned.rule)
            }
        }
        return outbox
    }
}

/// Why nothing is planned for a message.
struct DecisionFailure: Error, CustomStringConvertible {
    var description: String
    var rule: String?
    var evidence: [RuleEvidence]

    init(_ description: String, rule: String? = nil, evidence: [RuleEvidence] = []) {
        self.description = description
        self.rule = rule
        self.evidence = evidence
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
