import ActionJournal
import MailModel
import MailboxWatch

extension Journal {
    /// What is known of messages that appeared in a mailbox, by their places there.
    func identityMemory(
        of messages: [MessageKey: MessageIdentity], account: AccountName, mailbox: MailboxName
    ) async throws -> [MessageKey: IdentityMemory] {
        let identities = Array(Set(messages.values))
        let known = try await isKnown(identities, account: account)
        // Only what was ever decided can have been taken out; filed it may have been from another account.
        let filed = try await ownFilings(account: account, into: mailbox, identities: identities)
        let takenOut = try await wereRemovedByUs(account: account, mailbox: mailbox, identities: Array(known))
        return messages.filter { known.contains($0.value) || filed[$0.value] != nil }
            .reduce(into: [:]) { memory, message in
                memory[message.key] = IdentityMemory(
                    isKnown: known.contains(message.value),
                    wasFiledHere: filed[message.value]?.contains { $0.mayBe(message.key) } ?? false,
                    wasTakenOutOfHere: takenOut.contains(message.value))
            }
    }
}
