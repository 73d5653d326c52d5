import Foundation

@testable import TestKit

/// Private servers, and a configuration folder of a Postmoon that watches one mailbox there.
///
/// Forwards arrive at a Dovecot of their own, so that trouble with the watched one is no trouble of theirs.
struct CrashSite: Sendable {
    static let user = "jane"

    /// Where LMTP delivers a letter.
    static func recipient(of letter: Letter) -> String {
        letter.source == "INBOX" ? user : "\(user)+\(letter.source)"
    }

    let mail: DovecotServer
    let relay: DovecotServer
    let submission: PostfixServer
    /// Configuration, rules, state and logs.
    let folder: TemporaryFolder
    /// Between Postmoon and its servers, when connections are to be cut.
    let proxies: Proxies?

    struct Proxies: Sendable {
        let imap: CuttingProxy
        let smtp: CuttingProxy
    }

    var configuration: String { folder.file("postmoon.toml") }
    /// A line for each notification, which is the letter's token.
    var rings: String { folder.file("rings") }
    var state: String { folder.file("state") }

    /// - Parameter cuts: of the connections to the mailbox and to the submission server; these then go in the clear,
    ///   lest a cut meets only handshakes.
    static func make(
        _ capabilities: CapabilityProfile, cuts: CutOrders? = nil
    ) async throws -> CrashSite {
        var options = DovecotServer.Options()
        options.capabilities = capabilities
        options.prompt = true
        options.extra = """
            recipient_delimiter = +
            lmtp_save_to_detail_mailbox = yes
            """
        let mail = try await DovecotServer.start(options)
        let relay = try await DovecotServer.start()
        var postfix = PostfixServer.Options()
        postfix.offersSTARTTLS = cuts == nil
        let submission = try await PostfixServer.start(postfix, dovecot: relay)
        let proxies = try cuts.map { cuts in
            Proxies(
                imap: try CuttingProxy(to: mail.imapPort, cuts.imap),
                smtp: try CuttingProxy(to: submission.submissionPort, cuts.smtp))
        }
        let site = CrashSite(
            mail: mail, relay: relay, submission: submission, folder: try TemporaryFolder("pmcr"), proxies: proxies)
        try await mail.doveadm("mailbox", "create", "-u", user, Letter.work)
        try site.configure()
        return site
    }

    private func configure() throws {
        try folder.makeFolder("rules", mode: 0o700)
        try folder.write("rules/campaign.lua", Letter.rules)
        try folder.write("secret", mail.options.password + "\n")
        let bell = try folder.write("bell", "printf '%s\\n' \"$POSTMOON_TITLE\" >>\"$1\"\n")
        let authority = mail.certificates.authorityFile
        let imap =
            proxies.map { "port = \($0.imap.port), security = \"none\"" }
            ?? "port = \(mail.imapsPort), security = \"tls\", ca = \"\(authority)\""
        let smtp =
            proxies.map { "port = \($0.smtp.port), security = \"none\"" }
            ?? "port = \(submission.submissionPort), security = \"starttls\", ca = \"\(authority)\""
        try folder.write(
            "postmoon.toml",
            """
            rules = "rules"
            state = "state"

            [accounts.jane]
            user     = "\(Self.user)"
            address  = "jane@example.org"
            password = { file = "secret" }
            watch    = ["INBOX", "\(Letter.work)"]
            imap     = { host = "127.0.0.1", \(imap) }
            smtp     = { host = "127.0.0.1", \(smtp) }

            [notify.bell]
            type    = "command"
            command = ["/bin/sh", "\(bell)", "\(rings)"]

            """)
    }

    /// Ends the watched server and starts it again.
    ///
    /// - Parameter abruptly: as a loss of power does; otherwise it gets some time to finish.
    func restartMail(abruptly: Bool) async throws {
        if abruptly, let server = mail.processIdentifier { kill(-server, SIGKILL) }
        await mail.stop()
        // A killed Dovecot leaves lock files, for which the next one may wait two minutes.
        let mails = mail.path + "/m"
        for name in FileManager.default.enumerator(atPath: mails)?.compactMap({ $0 as? String }) ?? []
        where name.hasSuffix(".lock") {
            try? FileManager.default.removeItem(atPath: "\(mails)/\(name)")
        }
        try await mail.restart()
    }

    func stop() async {
        proxies?.imap.refuse()
        proxies?.smtp.refuse()
        await submission.stop()
        await mail.stop()
        await relay.stop()
    }
}
