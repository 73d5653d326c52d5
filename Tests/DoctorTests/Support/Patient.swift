import Accounts
import Doctor
import MailModel
import TestKit

@testable import Daemon

/// An account that the doctor is to look at, with a configuration and a secret of its own.
struct Patient {
    var provider: String?
    var user = "jane@example.org"
    var password = "secret"
    var address: String?
    var host = "127.0.0.1"
    var imap = Server(port: 1)
    var smtp: Server?
    /// Further lines of the account's table.
    var extra = ""
    /// Seconds that no step goes past; servers that answer do so at once.
    var step = 20.0
    var patience = 5.0
    /// A port where nobody is.
    var webPort = 9
    var write = false
    var send = false
    var now: Int64?

    struct Server {
        var port: Int
        var security = "none"
        var authority: String?
        var signsIn = true

        func line(_ key: String, _ host: String) -> String {
            let trust = authority.map { ", ca = \"\($0)\"" } ?? ""
            let login = signsIn ? "" : ", login = false"
            return "\(key) = { host = \"\(host)\", port = \(port), security = \"\(security)\"\(trust)\(login) }\n"
        }
    }

    func configuration(in folder: TemporaryFolder) throws -> Configuration {
        try folder.write("secret", password + "\n")
        try folder.write(
            "postmoon.toml",
            """
            state = "state"
            [accounts.lab]
            \(provider.map { "provider = \"\($0)\"\n" } ?? "")user = "\(user)"
            \(address.map { "address = \"\($0)\"\n" } ?? "")password = { file = "secret" }
            \(imap.line("imap", host))\(smtp?.line("smtp", host) ?? "")\(extra)

            """)
        return try Configuration.load(folder.file("postmoon.toml"), environment: ["HOME": folder.path])
    }

    /// What the doctor finds.
    func checks() async throws -> [CheckResult] {
        let folder = try TemporaryFolder("pmdr")
        return await checks(try configuration(in: folder))
    }

    func checks(_ configuration: Configuration) async -> [CheckResult] {
        let now = now ?? 1_795_000_000
        let scope = DoctorScope(
            write: write, send: send, step: step, patience: patience, webPort: webPort,
            clock: { now })
        return await AccountDiagnosis(configuration, scope: scope).run(configuration.accounts[0])
    }

    /// The faults among them.
    func findings() async throws -> [CheckResult] { try await checks().filter { !$0.ok } }
}
