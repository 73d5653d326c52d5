import ActionJournal
import MailModel
import MailboxWatch

extension Journal {
    /// What is known of messages that appeared in a mailbox, by their places there.
    func identityMemory(
        of messages: [MessageKey: MessageIdentity], account: AccountName, mailbox: MailboxName
    ) async throws -> [MessageKey: IdentityMemory] {
        let known = try await isKnown(Array(Set(messages.values)), account: account)
        // Only what was ever decided can have been filed or taken out.
        let filed = try await ownFilings(account: account, into: mailbox, identities: Array(known))
        let takenOut = try await wereRemovedByUs(account: account, mailbox: mailbox, identities: Array(known))
        return messages.filter { known.contains($0.value) }.reduce(into: [:]) { memory, message in
            memory[message.key] = IdentityMemory(
                isKnown: true, wasFiledHere: filed[message.value]?.contains { $0.mayBe(message.key) } ?? false,
                wasTakenOutOfHere: takenOut.contains(message.value))
        }
    }
}
