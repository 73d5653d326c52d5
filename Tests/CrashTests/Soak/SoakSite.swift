import Foundation

@testable import TestKit

/// Two accounts on servers of their own, submission, and a Postmoon between them, with every connection cut now and then.
struct SoakSite: Sendable {
    let mail: [SoakLetter.Home: DovecotServer]
    /// Where forwards arrive.
    let relay: DovecotServer
    let submission: PostfixServer
    /// Configuration, rules, state and logs.
    let folder: TemporaryFolder
    private let proxies: [CuttingProxy]

    /// What the bell was rung with, a line each.
    var rings: String { folder.file("rings") }
    var state: String { folder.file("state") }
    var cutCount: Int { proxies.map(\.cutsDone).reduce(0, +) }

    static func make(cutting generator: inout SeededGenerator) async throws -> SoakSite {
        func orders(_ commands: [String], _ bytes: ClosedRange<Int>) -> CutOrder {
            CutOrder(
                cuts: ConnectionCut.random(20_000, commands: commands, bytes: bytes, using: &generator), most: .max)
        }
        var mail: [SoakLetter.Home: DovecotServer] = [:]
        var proxies: [SoakLetter.Home: CuttingProxy] = [:]
        for home in SoakLetter.Home.allCases {
            var options = DovecotServer.Options()
            options.capabilities = home == .jane ? .full : .icloud
            options.prompt = true
            let server = try await DovecotServer.start(options)
            for folder in [SoakLetter.work, SoakLetter.elsewhere] {
                try await server.doveadm("mailbox", "create", "-u", home.rawValue, folder)
            }
            let commands = home == .jane ? ["UID MOVE"] : ["UID COPY", "UID EXPUNGE"]
            mail[home] = server
            proxies[home] = try CuttingProxy(
                to: server.imapPort, orders(commands + ["UID STORE", "UID FETCH", "APPEND"], 2_000...600_000))
        }
        let relay = try await DovecotServer.start()
        var postfix = PostfixServer.Options()
        postfix.offersSTARTTLS = false
        let submission = try await PostfixServer.start(postfix, dovecot: relay)
        let smtp = try CuttingProxy(
            to: submission.submissionPort, orders(["DATA", "\r\n.\r\n", "MAIL FROM", "QUIT"], 200...200_000))
        let site = SoakSite(
            mail: mail, relay: relay, submission: submission, folder: try TemporaryFolder("pmsk"),
            proxies: Array(proxies.values) + [smtp])
        try site.configure(proxies.mapValues(\.port), smtp: smtp.port)
        return site
    }

    private func configure(_ imap: [SoakLetter.Home: Int], smtp: Int) throws {
        try folder.makeFolder("rules", mode: 0o700)
        try folder.write("rules/soak.lua", SoakLetter.rules)
        try folder.write("secret", relay.options.password + "\n")
        // A notice of many has their titles in its body.
        let bell = try folder.write("bell", "printf '%s\\n%s\\n' \"$POSTMOON_TITLE\" \"$POSTMOON_BODY\" >>\"$1\"\n")
        let accounts = SoakLetter.Home.allCases.map { home in
            """
            [accounts.\(home.rawValue)]
            user     = "\(home.rawValue)"
            address  = "\(home.rawValue)@example.org"
            password = { file = "secret" }
            watch    = ["INBOX", "\(SoakLetter.work)"]
            imap     = { host = "127.0.0.1", port = \(imap[home] ?? 0), security = "none" }
            smtp     = { host = "127.0.0.1", port = \(smtp), security = "none" }

            """
        }
        try folder.write(
            "postmoon.toml",
            """
            rules = "rules"
            state = "state"

            \(accounts.joined(separator: "\n"))
            [notify.bell]
            type    = "command"
            command = ["/bin/sh", "\(bell)", "\(rings)"]
            ceiling = { hour = 100000 }

            """)
    }

    func stopCutting() { for proxy in proxies { proxy.stopCutting() } }

    /// Cuts all connections of one line.
    func cutNow(_ line: Int) { proxies[line % proxies.count].cutNow() }

    func stop() async {
        for proxy in proxies { proxy.refuse() }
        await submission.stop()
        for server in mail.values { await server.stop() }
        await relay.stop()
    }
}
