import Accounts
import Doctor
import Logging
import MailModel
import MailTransport
import Synchronization
import TestKit

@testable import Daemon

/// An account's connector against a scripted port, with a clock that a test moves and a secret that it changes.
final class ConnectorBench: Sendable {
    let account: AccountConfiguration
    let connector: AccountConnector
    private let folder: TemporaryFolder
    private let dialer: Dialer
    private let now: Clock

    private final class Clock: Sendable {
        let seconds = Mutex<Int64>(1_000_000)
    }

    init(port: Int, smtp: Int? = nil, provider: String? = nil, user: String = "jane@example.org") throws {
        folder = try TemporaryFolder("pmcb")
        try folder.write("secret", "first\n")
        let server = { (key: String, port: Int) in
            "\(key) = { host = \"127.0.0.1\", port = \(port), security = \"none\" }\n"
        }
        try folder.write(
            "postmoon.toml",
            """
            [accounts.lab]
            \(provider.map { "provider = \"\($0)\"\n" } ?? "")user = "\(user)"
            password = { file = "secret" }
            \(server("imap", port))\(smtp.map { server("smtp", $0) } ?? "")
            """)
        let configuration = try Configuration.load(folder.file("postmoon.toml"), environment: ["HOME": folder.path])
        account = configuration.accounts[0]
        let now = Clock()
        self.now = now
        dialer = Dialer(threads: 1)
        let clock: @Sendable () -> Int64 = { now.seconds.withLock { $0 } }
        let credential = AccountCredential(account, http: dialer, clock: clock, logger: Self.silent)
        connector = AccountConnector(
            account: account, credential: credential, dialer: dialer, logger: Self.silent, clock: clock)
    }

    static let silent = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    var clock: @Sendable () -> Int64 { { [now] in now.seconds.withLock { $0 } } }

    func pass(_ seconds: Int64) { now.seconds.withLock { $0 += seconds } }

    func setSecret(_ secret: String) throws { try folder.write("secret", secret + "\n") }

    /// The code of a login that fails, and whether it was tried; `nil` when it succeeds.
    func fault() async -> (code: FaultCode, isTried: Bool)? {
        do {
            let session = try await connector.connect()
            session.connection.close()
            return nil
        } catch {
            return ((error as? any Fault)?.code ?? FaultCode(rawValue: "?"), !(error is WaitingLogin))
        }
    }

    func end() async { await dialer.shutDown() }
}
