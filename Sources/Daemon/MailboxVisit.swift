import Accounts
import ActionExecutor
import ActionJournal
import IMAPSession
import IMAPSyntax
import Logging
import MIMEParsing
import MailModel
import MailboxWatch
import RuleRuntime

/// One connection with one mailbox selected: what is needed to look at its messages and to act on them.
///
/// Not a structure: whoever waits with one for days would hold copies of all of it on its stack.
final class MailboxVisit: Sendable {
    let hub: AccountHub
    let mailbox: MailboxName
    let connection: IMAPConnection
    let server: SignedIn
    let uidValidity: UIDValidity
    let identities: IdentityReader
    let executor: MailboxExecutor
    let decider: MessageDecider
    let roles: [MailboxRole: MailboxName]
    /// Whether the mailbox's mod-sequences are believed.
    let trustsModSeq: Bool
    /// Whether the server tells what vanished, and is believed.
    let usesResync: Bool
    /// What was there when it was selected; `nil` when that was not asked for, or not told in few bytes.
    let listed: UIDSet?

    private init(
        hub: AccountHub, mailbox: MailboxName, connection: IMAPConnection, server: SignedIn, uidValidity: UIDValidity,
        identities: IdentityReader, executor: MailboxExecutor, decider: MessageDecider,
        roles: [MailboxRole: MailboxName], trustsModSeq: Bool, usesResync: Bool, listed: UIDSet?
    ) {
        self.hub = hub
        self.mailbox = mailbox
        self.connection = connection
        self.server = server
        self.uidValidity = uidValidity
        self.identities = identities
        self.executor = executor
        self.decider = decider
        self.roles = roles
        self.trustsModSeq = trustsModSeq
        self.usesResync = usesResync
        self.listed = listed
    }

    var journal: Journal { hub.surroundings.journal }
    var logger: Logger { hub.surroundings.logger }

    /// Connects, signs in and selects; also learns the account's folders, and with LIST-STATUS where they stand.
    ///
    /// - Parameter listing: asks for the messages that are there along with it, as `listed` gives them.
    static func open(_ hub: AccountHub, _ mailbox: MailboxName, listing: Bool = false) async throws -> (
        visit: MailboxVisit, selected: SelectedMailbox
    ) {
        let session = try await hub.connector.connect()
        let connection = session.connection
        do {
            return try await open(hub, mailbox, listing: listing, connection, session.server)
        } catch {
            connection.close()
            throw error
        }
    }

    private static func open(
        _ hub: AccountHub, _ mailbox: MailboxName, listing: Bool, _ connection: IMAPConnection, _ server: SignedIn
    ) async throws -> (visit: MailboxVisit, selected: SelectedMailbox) {
        guard let wire = server.layout.wireName(mailbox) else {
            throw SessionError(
                code: .folderMissing, scope: .mailbox, mailbox: mailbox.rawValue,
                text: "the server cannot have such a folder"
            )
        }
        let condstore = server.has("CONDSTORE") && hub.account.profile.quirks.trustsCondstore
        var options: [ListReturn] = []
        if server.has("SPECIAL-USE"), server.has("LIST-EXTENDED") { options.append(.specialUse) }
        if server.has("LIST-STATUS") { options.append(.status([.uidNext, .uidValidity])) }
        let usesResync = try await enableResync(hub, mailbox, connection, server)
        // Read before SELECT: what another connection learns meanwhile is no reason to distrust the server.
        let known = try await hub.surroundings.journal.progress(account: hub.name, mailbox: mailbox)
        let search: [IMAPCommand] = listing && server.has("ESEARCH") ? [.uidSearch([.all], returnAll: true)] : []
        let replies = try await connection.run(
            [.select(wire, condstore: condstore), .list(reference: "", pattern: "*", returning: options)] + search)
        if replies[0].status != .ok, replies[1].status == .ok, !replies[1].lists.contains(where: { $0.name == wire }) {
            // Servers refuse what is not there in many words; the listing tells it plainly.
            var error = replies[0].error
            error.code = .folderMissing
            throw error
        }
        let selected = try replies[0].checked().selected
        guard let selected, let uidValidity = selected.uidValidity else {
            throw SessionError(
                code: .protocolError, scope: .mailbox, command: "SELECT", mailbox: mailbox.rawValue,
                text:
                    "the server gave no UIDVALIDITY: nothing could be remembered about this folder, so it is not watched"
            )
        }
        if let known, known.uidValidity == uidValidity, let next = selected.uidNext, next < known.nextUID {
            try await FallenUIDs(
                account: hub.name, selected: selected, next: next, known: known, journal: hub.surroundings.journal,
                logger: hub.surroundings.logger
            ).judge(on: connection)
        }
        for status in replies[1].statuses {
            guard let name = server.layout.name(status.mailbox), let next = status.uidNext,
                let validity = status.uidValidity
            else { continue }
            // One that fell is a lower bound all the same, and the one known so far is none any more.
            if let known = hub.targets[name], known.uidValidity == validity, next < known.uidNext {
                hub.targets.forget(name)
            }
            hub.targets.note(name, validity, next: next)
        }
        let roles = FolderRoles.find(in: replies[1].lists, layout: server.layout, account: hub.account)
        let identities = IdentityReader(capabilities: server.capabilities)
        let surroundings = hub.surroundings
        let executor = MailboxExecutor(
            setting: MailboxExecutor.Setting(
                account: hub.name, mailbox: mailbox, layout: server.layout, identities: identities,
                hasUIDPlus: server.has("UIDPLUS"), condstore: condstore, journal: surroundings.journal,
                targets: hub.targets, lineLimit: hub.account.profile.quirks.lineLength, clock: surroundings.clock,
                logger: surroundings.logger, released: { hub.wakeSenders() },
                turns: hub.turns, accounts: hub.directory, spool: surroundings.spool,
                goingOn: { try hub.checkPause() }, vanished: { hub.noteVanished($0, in: mailbox) }
            ),
            connection: connection, uidValidity: uidValidity
        )
        let reader = MessageReader(hub: hub, mailbox: mailbox, connection: connection, uidValidity: uidValidity)
        let decider = MessageDecider(
            surroundings: surroundings, account: hub.name,
            planner: StepPlanner(
                source: mailbox, abilities: ServerAbilities(capabilities: server.capabilities), roles: roles,
                account: hub.name, accounts: hub.directory.accounts
            ),
            forwards: hub.forwards,
            fetch: { try await reader.section($1, of: $0) }, excerpt: { try await reader.excerpt(of: $0, size: $1) }
        )
        let visit = MailboxVisit(
            hub: hub, mailbox: mailbox, connection: connection, server: server, uidValidity: uidValidity,
            identities: identities, executor: executor, decider: decider, roles: roles, trustsModSeq: condstore,
            usesResync: condstore && usesResync,
            listed: replies.dropFirst(2).first.flatMap { listed($0, of: selected) }
        )
        return (visit, selected)
    }

    /// What a search for everything found, if it is that: a server's index may be behind, and a few bytes can name more
    /// messages than there can be.
    private static func listed(_ reply: CommandResult, of selected: SelectedMailbox) -> UIDSet? {
        guard reply.status == .ok, let result = reply.esearch, result.isUID else { return nil }
        let found = result.all ?? UIDSet()
        return found.count == Int(selected.exists) && found.count <= mostListed ? found : nil
    }

    /// Beyond this each UID has to be told by itself.
    private static let mostListed = 4_000_000

    /// Switches QRESYNC on where a rule wants to hear of changes and the provider's VANISHED can be believed.
    private static func enableResync(
        _ hub: AccountHub, _ mailbox: MailboxName, _ connection: IMAPConnection, _ server: SignedIn
    ) async throws -> Bool {
        guard server.has("QRESYNC"), server.has("ENABLE"), hub.account.profile.quirks.trustsQResync else {
            return false
        }
        let interest = await hub.surroundings.rules.changeInterest(
            in: mailbox, of: hub.name, watched: hub.account.watch)
        guard !interest.isEmpty else { return false }
        let reply = try await connection.run(.enable(["QRESYNC"]))
        return reply.status == .ok && reply.enabled.contains { $0.uppercased() == "QRESYNC" }
    }

    /// The place of one of its messages.
    func key(_ uid: UID) -> MessageKey {
        MessageKey(account: hub.name, mailbox: mailbox, uidValidity: uidValidity, uid: uid)
    }

    /// Keeps other executors of this mailbox waiting, and those that change something here from elsewhere, so that nothing
    /// of ours is half done while we look.
    func inTurn<Value>(_ body: () async throws -> Value) async rethrows -> Value {
        await hub.turns.enter(mailbox)
        await hub.turns.enter(mailbox, .comparing)
        func leave() async {
            await hub.turns.leave(mailbox, .comparing)
            await hub.turns.leave(mailbox)
        }
        do {
            let value = try await body()
            await leave()
            return value
        } catch {
            await leave()
            throw error
        }
    }

    /// Carries out what is due here; while the account is paused only what a person asks for now.
    func carryOut(askedFor plans: Set<PlanID>) async throws {
        do {
            try await executor.carryOutDueSteps()
        } catch is AccountPaused {
            try await executor.carryOutDueSteps(of: plans)
        }
    }

    /// What to fetch of a message that rules are to see.
    ///
    /// - Parameter fields: the header fields that rules can need; `nil`: the whole header.
    func fetchItems(fields: Set<String>?) -> [FetchItem] {
        let section: BodySection = fields.map { .headerFields($0.union(IdentityReader.fields).sorted()) } ?? .header
        return [.uid, .flags, .internalDate, .size, .bodyPeek(section, partial: nil)] + identities.fetchItems
    }

    /// A fetched message as the decider takes it; `nil` when the server left out what it takes.
    ///
    /// - Parameter fields: what `fetchItems` was given.
    func arrived(_ message: FetchedMessage, fields: Set<String>?) -> ArrivedMessage? {
        guard let facts = message.facts, let bytes = message.bodies.first?.bytes else { return nil }
        let header = HeaderBlock(bytes)
        guard let identity = identities.identity(of: message, header: header) else { return nil }
        return ArrivedMessage(
            key: key(facts.uid),
            identity: identity, facts: facts, header: header,
            fields: fields.map { Set($0.union(IdentityReader.fields).map { $0.lowercased() }) }
        )
    }
}
