import Accounts
import ActionJournal
import Foundation
import Logging
import MailModel
import MailTransport
import Synchronization
import TestKit
import Testing

@testable import Daemon

/// A clock on the wall that only the test sets.
final class WallClock: Sendable {
    private let seconds = Atomic<Int64>(1_000_000)

    var now: Int64 { seconds.load(ordering: .relaxed) }
    func jump(_ count: Int64) { seconds.add(count, ordering: .relaxed) }
}

/// The whole program in this process, on servers in memory: everything between a configuration and the bytes.
final class Program: Sendable {
    /// An account of the configuration and its server.
    struct Account {
        var name = "lab"
        var server: HostileServer
        /// Further lines of its table.
        var extra = ""
        var security = "none"
        var submission: SubmissionScript?
        var submissionSecurity = "none"
    }

    let book = LogBook()
    let clock = WallClock()
    let engine: Engine
    private let folder: TemporaryFolder

    /// Files everything in a folder of the account.
    static let filing = #"rule "all" { run = { move "Filed" } }"#

    private init(_ accounts: [Account], rules: String) async throws {
        folder = try TemporaryFolder("pmhs")
        try FileManager.default.createDirectory(
            atPath: folder.file("rules"), withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try folder.write("rules/rules.lua", rules)
        var text = "rules = \"rules\"\nstate = \"state\"\n"
        var servers: [Int: HostileServer] = [:]
        var submission: [Int: SubmissionScript] = [:]
        for (index, account) in accounts.enumerated() {
            let port = 1_001 + index
            servers[port] = account.server
            submission[port + 1_000] = account.submission
            let smtp = account.submission.map { _ in
                "smtp = { host = \"127.0.0.1\", port = \(port + 1_000), security = \"\(account.submissionSecurity)\" }"
            }
            try folder.write("\(account.name).secret", "canary-\(account.name)\n")
            text += """
                [accounts.\(account.name)]
                user = "jane"
                address = "jane@example.org"
                password = { file = "\(account.name).secret" }
                imap = { host = "127.0.0.1", port = \(port), security = "\(account.security)" }
                \(smtp ?? "")
                \(account.extra)

                """
        }
        let path = try folder.write("postmoon.toml", text)
        let clock = clock
        engine = try await Engine.assemble(
            try Configuration.load(path, environment: ["HOME": folder.path]), proposing: false, acting: true,
            dialer: Dialer(over: Self.network(servers, submission)), clock: { clock.now },
            logger: book.logger())
    }

    /// Each server at its port.
    private static func network(
        _ servers: [Int: HostileServer], _ submission: [Int: SubmissionScript]
    ) -> InMemoryNetwork {
        InMemoryNetwork { _, port in
            if let server = servers[port] { return { channel in try server.attach(to: channel) } }
            if let script = submission[port] { return { channel in try script.attach(to: channel) } }
            return nil
        }
    }

    /// Runs it as long as the test needs it.
    ///
    /// - Parameter ends: asked to stop it ends by itself; what waits for a server that is silent needs more than that.
    static func run(
        _ accounts: [Account], rules: String = filing, byItself ends: Bool = false,
        _ body: (Program) async throws -> Void
    ) async throws {
        let program = try await Program(accounts, rules: rules)
        let hubs = program.engine.hubs
        let services = Task {
            await withTaskGroup(of: Void.self) { group in
                for hub in hubs { group.addTask { await AccountService(hub: hub).run() } }
            }
        }
        var fault: (any Error)?
        do { try await body(program) } catch { fault = error }
        for hub in hubs { hub.stop() }
        if !ends { services.cancel() }
        await services.value
        await program.engine.close()
        if let fault {
            Issue.record("\(fault)\n\(program.book.text)")
            throw fault
        }
        #expect(!program.book.text.contains("canary-"))
    }

    /// One account on this server.
    static func run(
        on server: HostileServer, rules: String = filing, extra: String = "",
        _ body: (Program) async throws -> Void
    ) async throws {
        try await run([Account(server: server, extra: extra)], rules: rules, body)
    }

    struct Overdue: Error { var what: String }

    /// Asks again and again until it is so.
    func await(
        _ what: String, within limit: Duration = .seconds(20), _ isSo: () async throws -> Bool
    ) async throws {
        let end = ContinuousClock.now + limit
        while try await !isSo() {
            guard ContinuousClock.now < end else { throw Overdue(what: what) }
            // What is awaited happens on many threads, none of which knows of the test.
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    /// Waits until the server is idled on, with nothing left to do.
    func awaitIdle(_ server: HostileServer, connection number: Int = 1) async throws {
        try await self.await("idle on connection \(number)") { server.connections >= number && server.isIdledOn }
    }

    /// Lets everybody who waits before the next attempt go on.
    func hurry() { for hub in engine.hubs { hub.wakeAll() } }

    /// Waits until this holds, hurrying everybody who waits.
    func awaitHurrying(_ what: String, _ isSo: () async throws -> Bool) async throws {
        try await self.await(what) {
            hurry()
            return try await isSo()
        }
    }

    /// The state of each plan.
    func plans() async throws -> [PlanView] { try await engine.surroundings.journal.plans(PlanQuery()) }

    /// The code of an account's last fault, as `status` shows it.
    func faultCode(of name: String = "lab") async -> String? {
        await engine.surroundings.board.accounts.first { $0.key.rawValue == name }?.value.lastErrorCode
    }
}
