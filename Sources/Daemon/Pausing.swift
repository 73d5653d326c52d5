import Accounts
import ActionJournal
import Logging
import MailModel
import RuleRuntime

/// Pauses and resumes: durable first, in force at once.
struct Pausing: Sendable {
    /// What is to last longer, in seconds, lasts until it is resumed.
    private static let longest: Int64 = 100 * 365 * 86_400

    let journal: Journal
    let book: PauseBook
    let accounts: [AccountName]
    /// The names of the rules in force; `nil` when they do not load.
    let rules: Set<String>?
    /// Seconds since 1970.
    let clock: @Sendable () -> Int64

    func pause(_ query: PauseQuery, tell: Sweeper.Tell) async throws -> Int32 {
        let target = query.name.map { PauseTarget($0, accounts: accounts, rules: rules) } ?? .scope(.everything)
        switch target {
        case .unclear(let why):
            try await tell(ControlAnswer(message: why))
            return 2
        case .scope(let scope):
            let now = clock()
            let until = query.seconds.flatMap { $0 > Self.longest ? nil : now + $0 }
            let pause = Pause(scope: scope, until: until, since: now)
            try await journal.apply([.paused(scope, until: until, at: now)])
            book.note(pause)
            try await tell(ControlAnswer(result: try PauseReport(pause).json()))
            return 0
        }
    }

    func resume(_ query: PauseQuery, tell: Sweeper.Tell) async throws -> Int32 {
        let pauses = book.pauses
        let ended: [Pause]
        if let name = query.name {
            switch PauseTarget(name, among: pauses) {
            case .unclear(let why):
                try await tell(ControlAnswer(message: why))
                return 1
            case .scope(let scope): ended = pauses.filter { $0.scope == scope }
            }
        } else {
            ended = pauses
            if ended.isEmpty { try await tell(ControlAnswer(message: "nothing is paused")) }
        }
        try await journal.apply(ended.map { .resumed($0.scope) })
        for pause in ended {
            book.forget(pause.scope)
            try await tell(ControlAnswer(result: try PauseReport(pause).json()))
        }
        if query.name != nil, pauses.contains(where: { $0.scope == .everything }) {
            try await tell(ControlAnswer(message: "everything is still paused: `resume` without a name ends that"))
        }
        return 0
    }
}

extension Pausing {
    /// By the daemon.
    init(_ engine: Engine) async {
        let surroundings = engine.surroundings
        let rules = await surroundings.rules.current?.runtimes.first?.rules.map(\.name)
        self.init(
            journal: surroundings.journal, book: surroundings.pauses, accounts: engine.hubs.map(\.name),
            rules: rules.map(Set.init), clock: surroundings.clock)
    }
}

/// Pauses and resumes while no daemon runs. Needs no rules that load: they may be why somebody pauses.
public struct PauseSession: Sendable {
    private let pausing: Pausing
    private let lock: StateLock

    public static func open(_ configuration: Configuration, now: Int64) async throws -> PauseSession {
        let lock = try StateLock(folder: configuration.stateFolder)
        let journal = try Journal.open(folder: configuration.stateFolder, access: .readWrite)
        let verdict = try? await FileVerdict(configuration)
        let book = PauseBook(try await journal.pauses(now: now)) { now }
        return PauseSession(
            pausing: Pausing(
                journal: journal, book: book, accounts: configuration.accounts.map(\.name),
                rules: (verdict?.runtime.rules.map(\.name)).map(Set.init), clock: { now }),
            lock: lock)
    }

    public func pause(_ query: PauseQuery, _ show: @escaping SweepSession.Show) async throws -> Int32 {
        try await pausing.pause(query) { show($0) }
    }

    public func resume(_ query: PauseQuery, _ show: @escaping SweepSession.Show) async throws -> Int32 {
        try await pausing.resume(query) { show($0) }
    }

    public func close() {
        pausing.journal.close()
        lock.release()
    }
}
