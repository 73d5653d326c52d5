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

    /// The record of a decision, or `nil` when the message vanished while it was being looked at.
    func decide(
        _ message: ArrivedMessage, event: RuleEvent, trigger: PlanTrigger, proposing: Bool = false,
        only: Set<String>? = nil
    ) async throws -> DecisionRecord? {
        do {
            return try await decideOnce(message, event: event, trigger: trigger, proposing: proposing, only: only)
        } catch let error as SessionError where error.scope == .message {
            return DecisionRecord(
                key: message.key, identity: message.identity, trigger: trigger, time: surroundings.clock(),
                headline: MessageHeadline(message.header), event: event.name, generation: 0, state: .failed,
                error: error.description, flags: message.facts.flags
            )
        }
    }

    private func decideOnce(
        _ message: ArrivedMessage, event: RuleEvent, trigger: PlanTrigger, proposing: Bool, only: Set<String>?
    ) async throws -> DecisionRecord? {
        guard let (runtime, generation) = await surroundings.rules.runtime(for: account) else { return nil }
        let now = surroundings.clock()
        var subject = RuleMessage(
            account: account, mailbox: message.key.mailbox, uid: message.key.uid.rawValue, event: event,
            flags: message.facts.flags, size: message.facts.size, received: message.facts.internalDate,
            header: message.header, headerIsWhole: message.fields == nil, fetchedFields: message.fields
        )
        var record = DecisionRecord(
            key: message.key, identity: message.identity, trigger: trigger, time: now,
            headline: MessageHeadline(message.header), event: event.name, generation: generation, state: .planned,
            flags: message.facts.flags
        )
        // Each need is met once; a second time the same would mean that the runtime does not see what it got.
        for _ in 0..<4 {
            switch await runtime.decide(
                subject, state: try await surroundings.memory.snapshot(), now: now, only: only, evidence: .whenMatched)
            {
            case .needs(let need):
                guard try await provide(need, &subject, message, &record) else {
                    return record.state == .failed ? record : nil
                }
            case .failed(let failure):
                record.state = .failed
                record.error = failure.description
                record.rules = [failure.rule]
                record.evidence = failure.evidence
                surroundings.logger.error(
                    "rule failed", metadata: ["rule": "\(failure.rule)", "error": "\(failure)"]
                )
                return record
            case .decided(let decision):
                return try await complete(
                    &record, with: decision, subject, message, proposing || surroundings.proposing)
            }
        }
        record.state = .failed
        record.error = "the rules kept asking for data that was already there"
        return record
    }

    private func provide(
        _ need: MessageNeed, _ subject: inout RuleMessage, _ message: ArrivedMessage, _ record: inout DecisionRecord
    ) async throws -> Bool {
        switch need {
        case .wholeHeader:
            guard let bytes = try await fetch(message.key.uid, .header) else { return false }
            subject.header = HeaderBlock(bytes)
            subject.headerIsWhole = true
            subject.fetchedFields = nil
        case .body:
            guard let raw = try await whole(message, &record) else { return false }
            subject.raw = raw
            subject.header = HeaderBlock(raw)
            subject.headerIsWhole = true
            subject.fetchedFields = nil
        }
        return true
    }

    private func whole(_ message: ArrivedMessage, _ record: inout DecisionRecord) async throws -> [UInt8]? {
        guard message.facts.size <= Self.largestBody else {
            record.state = .failed
            record.error = "the message has \(message.facts.size) bytes; more than \(Self.largestBody) are not read"
            return nil
        }
        return try await fetch(message.key.uid, .whole)
    }

    private func complete(
        _ record: inout DecisionRecord, with decision: Decision, _ subject: RuleMessage, _ message: ArrivedMessage,
        _ proposing: Bool
    ) async throws -> DecisionRecord? {
        record.actions = decision.actions
        record.rules = decision.matchedRules
        record.evidence = decision.evidence
        record.stateChanges = decision.stateChanges
        if !proposing, !surroundings.proposing { await surroundings.memory.note(decision.stateChanges) }
        for line in decision.log { surroundings.logger.info("rule says", metadata: ["text": "\(line)"]) }
        guard !record.actions.isEmpty else { return record }
        if proposing {
            record.state = .proposed
            return record
        }
        guard let outbox = try await spoolForwards(decision.actions, subject, message, &record) else {
            return record.state == .failed ? record : nil
        }
        do {
            record.steps = try planner.steps(for: decision.actions, outbox: outbox)
            if record.steps.isEmpty { record.state = .done }
        } catch {
            record.state = .failed
            record.error = "rule \(error.rule): \(error.reason)"
        }
        return record
    }

    /// What will be sent is on the disk before the plan is: the message may be gone from the server by then.
    private func spoolForwards(
        _ actions: [PlannedAction], _ subject: RuleMessage, _ message: ArrivedMessage, _ record: inout DecisionRecord
    ) async throws -> [Int: [OutboxDraft]]? {
        var outbox: [Int: [OutboxDraft]] = [:]
        var raw = subject.raw
        for (index, planned) in actions.enumerated() {
            guard case .forward(let request) = planned.action else { continue }
            guard let forwards else {
                record.state = .failed
                record.error = "rule \(planned.rule): the account cannot send; give it smtp = { … } and an address"
                return nil
            }
            if raw == nil { raw = try await whole(message, &record) }
            guard let raw else { return nil }
            outbox[index] = try await forwards.write(request, original: raw, header: HeaderBlock(raw), now: record.time)
        }
        return outbox
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
