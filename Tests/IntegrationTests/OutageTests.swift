import Foundation
import TestKit
import Testing

/// The server goes away, at every bad moment, and comes back.
@Suite(.inTurn, .timeLimit(.minutes(5)))
struct OutageTests {
    static let rules = """
        rule "file" { when = subject:starts "File", run = { mark "seen", move "Filed" } }
        rule "read" { when = body:contains "all", run = { mark "flagged" } }
        """

    /// A user whose connections go through a proxy, in the clear so that it can see them.
    static func through(
        _ capabilities: CapabilityProfile = .full, isOpen: Bool = true
    ) async throws -> (server: DovecotServer, proxy: CuttingProxy, account: AccountText) {
        let server = try await SharedServers.dovecot(capabilities)
        let proxy = try CuttingProxy(to: server.imapPort, isOpen: isOpen)
        var account = server.account(newUser(), .none)
        account.imap.port = proxy.port
        return (server, proxy, account)
    }

    @Test
    func `A server that is away at the start is reported and found when it comes`() async throws {
        let (server, proxy, account) = try await Self.through(isOpen: false)
        let setup = try PostmoonSetup(accounts: [account], rules: Self.rules)
        let daemon = try setup.start("run")
        #expect(try await daemon.entry { $0["code"] != nil }["code"] == "connection_refused")
        try await daemon.entry("ready")
        #expect(try await setup.accountStatus().text("state") == "failing")

        try proxy.open()
        try await daemon.entry("watching")
        #expect(try await setup.accountStatus().text("state") == "watching")
        try await server.deliver(Letter("File me"), to: account.user)
        #expect(try await server.letter("File me", of: account.user, in: "Filed") != nil)
        #expect(try await daemon.stop() == 0)
    }

    @Test(arguments: [CapabilityProfile.full, .withoutIdle])
    func `A connection cut while nothing happens is made again, and mail from in between is filed`(
        _ capabilities: CapabilityProfile
    ) async throws {
        var (server, proxy, account) = try await Self.through(capabilities)
        account.extra = "poll = \"1s\""
        let user = account.user
        let setup = try PostmoonSetup(accounts: [account], rules: Self.rules)
        let daemon = try await setup.watch()
        let seen = daemon.log.count
        proxy.refuse()
        let entry = try await daemon.entry(from: seen) { $0["code"] != nil }
        #expect(["connection_lost", "connection_refused"].contains(entry["code"]), "\(entry)")
        try await server.deliver(Letter("File me"), to: user)
        try proxy.open()
        #expect(try await server.letter("File me", of: user, in: "Filed") != nil)
        try await daemon.entry("watching", from: seen)
        #expect(try await setup.accountStatus().text("state") == "watching")
        #expect(try await daemon.stop() == 0)
    }

    /// A word of the dialogue and the path on which it is said.
    struct Place: CustomTestStringConvertible {
        let capabilities: CapabilityProfile
        let words: String
        let moment: CuttingProxy.Moment

        var testDescription: String { "\(words), \(moment), \(capabilities.rawValue)" }

        static let all: [Place] = {
            let moving = ["SELECT", "UID FETCH", "UID STORE", "STATUS", "CREATE", "UID MOVE", "IDLE"]
            let copying = ["UID COPY", "Deleted", "UID EXPUNGE"]
            return moving.map { ($0, CapabilityProfile.full) }.appending(copying.map { ($0, .withoutMove) })
                .flatMap { words, capabilities in
                    [CuttingProxy.Moment.beforeServer, .beforeAnswer].map {
                        Place(capabilities: capabilities, words: words, moment: $0)
                    }
                }
        }()
    }

    @Test(arguments: Place.all)
    func `A connection cut in the middle of a command loses nothing and files nothing twice`(
        _ place: Place
    ) async throws {
        let (server, proxy, account) = try await Self.through(place.capabilities)
        let user = account.user
        let setup = try PostmoonSetup(accounts: [account], rules: Self.rules)
        let daemon = try await setup.watch()
        if ["SELECT", "IDLE"].contains(place.words) { proxy.cut() }
        proxy.cut(at: place.words, place.moment)
        try await server.deliver(Letter("File 1"), Letter("Stay"), Letter("File 2"), to: user)
        try await proxy.awaitCuts(1)
        let filed: Set = ["File 1", "File 2"]
        #expect(try await server.subjects(of: user, in: "Filed", become: filed) == filed)
        #expect(try await server.subjects(of: user, become: ["Stay"]) == ["Stay"])
        // A look at a folder can miss a message whose flags are just being changed, so the end is waited for.
        let inbox = try await server.messages(of: user, within: .seconds(20)) { $0.map(\.flags) == [["F"]] }
        #expect(inbox.map(\.flags) == [["F"]])
        #expect(server.messages(of: user, in: "Filed").count == 2)
        #expect(server.messages(of: user, in: "Filed").allSatisfy { $0.flags.contains("S") })
        let plan = try await setup.plan { $0.text("subject") == "File 2" && $0.text("status") == "done" }
        #expect(plan.objects("actions").allSatisfy { $0.text("state") == "done" })
        #expect(try await daemon.stop() == 0)
    }

    @Test
    func `A network that swallows everything is noticed within a minute`() async throws {
        var (server, proxy, account) = try await Self.through()
        account.extra = "idle = \"1s\""
        let user = account.user
        let setup = try PostmoonSetup(accounts: [account], rules: Self.rules)
        let daemon = try await setup.watch()
        let seen = daemon.log.count
        proxy.fallSilent()
        try await server.deliver(Letter("File me"), to: user)
        // A minute from when the next answer is due: of IDLE half of that, of what was just asked all of it.
        let entry = try await daemon.entry(from: seen, within: .seconds(70)) { $0["code"] != nil }
        #expect(entry["code"] == "connection_timeout", "\(entry)")
        proxy.refuse()
        try proxy.open()
        #expect(try await server.letter("File me", of: user, in: "Filed") != nil)
        #expect(try await daemon.stop() == 0)
    }

    enum Silent: String, CaseIterable {
        case mailServer, submissionServer, program
    }

    @Test(arguments: Silent.allCases)
    func `A signal ends it in time though somebody does not answer`(_ silent: Silent) async throws {
        let server = try await SharedServers.dovecot()
        let wall = try SilentServer()
        var account = server.account(newUser(), .none)
        account.smtp = AccountText.Server(port: wall.port, security: .none)
        if silent == .mailServer { account.imap.port = wall.port }
        let folder = try TemporaryFolder("pmcmd")
        let program = try folder.write("hang", "#!/bin/sh\ntouch \"$1\"\nexec sleep 100\n", mode: 0o700)
        let setup = try PostmoonSetup(
            accounts: [account],
            channels: """
                [notify.phone]
                type = "command"
                command = ["\(program)", "\(folder.file("begun"))"]
                """,
            rules: """
                rule "send" { when = subject:is "Send", run = { forward { to = "a@example.com" } } }
                rule "tell" { when = subject:is "Tell", run = { notify { channel = "phone", title = "t", body = "b" } } }
                """)
        let daemon = try setup.start("run")
        if silent != .mailServer { try await daemon.entry("watching") }
        switch silent {
        case .mailServer:
            try await wall.awaitConnections(1)
        case .submissionServer:
            try await server.deliver(Letter("Send"), to: account.user)
            try await wall.awaitConnections(1)
        case .program:
            try await server.deliver(Letter("Tell"), to: account.user)
            try await folder.awaitFile("begun")
        }
        daemon.signal(SIGTERM)
        #expect(try await daemon.end(within: .seconds(15)) == 0)
        #expect(daemon.log.last?.message == "stopped")
    }

    @Test
    func `A server that restarts is taken up again`() async throws {
        // One of its own: others use the shared ones meanwhile.
        var options = DovecotServer.Options()
        options.prompt = true
        let server = try await DovecotServer.start(options)
        let user = newUser()
        let setup = try PostmoonSetup(accounts: [server.account(user)], rules: Self.rules)
        let daemon = try await setup.watch()
        let seen = daemon.log.count
        await server.stop()
        try await daemon.entry(from: seen) { $0["code"] != nil }
        try await server.restart()
        try await daemon.entry("watching", from: seen)
        try await server.deliver(Letter("File me"), to: user)
        #expect(try await server.letter("File me", of: user, in: "Filed") != nil)
        #expect(try await daemon.stop() == 0)
    }
}

extension Array {
    fileprivate func appending(_ others: [Element]) -> [Element] { self + others }
}
