import ActionExecutor
import ActionJournal
import MailModel
import MailboxWatch
import RuleRuntime

extension RuleKeeper {
    /// Which changes some rule in force wants to hear of in that mailbox.
    func changeInterest(in mailbox: MailboxName, of account: AccountName, watched: [MailboxName]) -> ChangeInterest {
        var interest = ChangeInterest()
        for rule in runtime(for: account)?.runtime.rules ?? [] where rule.enabled {
            let tells = (flags: rule.events.contains(.flags), removals: rule.events.contains(.removed))
            guard tells.flags || tells.removals, rule.covers(mailbox, of: account, watched: watched) else { continue }
            interest.flags = interest.flags || tells.flags
            interest.removals = interest.removals || tells.removals
        }
        return interest
    }

    /// The header fields that have to be kept of a message, so that rules can be asked about it when it is gone.
    func keptFields(for account: AccountName) -> MirrorState.Fields {
        guard let names = headerFields(for: account) else { return .all }
        return .some(Set(names.union(IdentityReader.fields).map { $0.lowercased() }))
    }
}
