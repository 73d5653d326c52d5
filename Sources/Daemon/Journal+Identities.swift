import ActionExecutor
import ActionJournal
import MailModel
import MailboxWatch

extension Journal {
    /// What is known of messages that appeared in a mailbox, by their places there.
    func identityMemory(
        of messages: [ArrivedMessage], account: AccountName, mailbox: MailboxName
    ) async throws -> [MessageKey: IdentityMemory] {
        let identities = Array(Set(messages.map(\.identity)))
        let contents = messages.map { ($0.key, IdentityReader.contentIdentity(of: $0.header)) }
        let places = Dictionary(contents, uniquingKeysWith: { first, _ in first })
        // Side by side: mail that has just come waits for each of them.
        async let knownBefore = isKnown(identities, account: account)
        async let filings = ownFilings(account: account, into: mailbox, identities: identities)
        async let gifts = given(places, to: mailbox, of: account)
        let known = try await knownBefore
        // Only what was ever decided can have been taken out; filed it may have been from another account.
        let takenOut = try await wereRemovedByUs(account: account, mailbox: mailbox, identities: Array(known))
            .union(areBeingRemovedByUs(account: account, mailbox: mailbox, identities: Array(known)))
        let (filed, given) = try await (filings, gifts)
        return messages.reduce(into: [:]) { memory, message in
            let (key, identity) = (message.key, message.identity)
            memory[key] = IdentityMemory(
                isKnown: known.contains(identity),
                wasFiledHere: given.contains(key) || filed[identity]?.contains { $0.mayBe(key) } ?? false,
                wasTakenOutOfHere: takenOut.contains(identity))
        }
    }
}
