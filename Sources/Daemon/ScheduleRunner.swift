import ActionExecutor
import ActionJournal
import IMAPSession
import IMAPSyntax
import Logging
import MailModel
import RuleRuntime

/// Runs the scheduled rules of an account when they are due, on connections of its own.
///
/// How far a run got is stored with what it decided, so that after a crash it goes on where it was; the next due time is
/// stored when it is complete.
struct ScheduleRunner: Sendable {
    /// The longest wait, in seconds: the clock may be set meanwhile, or the machine sleep.
    static let slice: Int64 = 30

    let hub: AccountHub

    private var surroundings: Surroundings { hub.surroundings }
    private var journal: Journal { surroundings.journal }

    private var logger: Logger {
        var logger = surroundings.logger
        logger[metadataKey: "account"] = "\(hub.name)"
        return logger
    }

    /// - Returns: when to look again, in seconds since 1970; `nil` when no rule is scheduled.
    func runDue() async throws -> Int64? {
        while hub.mayWork {
            let book = try await book()
            let now = surroundings.clock()
            guard let entry = book.due(at: now) else { return book.nextDue.map { min($0, now + Self.slice) } }
            if surroundings.pauses.rules.contains(entry.rule.name) {
                // It runs when it is next due: what a paused rule would have done is not made up for.
                logger.info("a scheduled rule is due and paused", metadata: ["rule": "\(entry.rule.name)"])
            } else {
                try await run(entry)
            }
            if hub.isStopping { return nil }
            if let fact = book.finished(entry, at: surroundings.clock()) { try await journal.apply([fact]) }
        }
        return nil
    }

    private func book() async throws -> ScheduleBook {
        let rules = await surroundings.rules.runtime(for: hub.name)?.runtime.rules ?? []
        let book = ScheduleBook(
            account: hub.name, rules: rules, stored: try await journal.scheduledRules(account: hub.name),
            now: surroundings.clock(), zone: surroundings.configuration.timezone
        )
        try await journal.apply(book.facts)
        return book
    }

    /// Looks at every message of the rule's folders.
    private func run(_ entry: ScheduleBook.Entry) async throws {
        let late = surroundings.clock() - entry.run.due
        logger.info("a scheduled rule is due", metadata: ["rule": "\(entry.rule.name)", "late": "\(late)"])
        var reached = entry.run.reached
        var plans = 0
        for mailbox in try await folders(of: entry.rule) where reached.map({ $0.mailbox <= mailbox }) ?? true {
            if hub.isStopping { return }
            try hub.checkPause()
            do {
                let (visit, _) = try await MailboxVisit.open(hub, mailbox)
                defer { visit.connection.close() }
                plans += try await run(entry, in: visit, from: reached)
            } catch let error as SessionError where error.scope < .connection {
                // One folder that cannot be looked at is no other's trouble.
                logger.error(
                    "a scheduled rule could not look into a folder",
                    metadata: ["rule": "\(entry.rule.name)", "folder": "\(mailbox)", "error": "\(error)"]
                )
            }
            reached = nil
        }
        logger.info("a scheduled rule has run", metadata: ["rule": "\(entry.rule.name)", "plans": "\(plans)"])
        hub.wakeSenders()
        hub.timers.wake()
    }

    private func run(
        _ entry: ScheduleBook.Entry, in visit: MailboxVisit, from reached: MessageKey?
    ) async throws -> Int {
        let rule = entry.rule.name
        let after = reached.flatMap {
            $0.mailbox == visit.mailbox && $0.uidValidity == visit.uidValidity ? $0.uid : nil
        }
        // What waits for a person since an earlier run is not planned again with every run.
        let held = try await journal.heldByLimit(
            rule: rule, account: hub.name, mailbox: visit.mailbox, uidValidity: visit.uidValidity
        )
        var plans = 0
        try await MailboxWalk(visit: visit, after: after).run { part in
            let absence = max(0, surroundings.clock() - entry.run.due)
            var run = entry.run
            run.reached = visit.key(part.last)
            var recorded: [RecordedDecision]?
            while recorded == nil {
                try hub.checkPause()
                let base = try await surroundings.memory.base()
                var state = base.state
                var records = part.unreadable.filter { !held.contains($0.uid) }.map {
                    Arrivals(visit: visit, logger: logger).unreadable(
                        $0.uid, .schedule(rule: rule, due: entry.run.due), event: "schedule", because: $0.reason)
                }
                for message in part.messages where !held.contains(message.key.uid) {
                    records += try await visit.decider.decide(
                        message, event: .schedule(rule: rule), trigger: .schedule(rule: rule, due: entry.run.due),
                        state: &state, only: [rule], absence: absence
                    ).filter { !$0.actions.isEmpty || $0.state == .failed || !$0.stateChanges.isEmpty }
                }
                recorded = try await surroundings.memory.store(
                    records, progress: [], facts: [.scheduled(run)], decidedFrom: base
                )
            }
            plans += recorded?.count { if case .planned = $0 { true } else { false } } ?? 0
            try await visit.executor.carryOutDueSteps()
        }
        return plans
    }

    /// The rule's folders as the server has them, in the order of their names.
    private func folders(of rule: RuleSummary) async throws -> [MailboxName] {
        guard rule.folders != nil else { return hub.account.watch.sorted() }
        let session = try await hub.connector.connect()
        defer { session.connection.close() }
        let reply = try await session.connection.run(.list(reference: "", pattern: "*", returning: [])).checked()
        let selectable = reply.lists.filter {
            !$0.attributes.contains { ["\\noselect", "\\nonexistent"].contains($0) }
        }
        return Set(selectable.compactMap { session.server.layout.name($0.name) }).filter { rule.names($0.rawValue) }
            .sorted()
    }
}
