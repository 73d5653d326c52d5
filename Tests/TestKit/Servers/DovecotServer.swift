import Foundation
import Synchronization

/// A private Dovecot on 127.0.0.1: IMAP (with STARTTLS), IMAPS and LMTP, its own folder, its own authority.
///
/// Every user name exists and has the same password; a mailbox begins empty. It ends with `stop()`, when the value
/// goes, and when the program ends, however that happens. It touches no Dovecot of the system.
public final class DovecotServer: Sendable {
    public struct Options: Sendable {
        public var capabilities = CapabilityProfile.full
        public var certificate = TestCertificates.Kind.good
        public var password = "secret"
        /// Whether it tells idling clients of changes at once, not after its usual half second. Needs a C compiler.
        public var prompt = false
        /// Whether mailboxes begin with Archive, Drafts, Junk, Sent and Trash, marked by SPECIAL-USE.
        public var specialUse = true
        /// Between the levels of names.
        public var separator: Character = "/"
        /// Before every name but INBOX, such as `INBOX.`.
        public var prefix = ""
        /// Further lines of `dovecot.conf`.
        public var extra = ""

        public init() {}
    }

    public let options: Options
    public let certificates: TestCertificates
    /// In the clear, with STARTTLS.
    public let imapPort: Int
    public let imapsPort: Int
    public let lmtpPort: Int

    /// Where Postfix asks whether a password is right.
    var authenticationSocket: String { folder.file("r/postfix") }

    private let folder: TemporaryFolder
    private let executable: String
    private let environment: [String: String]
    private let process: Mutex<ServerProcess?> = Mutex(nil)
    let owner: DovecotOwner

    /// Starts one and returns when it greets on all its ports.
    ///
    /// - Parameter certificates: `nil`: those that the whole program shares.
    public static func start(
        _ options: Options = Options(), certificates: TestCertificates? = nil
    ) async throws -> DovecotServer {
        try await blocking {
            let server = try DovecotServer(options, certificates: certificates ?? TestCertificates.shared())
            try server.launch()
            return server
        }
    }

    private init(_ options: Options, certificates: TestCertificates) throws {
        self.options = options
        self.certificates = certificates
        executable = try Programs.find("dovecot", package: "dovecot-imapd dovecot-lmtpd")
        folder = try TemporaryFolder("pmdc", mode: 0o755)
        owner = try DovecotOwner()
        let ports = try FreePorts.take(3)
        (imapPort, imapsPort, lmtpPort) = (ports[0], ports[1], ports[2])
        for part in ["r", "s"] { try folder.makeFolder(part, mode: 0o755) }
        try folder.makeFolder("m", mode: 0o755, owner: owner.mailUser, group: owner.mailGroup)
        environment = options.prompt ? ["LD_PRELOAD": try PromptNotification.build(in: folder)] : [:]
        // Mail processes run under another user.
        if options.prompt { chmod(folder.file("prompt.so"), 0o755) }
        try folder.write("dovecot.conf", configuration, mode: 0o644)
    }

    // MARK: Life

    /// Its master process; `nil` when it does not run.
    public var processIdentifier: Int32? { process.withLock { $0?.processIdentifier } }

    /// Ends it. Mail and ports stay, for `restart`.
    public func stop() async {
        _ = try? await blocking { self.process.withLock { $0.take() }?.stop() }
    }

    /// Starts it again with the same mail on the same ports; ends it first when it runs.
    public func restart() async throws {
        await stop()
        try await blocking { try self.launch() }
    }

    private func launch() throws {
        let server = try ServerProcess(
            [executable, "-F", "-c", folder.file("dovecot.conf")], environment: environment, folder: folder,
            log: folder.file("output"))
        process.withLock { $0 = server }
        for (port, greeting) in [(imapPort, "* OK"), (lmtpPort, "220")] {
            guard Readiness.wait(port: port, greeting: greeting, server: server) else {
                server.stop()
                throw ServerUnavailable("Dovecot did not start: \(log)")
            }
        }
    }

    /// What it has logged.
    public var log: String {
        ["output", "dovecot.log"].compactMap { try? String(contentsOfFile: folder.file($0), encoding: .utf8) }.joined()
    }

    /// Runs `doveadm` on it and gives what it prints, for example `doveadm("kick", "jane")`.
    @discardableResult
    public func doveadm(_ arguments: String...) async throws -> String { try await doveadm(arguments) }

    @discardableResult
    public func doveadm(_ arguments: [String]) async throws -> String {
        let doveadm = try Programs.find("doveadm", package: "dovecot-core")
        return try await blocking { [folder] in
            try Programs.run(doveadm, ["-c", folder.file("dovecot.conf")] + arguments)
        }
    }

    // MARK: Mail

    /// The messages of a folder, those not yet seen by a client first; empty when there is no such folder.
    public func messages(of user: String, in mailbox: String = "INBOX") -> [StoredMessage] {
        StoredMessage.read(maildir: maildir(of: user, mailbox))
    }

    /// The names of all folders that exist on disk, with `/` between levels; INBOX first.
    public func mailboxes(of user: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: maildir(of: user, "INBOX"))) ?? []
        let folders = names.filter { $0.hasPrefix(".") && $0 != "." && $0 != ".." }
        return ["INBOX"] + folders.map { $0.dropFirst().replacingOccurrences(of: ".", with: "/") }.sorted()
    }

    /// Waits until a folder holds so many messages (or more), and gives them; after the time limit what is there.
    public func messages(
        of user: String, in mailbox: String = "INBOX", atLeast count: Int, within limit: Duration = .seconds(10)
    ) async throws -> [StoredMessage] {
        try await blocking {
            awaited(within: limit) {
                let messages = self.messages(of: user, in: mailbox)
                return messages.count >= count ? messages : nil
            } ?? self.messages(of: user, in: mailbox)
        }
    }

    /// A connection for deliveries.
    public func lmtp() async throws -> LMTPClient {
        try await blocking { [lmtpPort] in try LMTPClient(port: lmtpPort) }
    }

    func maildir(of user: String, _ mailbox: String) -> String {
        let inbox = folder.file("m/\(user)/Maildir")
        guard mailbox.uppercased() != "INBOX" else { return inbox }
        return "\(inbox)/.\(mailbox.replacingOccurrences(of: "/", with: "."))"
    }

    var path: String { folder.path }
}
