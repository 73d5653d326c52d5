import ActionJournal
import MailModel
import MailboxWatch

extension Journal {
    /// What is known of messages that appeared in a mailbox.
    func identityMemory(
        of identities: [MessageIdentity], account: AccountName, mailbox: MailboxName
    ) async throws -> [MessageIdentity: IdentityMemory] {
        let known = try await isKnown(identities, account: account)
        // Only what was ever decided can have been filed or taken out.
        let filed = try await wereFiledByUs(account: account, into: mailbox, identities: Array(known))
        let takenOut = try await wereRemovedByUs(account: account, mailbox: mailbox, identities: Array(known))
        return Dictionary(
            known.map {
                (
                    $0,
                    IdentityMemory(
                        isKnown: true, wasFiledHere: filed.contains($0), wasTakenOutOfHere: takenOut.contains($0))
                )
            },
            uniquingKeysWith: { first, _ in first }
        )
    }
}
