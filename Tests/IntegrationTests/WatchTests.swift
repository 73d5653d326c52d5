import TestKit
import Testing

/// What counts as new mail: from the first start on, exactly, whatever happens in between.
@Suite(.inTurn, .timeLimit(.minutes(5)))
struct WatchTests {
    static let rules = #"rule "all" { when = subject:starts "File", run = { move "Filed" } }"#

    @Test
    func `The first start touches no mail that was there before`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        try await server.deliver(Letter("File old 1"), Letter("File old 2"), to: user)
        let setup = try PostmoonSetup(accounts: [server.account(user)], rules: Self.rules)
        let daemon = try await setup.watch()
        try await server.deliver(Letter("File new"), to: user)
        #expect(try await server.letter("File new", of: user, in: "Filed") != nil)
        let old: Set = ["File old 1", "File old 2"]
        #expect(try await server.subjects(of: user, become: old) == old)
        #expect(server.messages(of: user).allSatisfy { $0.flags.isEmpty })
        #expect(server.messages(of: user, in: "Filed").count == 1)
        #expect(try await daemon.stop() == 0)
    }

    @Test(arguments: [CapabilityProfile.full, .withoutNotify])
    func `New mail is asked for only where the server does not show it by itself`(
        _ capabilities: CapabilityProfile
    ) async throws {
        let server = try await SharedServers.dovecot(capabilities)
        let proxy = try CuttingProxy(to: server.imapPort, readsWire: true)
        var account = server.account(newUser(), .none)
        account.imap.port = proxy.port
        let setup = try PostmoonSetup(accounts: [account], rules: Self.rules)
        let daemon = try await setup.watch()
        for subject in ["File 1", "File 2"] {
            try await server.deliver(Letter(subject), to: account.user)
            #expect(try await server.letter(subject, of: account.user, in: "Filed") != nil)
        }
        let said = proxy.pieces.filter(\.place.isClient).map { String(decoding: $0.bytes, as: UTF8.self) }
        #expect(said.contains { $0.contains(" NOTIFY SET ") } == (capabilities == .full))
        #expect(said.count { $0.contains(" UID MOVE ") } == 2)
        #expect(said.count { $0.contains(" UID FETCH ") } == (capabilities == .full ? 0 : 2), "\(said)")
        #expect(try await daemon.stop() == 0)
    }

    @Test(arguments: [CapabilityProfile.full, .withoutCondstore])
    func `After a pause it continues exactly where it stopped`(_ capabilities: CapabilityProfile) async throws {
        let server = try await SharedServers.dovecot(capabilities)
        let user = newUser()
        let setup = try PostmoonSetup(accounts: [server.account(user)], rules: Self.rules)
        var daemon = try await setup.watch()
        try await server.deliver(Letter("File 1"), Letter("Stay 1"), to: user)
        #expect(try await server.letter("File 1", of: user, in: "Filed") != nil)
        _ = try await server.letter("Stay 1", of: user, in: "INBOX")
        #expect(try await daemon.stop() == 0)

        try await server.deliver(Letter("File 2"), Letter("Stay 2"), Letter("File 3"), to: user)
        daemon = try await setup.watch()
        let expected: Set = ["File 1", "File 2", "File 3"]
        #expect(try await server.subjects(of: user, in: "Filed", become: expected) == expected)
        #expect(server.messages(of: user, in: "Filed").count == 3)
        #expect(try await server.subjects(of: user, become: ["Stay 1", "Stay 2"]) == ["Stay 1", "Stay 2"])
        // Each was decided once.
        let plans = try await setup.run("log", "--json").objects().filter { !$0.objects("actions").isEmpty }
        #expect(plans.compactMap { $0.text("subject") }.sorted() == expected.sorted())
        try await daemon.kill()

        try await server.deliver(Letter("File 4"), to: user)
        daemon = try await setup.watch()
        #expect(try await server.letter("File 4", of: user, in: "Filed") != nil)
        #expect(server.messages(of: user, in: "Filed").count == 4)
        #expect(try await daemon.stop() == 0)
    }

    @Test
    func `Many messages that came during a pause are each filed once, by a rule on any field`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let setup = try PostmoonSetup(
            accounts: [server.account(user)],
            rules: """
                rule "odd" { when = header("X-Number"):matches [[^\\d*[13579]$]], run = { move "Odd" } }
                rule "even" { when = body:contains "this is all", run = { mark "seen", move "Even" } }
                """)
        var daemon = try await setup.watch()
        #expect(try await daemon.stop() == 0)
        let client = try await server.lmtp()
        for number in 1...250 {
            var letter = Letter("Number \(number)")
            letter.headers = ["X-Number: \(number)"]
            try await client.deliver(letter.text, to: user)
        }
        daemon = try await setup.watch()
        for (folder, first) in [("Odd", 1), ("Even", 2)] {
            let expected = Set(stride(from: first, through: 250, by: 2).map { "Number \($0)" })
            #expect(try await server.subjects(of: user, in: folder, become: expected) == expected)
            #expect(server.messages(of: user, in: folder).count == 125)
        }
        #expect(try await server.subjects(of: user, become: []) == [])
        #expect(try await daemon.stop() == 0)
    }

    @Test
    func `New UIDs for old messages make none of them new`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        try await server.deliver(Letter("File before the first start"), to: user)
        let setup = try PostmoonSetup(accounts: [server.account(user)], rules: Self.rules)
        var daemon = try await setup.watch()
        try await server.deliver(Letter("Stay"), Letter("File now"), to: user)
        #expect(try await server.letter("File now", of: user, in: "Filed") != nil)
        #expect(try await daemon.stop() == 0)

        try await server.renumber(user, uidValidity: 1_234_567_890)
        try await server.deliver(Letter("File while away"), to: user)
        daemon = try await setup.watch()
        #expect(try await server.letter("File while away", of: user, in: "Filed") != nil)
        try await server.deliver(Letter("File afterwards"), to: user)
        #expect(try await server.letter("File afterwards", of: user, in: "Filed") != nil)
        let old: Set = ["File before the first start", "Stay"]
        #expect(try await server.subjects(of: user, become: old) == old)
        #expect(server.messages(of: user, in: "Filed").count == 3)
        #expect(try await daemon.stop() == 0)
    }

    @Test
    func `A UIDVALIDITY that changes under a watching program makes no old mail new`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        try await server.deliver(Letter("File before the first start"), to: user)
        let setup = try PostmoonSetup(accounts: [server.account(user)], rules: Self.rules)
        let daemon = try await setup.watch()
        let seen = daemon.log.count
        try await server.doveadm("mailbox", "update", "-u", user, "--uid-validity", "1234567890", "INBOX")
        // Unless the server has hung up by itself.
        _ = try? await server.doveadm("kick", user)
        try await daemon.entry("watching", from: seen)
        try await server.deliver(Letter("File afterwards"), to: user)
        #expect(try await server.letter("File afterwards", of: user, in: "Filed") != nil)
        let old: Set = ["File before the first start"]
        #expect(try await server.subjects(of: user, become: old) == old)
        #expect(try await daemon.stop() == 0)
    }

    @Test
    func `Several folders are watched, and old mail moved into one is not new`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        try await server.doveadm("mailbox", "create", "-u", user, "Lists/Swift")
        var account = server.account(user)
        account.extra = #"watch = ["INBOX", "Lists/Swift"]"#
        let setup = try PostmoonSetup(
            accounts: [account],
            rules: """
                rule "inbox" { folder = "INBOX", when = subject:starts "File", run = { move "Filed" } }
                rule "lists" { folder = "Lists/*", when = subject:starts "File", run = { move "Lists/Read" } }
                rule "moved" { folder = "INBOX", on = "moved_in", when = subject:starts "Moved", run = { mark "flagged" } }
                """)
        let daemon = try await setup.watch(folders: 2)
        // Put there by another client: with its old date it is moved in, with the present one it is new.
        try server.place(Letter("Moved, File not").text, of: user, received: 1_577_880_000)
        try server.place(Letter("File by list").text, of: user, in: "Lists/Swift")
        try await server.deliver(Letter("File by inbox"), to: user)
        #expect(try await server.letter("File by list", of: user, in: "Lists/Read") != nil)
        #expect(try await server.letter("File by inbox", of: user, in: "Filed") != nil)
        let moved = try await server.messages(of: user, within: .seconds(20)) { messages in
            messages.first?.flags.contains("F") == true
        }
        #expect(moved.count == 1 && moved[0].flags.contains("F"))
        #expect(try await daemon.stop() == 0)
    }

    @Test
    func `A message that a person brings back stays where it was put`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let setup = try PostmoonSetup(accounts: [server.account(user)], rules: Self.rules)
        let daemon = try await setup.watch()
        try await server.deliver(Letter("File me"), to: user)
        #expect(try await server.letter("File me", of: user, in: "Filed") != nil)
        try await server.doveadm("move", "-u", user, "INBOX", "mailbox", "Filed", "all")
        try await server.deliver(Letter("File another"), to: user)
        #expect(try await server.letter("File another", of: user, in: "Filed") != nil)
        #expect(try await server.subjects(of: user, become: ["File me"]) == ["File me"])
        #expect(try await server.subjects(of: user, in: "Filed", become: ["File another"]) == ["File another"])
        #expect(try await daemon.stop() == 0)
    }

    @Test(arguments: [CapabilityProfile.full, .withoutMove])
    func `Its own moves fire no rules where they arrive`(_ capabilities: CapabilityProfile) async throws {
        let server = try await SharedServers.dovecot(capabilities)
        let user = newUser()
        try await server.doveadm("mailbox", "create", "-u", user, "Work")
        var account = server.account(user)
        account.extra = #"watch = ["INBOX", "Work"]"#
        let both = #"on = { "new", "moved_in" }"#
        let setup = try PostmoonSetup(
            accounts: [account],
            rules: """
                rule "there" { folder = "INBOX", \(both), when = subject:starts "Ping", run = { move "Work" } }
                rule "back" { folder = "Work", \(both), when = subject:starts "Ping", run = { move "INBOX" } }
                rule "seen" { folder = "Work", \(both), run = { mark "flagged" } }
                """)
        let daemon = try await setup.watch(folders: 2)
        let client = try await server.lmtp()
        let expected = Set((1...30).map { "Ping \($0)" })
        for number in 1...30 { try await client.deliver(Letter("Ping \(number)").text, to: user) }
        #expect(try await server.subjects(of: user, in: "Work", become: expected) == expected)
        #expect(try await server.subjects(of: user, become: []) == [])
        // What another program puts there comes later and is seen: all before it was looked at.
        try server.place(Letter("Sentinel").text, of: user, in: "Work")
        let work = try await server.messages(of: user, in: "Work", within: .seconds(20)) { messages in
            messages.contains { $0.flags.contains("F") }
        }
        #expect(work.filter { $0.flags.contains("F") }.compactMap { $0.header("Subject") } == ["Sentinel"])
        #expect(work.count == 31)
        #expect(try await daemon.stop() == 0)
    }

    @Test
    func `Mail is seen though another program expunges at the same time`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let setup = try PostmoonSetup(accounts: [server.account(user)], rules: Self.rules)
        let daemon = try await setup.watch()
        let client = try await server.lmtp()
        for round in 1...10 {
            // The number of messages ends up where it was.
            try await client.deliver(Letter("Stay \(round)").text, to: user)
            try await server.doveadm("expunge", "-u", user, "mailbox", "INBOX", "subject", "Stay \(round)")
            try await client.deliver(Letter("File \(round)").text, to: user)
            #expect(try await server.letter("File \(round)", of: user, in: "Filed", within: .seconds(5)) != nil)
        }
        #expect(server.messages(of: user, in: "Filed").count == 10)
        #expect(try await daemon.stop() == 0)
    }

    @Test
    func `An IDLE that is restarted misses nothing`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        var account = server.account(user)
        account.extra = "idle = \"1s\""
        let setup = try PostmoonSetup(accounts: [account], rules: Self.rules)
        let daemon = try await setup.watch()
        // Spread over several restarts by waiting for each to be filed.
        for number in 1...30 {
            try await server.deliver(Letter("File \(number)"), to: user)
            #expect(try await server.letter("File \(number)", of: user, in: "Filed") != nil)
        }
        #expect(server.messages(of: user, in: "Filed").count == 30)
        #expect(daemon.log.allSatisfy { $0["level"] != "error" })
        #expect(try await daemon.stop() == 0)
    }
}
