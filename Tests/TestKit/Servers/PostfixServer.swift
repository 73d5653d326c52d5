import Foundation
import Synchronization

/// A private Postfix on 127.0.0.1 that takes submissions with STARTTLS and AUTH and hands every message, whoever it
/// is for, to a private Dovecot by LMTP: what was sent to `oncall@example.com` is read as that user's INBOX there.
///
/// User names and password are the Dovecot's. It has its own configuration, queue and data folders, touches no Postfix
/// of the system, and no message leaves the machine. Postfix runs only for root.
public final class PostfixServer: Sendable {
    public struct Options: Sendable {
        public var certificate = TestCertificates.Kind.good
        /// Whether the submission port offers STARTTLS. Without it, AUTH goes in the clear.
        public var offersSTARTTLS = true
        /// Replies to MAIL FROM by address: `["a@example.org": "550 5.7.0 From address is not one of your addresses"]`.
        public var refusedSenders: [String: String] = [:]
        /// Replies to RCPT TO by address or domain.
        public var refusedRecipients: [String: String] = [:]
        /// The largest message in bytes.
        public var messageSizeLimit = 20_000_000
        /// Further lines of `main.cf`.
        public var extra = ""

        public init() {}
    }

    public let options: Options
    public let dovecot: DovecotServer
    public var certificates: TestCertificates { dovecot.certificates }
    /// With STARTTLS.
    public let submissionPort: Int
    /// TLS from the first byte.
    public let submissionsPort: Int

    private let folder: TemporaryFolder
    private let master: String
    private let process: Mutex<ServerProcess?> = Mutex(nil)

    /// Starts one and returns when it greets.
    public static func start(_ options: Options = Options(), dovecot: DovecotServer) async throws -> PostfixServer {
        try await blocking {
            let server = try PostfixServer(options, dovecot: dovecot)
            try server.launch()
            return server
        }
    }

    private init(_ options: Options, dovecot: DovecotServer) throws {
        self.options = options
        self.dovecot = dovecot
        let postconf = try Programs.find("postconf", package: "postfix")
        guard geteuid() == 0 else { throw ServerUnavailable("Postfix runs only for root") }
        guard let user = getpwnam("postfix") else {
            throw ServerUnavailable("there is no user postfix: apt-get install postfix")
        }
        let (owner, group) = (user.pointee.pw_uid, user.pointee.pw_gid)
        let daemons = try Programs.run(postconf, ["-dh", "daemon_directory"])
            .trimmingCharacters(in: .whitespacesAndNewlines)
        master = "\(daemons)/master"
        let ports = try FreePorts.take(2)
        (submissionPort, submissionsPort) = (ports[0], ports[1])
        folder = try TemporaryFolder("pmpf", mode: 0o755)

        try folder.makeFolder("config", mode: 0o755)
        try folder.makeFolder("data", mode: 0o700, owner: owner, group: group)
        try folder.makeFolder("queue", mode: 0o755)
        try folder.makeFolder("queue/pid", mode: 0o755)
        for queue in [
            "active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved",
        ]
            + ["trace"]
        {
            try folder.makeFolder("queue/\(queue)", mode: 0o700, owner: owner, group: group)
        }
        let dropGroup = getgrnam("postdrop")?.pointee.gr_gid
        try folder.makeFolder("queue/maildrop", mode: 0o1730, owner: owner, group: dropGroup)
        try folder.makeFolder("queue/public", mode: 0o2710, owner: owner, group: dropGroup)
        try folder.write("config/senders", Self.table(options.refusedSenders), mode: 0o644)
        try folder.write("config/recipients", Self.table(options.refusedRecipients), mode: 0o644)
        try folder.write("config/main.cf", mainConfiguration(daemons: daemons), mode: 0o644)
        try folder.write("config/master.cf", masterConfiguration, mode: 0o644)
        // Postfix waits until a file is some seconds old, lest somebody is still writing it.
        for name in ["senders", "recipients", "main.cf", "master.cf"] { folder.makeOld("config/\(name)") }
    }

    private static func table(_ replies: [String: String]) -> String {
        replies.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)\n" }.joined()
    }

    // MARK: Life

    /// Its master process; `nil` when it does not run.
    public var processIdentifier: Int32? { process.withLock { $0?.processIdentifier } }

    /// Ends it. What it has not handed over yet stays in its queue, for `restart`.
    public func stop() async {
        _ = try? await blocking { self.process.withLock { $0.take() }?.stop() }
    }

    /// Starts it again on the same ports; ends it first when it runs.
    public func restart() async throws {
        await stop()
        try await blocking { try self.launch() }
    }

    private func launch() throws {
        let server = try ServerProcess(
            [master, "-c", folder.file("config"), "-s"], environment: ["MAIL_CONFIG": folder.file("config")],
            folder: folder, log: folder.file("output"))
        process.withLock { $0 = server }
        guard Readiness.wait(port: submissionPort, greeting: "220", server: server) else {
            server.stop()
            throw ServerUnavailable("Postfix did not start: \(log)")
        }
    }

    /// What it has logged.
    public var log: String {
        ["output", "maillog"].compactMap { try? String(contentsOfFile: folder.file($0), encoding: .utf8) }.joined()
    }

    var path: String { folder.path }
}
