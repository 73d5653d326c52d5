import Accounts
import ActionJournal
import Foundation
import MailModel

/// What `status` shows (DESIGN §5): accounts, rules, outbox, plans.
public struct StatusReport: Codable, Sendable {
    public struct Folder: Codable, Sendable {
        public var folder: String
        public var state: String
        public var error: String?
        /// What its person should know though all is well.
        public var remark: String?
    }

    public struct Account: Codable, Sendable {
        public var account: String
        public var state: String
        public var folders: [Folder]
        @Nullable public var lastEvent: String?
        @Nullable public var lastError: String?
        @Nullable public var code: String?
        public var since: String

        private enum CodingKeys: String, CodingKey {
            case account, state, folders
            case lastEvent = "last_event"
            case lastError = "last_error"
            case code, since
        }
    }

    public struct Rules: Codable, Sendable {
        public var generation: Int64
        public var since: String?
        public var count: Int
        public var error: String?
        /// Since when the folder does not load.
        public var errorSince: String?
        /// Rules that failed too often.
        public var setAside: [SetAside] = []

        private enum CodingKeys: String, CodingKey {
            case generation, since, count, error
            case errorSince = "error_since"
            case setAside = "set_aside"
        }
    }

    public struct SetAside: Codable, Sendable {
        public var rule: String
        public var since: String
        public var error: String
    }

    public var running: Bool
    public var accounts: [Account]
    public var rules: Rules
    public var outbox: [String: Int]
    public var plans: [String: Int]
    public var spool: Int
    /// Delayed actions that are still to come.
    public var timers: Int
    public var pauses: [PauseReport]

    public var isHealthy: Bool {
        running && rules.error == nil && rules.setAside.isEmpty
            && accounts.allSatisfy { ["watching", "paused"].contains($0.state) }
    }

    public func json() throws -> String {
        try JSONLine.encode(self)
    }

    static func make(engine: Engine) async throws -> StatusReport {
        let board = engine.surroundings.board
        let now = engine.surroundings.clock()
        let known = await board.accounts
        let rules = await board.rules
        let counts = try await engine.surroundings.journal.counts()
        return StatusReport(
            running: true,
            accounts: engine.hubs.compactMap { hub in
                guard let account = known[hub.name] else { return nil }
                return Account(
                    account: hub.name.rawValue, state: account.state,
                    folders: account.folders.sorted { $0.key < $1.key }.map { mailbox, folder in
                        Folder(
                            folder: folder.folder, state: folder.state, error: folder.error,
                            remark: hub.rivals.remark(on: mailbox, at: now))
                    },
                    lastEvent: account.lastEvent.map(Timestamp.text), lastError: account.lastError,
                    code: account.state == "failing" ? account.lastErrorCode : nil, since: Timestamp.text(account.since)
                )
            },
            rules: Rules(
                generation: rules.generation, since: Timestamp.text(rules.since), count: rules.count,
                error: rules.error,
                errorSince: rules.errorSince.map(Timestamp.text),
                setAside: engine.surroundings.health.setAside.map {
                    SetAside(rule: $0.rule, since: Timestamp.text($0.since), error: $0.error)
                }
            ),
            outbox: counts.outbox.reduce(into: [:]) { $0[$1.key.rawValue] = $1.value },
            plans: counts.plans.reduce(into: [:]) { $0[$1.key.rawValue] = $1.value },
            spool: (try? engine.surroundings.spool.count()) ?? 0, timers: counts.timers,
            pauses: engine.surroundings.pauses.pauses.map(PauseReport.init)
        )
    }

    /// What the journal knows when no daemon runs.
    public static func offline(_ configuration: Configuration) async throws -> StatusReport {
        let journal = try Journal.open(folder: configuration.stateFolder, access: .readOnly)
        defer { journal.close() }
        let counts = try await journal.counts()
        var accounts: [Account] = []
        for account in configuration.accounts {
            let progress = try await journal.allProgress(account: account.name)
            accounts.append(
                Account(
                    account: account.name.rawValue, state: "stopped",
                    folders: progress.map { Folder(folder: $0.mailbox.rawValue, state: "stopped", error: nil) },
                    lastEvent: nil, lastError: nil, code: nil,
                    since: Timestamp.text(progress.map(\.lastCompleteCheck).max() ?? 0)
                )
            )
        }
        let rules = try await journal.lastGeneration()?.generation
        return StatusReport(
            running: false, accounts: accounts,
            rules: Rules(generation: rules?.number ?? 0, since: rules.map { Timestamp.text($0.since) }, count: 0),
            outbox: counts.outbox.reduce(into: [:]) { $0[$1.key.rawValue] = $1.value },
            plans: counts.plans.reduce(into: [:]) { $0[$1.key.rawValue] = $1.value },
            spool: (try? Spool.count(stateFolder: configuration.stateFolder)) ?? 0,
            timers: counts.timers,
            pauses: try await journal.pauses(now: Int64(Date().timeIntervalSince1970)).map(PauseReport.init)
        )
    }
}

/// Times as JSON has them: RFC 3339 in UTC.
public enum Timestamp {
    public static func text(_ seconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
    }
}
