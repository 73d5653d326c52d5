import ActionJournal
import Foundation
import Logging
import MailModel
import MailTransport
import Synchronization
import TestKit

@testable import Accounts
@testable import ActionJournal
@testable import Daemon

/// One account's server and its mailboxes.
struct AccountSite: Sendable {
    let store: ModelMailStore
    let server: ScriptedServer
}

/// The servers of a scenario, the program that runs among them, and the fate of both.
final class World: Sendable {
    static let start: Int64 = 1_795_000_000

    let scenario: Scenario
    let sites: [String: AccountSite]
    let submission = ScriptedSubmissionServer()
    let hook = ScriptedHook()
    let clock = WallClock(World.start)
    let fate: Fate
    let folder: ScratchFolder
    private let network: InMemoryNetwork
    private let configuration: Configuration
    private let memory = Mutex(Memory())
    private let spool: SpoolKeeper

    private struct Memory {
        var engine: Engine?
        var watch: CommitWatch?
        var letters: [[UInt8]: Sent] = [:]
        var tokens: [String: Int] = [:]
        var sweepNumber: Int64 = 0
    }

    /// A letter as it was delivered.
    struct Sent: Sendable {
        var name: String
        var internalDate: Int64
    }

    /// - Parameters:
    ///   - configuration: its state folder is replaced.
    ///   - template: a state folder to begin with; `nil`: none.
    init(
        _ scenario: Scenario, _ configuration: Configuration, template: String?, breakage: Breakage?,
        byteCutter: ByteCutter? = nil
    ) throws {
        self.scenario = scenario
        folder = try ScratchFolder()
        var configuration = configuration
        configuration.stateFolder = folder.path + "/state"
        configuration.placePrograms(in: folder.path)
        self.configuration = configuration
        if let template { try FileManager.default.copyItem(atPath: template, toPath: configuration.stateFolder) }
        spool = SpoolKeeper(stateFolder: configuration.stateFolder)
        sites = scenario.accounts.mapValues { traits in
            let store = ModelMailStore(mailboxes: scenario.mailboxes)
            return AccountSite(store: store, server: ScriptedServer(traits, store: store))
        }
        if let home = sites["home"], let work = sites["work"] {
            home.store.trust(work.store)
            work.store.trust(home.store)
        }
        var servers: [String: any InMemoryServer] = [Host.submission: submission, Host.hook: hook]
        for (name, site) in sites { servers[Host.imap(name)] = site.server }
        let clock = clock
        let spool = spool
        let cutter = Cutter()
        fate = Fate(
            breakage, cutter: byteCutter,
            died: {
                spool.keep()
                cutter.cutAll()
            }, passed: { clock.pass($0) })
        network = InMemoryNetwork { [servers, fate] host, _ in
            guard !fate.isDead, let server = servers[host] else { return nil }
            fate.connecting(to: host)
            return { channel in try server.attach(to: channel, host: host, fate: fate) }
        }
        cutter.note(network)
        try scenario.preparation(self)
    }

    /// The network knows fate, and fate has to end its connections.
    private final class Cutter: Sendable {
        private let network = Mutex<InMemoryNetwork?>(nil)

        func note(_ network: InMemoryNetwork) { self.network.withLock { $0 = network } }
        func cutAll() { network.withLock { $0 }?.cutAll() }
    }

    enum Host {
        static let submission = "127.0.0.5"
        static let hook = "127.0.0.9"

        static func imap(_ account: String) -> String { account == "home" ? "127.0.0.1" : "127.0.0.2" }
    }

    var home: ModelMailStore { sites["home"]!.store }
    var work: ModelMailStore { sites["work"]!.store }

    // MARK: Letters

    func deliver(_ letter: Letter, to mailbox: String, of account: String, flags: Set<String>) {
        let now = clock.now
        let token = sites[account]?.store.deliver(
            letter.bytes, to: mailbox, flags: Set(flags.compactMap(Flag.init(wire:))), internalDate: now)
        memory.withLock {
            $0.letters[letter.bytes] = Sent(name: letter.name, internalDate: now)
            $0.tokens[letter.name] = token
        }
    }

    func letter(of bytes: [UInt8]) -> Sent? { memory.withLock { $0.letters[bytes] } }

    var letterNames: [String] { memory.withLock { $0.letters.values.map(\.name).sorted() } }

    /// The message's token in the account that it was delivered to.
    func token(_ name: String) -> Int { memory.withLock { $0.tokens[name] ?? -1 } }

    /// The sweep that was planned last.
    var sweepNumber: Int64 {
        get { memory.withLock { $0.sweepNumber } }
        set { memory.withLock { $0.sweepNumber = newValue } }
    }

    // MARK: The program

    /// The program as it runs; started when it does not.
    func engine() async throws -> Engine {
        if let running = memory.withLock({ $0.engine }) { return running }
        let clock = clock
        let watch = CommitWatch(fate)
        let engine = try await Engine.assemble(
            configuration, proposing: false, acting: true, dialer: Dialer(over: network), clock: { clock.now },
            logger: Self.silent,
            opening: { folder in
                // Every connection reads the schema and compiles its statements anew: most of what a trial costs.
                let journal = try Journal.open(folder: folder, access: .readWrite, readers: 1)
                journal.pool.add(transactionObserver: watch)
                return journal
            })
        memory.withLock {
            $0.engine = engine
            $0.watch = watch
        }
        return engine
    }

    private static let silent = Logger(label: "fault") { _ in SwiftLogNoOpLogHandler() }

    /// One turn of the program.
    ///
    /// - Returns: the faults met.
    func turn() async -> [String] {
        do {
            return await PostmoonDaemon(engine: try await engine()).runOnce()
        } catch {
            return ["\(error)"]
        }
    }

    /// The program ends; what it would have done to the spool since its death did not happen.
    func stop() async {
        let engine = memory.withLock { memory in
            defer {
                memory.engine = nil
                memory.watch = nil
            }
            return memory.engine
        }
        await engine?.close()
        await network.end()
        spool.restore()
        fate.revive()
    }

    func journal() async throws -> Journal { try await engine().surroundings.journal }
}

extension Configuration {
    /// `@WORLD@` in the commands of programs and channels becomes this folder.
    fileprivate mutating func placePrograms(in folder: String) {
        func placed(_ command: [String]) -> [String] { command.map { $0.replacing("@WORLD@", with: folder) } }
        for index in programs.indices { programs[index].command = placed(programs[index].command) }
        for index in channels.indices {
            if case .command(let command) = channels[index].kind { channels[index].kind = .command(placed(command)) }
        }
    }
}
