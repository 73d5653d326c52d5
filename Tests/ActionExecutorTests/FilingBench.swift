import ActionExecutor
import ActionJournal
import Foundation
import IMAPSession
import IMAPSyntax
import Logging
import MIMEParsing
import MailModel
import Synchronization
import TestKit
import Testing

/// A folder of its own for each test, gone with it.
final class ScratchFolder: Sendable {
    let path: String

    init() throws {
        // In memory where that is possible: these tests write often, and what survives a power loss is tried elsewhere.
        let memory = URL(filePath: "/dev/shm")
        let parent =
            FileManager.default.isWritableFile(atPath: memory.path)
            ? memory : FileManager.default.temporaryDirectory
        let url = parent.appending(path: "executor-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var state: String { path + "/state" }

    /// An empty journal, made once: making its tables takes longer than most of these tests.
    private static let template = Result {
        let folder = try ScratchFolder()
        try Journal.open(folder: folder.state, access: .readWrite).close()
        return folder
    }

    /// A new journal in the state folder.
    func makeJournal() throws -> Journal {
        try FileManager.default.copyItem(atPath: try Self.template.get().state, toPath: state)
        return try Journal.open(folder: state, access: .readWrite)
    }
}

/// A clock that only the test moves.
final class TestClock: Sendable {
    private let seconds: Mutex<Int64>

    init(_ start: Int64 = 1_000_000) { seconds = Mutex(start) }

    var now: Int64 { seconds.withLock { $0 } }
    func pass(_ count: Int64) { seconds.withLock { $0 += count } }
}

/// Records that reached the log are of no use here.
let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// What can be made of two words.
func letter(_ subject: String, id: String? = nil, body: String = "Hello") -> [UInt8] {
    let head = id.map { "Message-ID: <\($0)@example.org>\r\n" } ?? ""
    return Array(
        "\(head)Date: Mon, 23 Nov 2026 10:00:00 +0000\r\nFrom: a@example.org\r\nSubject: \(subject)\r\n\r\n\(body)\r\n"
            .utf8
    )
}

/// An account on a scripted server with a real journal: plans go in, the executor carries them out.
final class FilingBench: Sendable {
    let folder: ScratchFolder
    let store: ModelMailStore
    let server: ScriptedServer
    let clock = TestClock()
    let account: AccountName
    /// How often something was released for sending.
    let releases = Mutex(0)
    /// How many messages were gone before they could be filed.
    let vanished = Mutex(0)
    let other: OtherAccount?
    private let turns = MailboxTurns()
    private let memory: Mutex<(journal: Journal, targets: TargetBook)>

    /// - Parameter other: another account, of the name `work`.
    init(
        _ traits: ServerTraits, mailboxes: [String] = ["INBOX", "Receipts", "Elsewhere"], other: OtherAccount? = nil
    ) throws {
        self.other = other
        folder = try ScratchFolder()
        store = ModelMailStore(mailboxes: mailboxes)
        server = ScriptedServer(traits, store: store)
        account = try #require(AccountName("home"))
        memory = Mutex((try folder.makeJournal(), TargetBook()))
        if let other { store.trust(other.store) }
    }

    var journal: Journal { memory.withLock { $0.journal } }

    /// The program ends without a word and is started again.
    func crash() throws {
        let path = folder.state
        journal.close()
        let journal = try Journal.open(folder: path, access: .readWrite)
        memory.withLock { $0 = (journal, TargetBook()) }
    }

    // MARK: Plans

    /// Decides actions for a message in INBOX, as the rules saw it now.
    @discardableResult
    func plan(
        _ token: Int, _ actions: [MailAction], trigger: PlanTrigger = .new, outbox: [Int: [OutboxDraft]] = [:]
    ) async throws -> PlanID {
        let record = try decision(token, actions, trigger: trigger, outbox: outbox)
        return try #require(try await journal.record([record], progress: []).first ?? nil)
    }

    /// The same for many messages, in one transaction.
    @discardableResult
    func plan(all tokens: [Int], _ actions: [MailAction]) async throws -> [PlanID] {
        let records = try tokens.map { try decision($0, actions, trigger: .new, outbox: [:]) }
        return try await journal.record(records, progress: []).compactMap { $0 }
    }

    private func decision(
        _ token: Int, _ actions: [MailAction], trigger: PlanTrigger, outbox: [Int: [OutboxDraft]]
    ) throws -> DecisionRecord {
        let inbox = try #require(store["INBOX"])
        let message = try #require(inbox.messages.first { $0.token == token })
        let planned = actions.map { PlannedAction(action: $0, rule: "Receipts") }
        let planner = StepPlanner(
            source: .inbox, abilities: ServerAbilities(capabilities: server.traits.capabilities), roles: [:],
            account: account, accounts: other.map { [$0.name] } ?? []
        )
        return DecisionRecord(
            key: MessageKey(account: account, mailbox: .inbox, uidValidity: inbox.uidValidity, uid: message.uid),
            identity: try identity(of: message), trigger: trigger, time: clock.now,
            headline: MessageHeadline(messageID: "", subject: "", from: ""), event: "new", generation: 1,
            state: .planned, actions: planned, rules: ["Receipts"],
            steps: try planner.steps(for: planned, outbox: outbox), flags: message.flags
        )
    }

    private func identity(of message: ModelMessage) throws -> MessageIdentity {
        var fetched = FetchedMessage(sequence: try #require(SequenceNumber(1)))
        fetched.internalDate = message.internalDate
        fetched.size = message.bytes.count
        let reader = IdentityReader(capabilities: server.traits.capabilities)
        if reader == .gmail { fetched.gmMessageID = UInt64(message.token) }
        return try #require(reader.identity(of: fetched, header: HeaderBlock(message.bytes)))
    }

    func state(_ plan: PlanID) async throws -> PlanState { try #require(try await journal.work(plan)).plan.state }

    func steps(_ plan: PlanID) async throws -> [StepRecord] { try #require(try await journal.work(plan)).steps }

    // MARK: Carrying out

    /// One connection: look at what was interrupted, then do what is due.
    func attend(in mailbox: MailboxName = .inbox) async throws {
        let link = try await server.connect()
        do {
            try await attend(link, in: mailbox)
            await link.close()
        } catch {
            await link.close()
            throw error
        }
    }

    func attend(_ link: ScriptedConnection, in mailbox: MailboxName = .inbox) async throws {
        let wire = try #require(link.server.layout.wireName(mailbox))
        let selected = try await link.connection.run(.select(wire, condstore: false)).checked().selected
        let (journal, targets) = memory.withLock { $0 }
        let clock = clock
        let executor = MailboxExecutor(
            setting: MailboxExecutor.Setting(
                account: account, mailbox: mailbox, layout: link.server.layout,
                identities: IdentityReader(capabilities: link.server.capabilities),
                hasUIDPlus: link.server.has("UIDPLUS"), condstore: server.traits.has("CONDSTORE"), journal: journal,
                targets: targets, lineLimit: 1_000, clock: { clock.now }, logger: silent,
                released: { self.releases.withLock { $0 += 1 } }, turns: turns, accounts: other,
                spool: try Spool(stateFolder: folder.state),
                vanished: { count in self.vanished.withLock { $0 += count } }
            ),
            connection: link.connection, uidValidity: try #require(selected?.uidValidity)
        )
        try await executor.carryOutDueSteps()
    }

    /// Attends; `false` when the connection was lost over it.
    func attendUnlessCut(in mailbox: MailboxName = .inbox) async throws -> Bool {
        do {
            try await attend(in: mailbox)
            return true
        } catch let error as SessionError where error.scope == .connection {
            return false
        }
    }

    /// Attends again and again, hours apart, until no step waits any more.
    func attendUntilQuiet(in mailbox: MailboxName = .inbox) async throws {
        for _ in 0..<12 {
            _ = try await attendUnlessCut(in: mailbox)
            let due = try await journal.nextStepDue(account: account, after: 0)
            let open = try await journal.openWork(account: account, mailbox: nil, now: .max, limit: 1)
            if due == nil, open.isEmpty { return }
            clock.pass(3_601)
        }
    }
}

extension MailAction {
    static func move(to name: String, create: Bool = true) -> MailAction {
        .move(FolderTarget(place: .name(name), create: create))
    }

    static func copy(to name: String) -> MailAction { .copy(FolderTarget(place: .name(name))) }
}
