import ActionExecutor
import ActionJournal
import MailModel

/// A folder that the server does not have any more, and what becomes of plans for its messages.
struct MissingFolder: Sendable {
    let hub: AccountHub
    let mailbox: MailboxName

    private var journal: Journal { hub.surroundings.journal }

    /// Ends plans for messages of the folder, once it has been missing long enough.
    ///
    /// - Returns: whether nothing waits for the folder now.
    func endPlans() async throws -> Bool {
        let now = hub.surroundings.clock()
        // What was to be tried again later too: there is nothing that it could be tried with.
        let plans = try await hub.openFiling(in: mailbox, dueBy: .max)
        let ended = plans.map { (id: $0.plan.id, facts: MissingMailbox.facts(for: $0, at: now)) }
            .filter { !$0.facts.isEmpty }
        try await journal.apply(ended.flatMap(\.facts), settling: Set(ended.map(\.id))) {
            PlanConsequences.facts(for: $0, at: now)
        }
        if !ended.isEmpty {
            hub.wakeSenders()
            hub.surroundings.logger.warning(
                "plans ended with the folder of their messages",
                metadata: ["account": "\(hub.name)", "folder": "\(mailbox)", "plans": "\(ended.count)"])
        }
        return ended.count == plans.count
    }
}

/// For how long a mailbox has been missing each time that somebody looked: one that is being renamed, or mounted, comes
/// back.
struct MailboxAbsence {
    private var since: Int64?

    /// It was missing again.
    mutating func isLong(at now: Int64) -> Bool {
        let since = since ?? now
        self.since = since
        // A clock that was set back counts anew.
        if now < since { self.since = now }
        return now - since > MissingMailbox.patience
    }

    /// It was there.
    mutating func end() { since = nil }
}

extension AccountHub {
    /// Plans with steps in mailboxes that may begin by then (`nil`: now); of one mailbox, or of all.
    func openFiling(in mailbox: MailboxName? = nil, dueBy time: Int64? = nil) async throws -> [PlanWork] {
        try await surroundings.journal.openWork(
            account: name, mailbox: mailbox, now: time ?? surroundings.clock(), limit: 1_000,
            kinds: Set(StepKind.allCases.filter { !$0.leavesTheMailServer }))
    }
}
