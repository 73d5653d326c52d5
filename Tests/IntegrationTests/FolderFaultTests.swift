import TestKit
import Testing

/// Folders that are missing, or that the server will not make or fill.
@Suite(.inTurn, .timeLimit(.minutes(5)))
struct FolderFaultTests {
    enum Fault: String, CaseIterable {
        case refusedByRule = "the rule wants no new folder"
        case noRightToCreate = "nobody may make folders there"
        case noRightToInsert = "nobody may put mail there"

        var target: String {
            switch self {
            case .refusedByRule: #"move("Missing", { create = false })"#
            case .noRightToCreate: #"move "Locked/Sub""#
            case .noRightToInsert: #"move "Locked""#
            }
        }
    }

    @Test(arguments: [CapabilityProfile.full, .withoutMove], Fault.allCases)
    func `The message stays where it is, the plan fails by name, and mail goes on`(
        _ capabilities: CapabilityProfile, _ fault: Fault
    ) async throws {
        let server = try await SharedServers.dovecot(capabilities)
        let user = newUser()
        if [.noRightToCreate, .noRightToInsert].contains(fault) {
            try await server.doveadm("mailbox", "create", "-u", user, "Locked")
            try server.writeFile("dovecot-acl", "owner lrwst\n", of: user, in: "Locked")
        }
        let setup = try PostmoonSetup(
            accounts: [server.account(user)],
            rules: """
                rule "bad" { when = subject:starts "Bad", run = { mark "flagged", \(fault.target) } }
                rule "good" { when = subject:starts "Good", run = { move "Filed" } }
                """)
        let daemon = try await setup.watch()
        try await server.deliver(Letter("Bad 1"), Letter("Good 1"), to: user)
        #expect(try await server.letter("Good 1", of: user, in: "Filed") != nil)
        let plan = try await setup.plan {
            $0.text("subject") == "Bad 1" && ["failed", "rolled_back"].contains($0.text("status"))
        }
        let error = try #require(plan.text("error"))
        #expect(error.contains("folder_missing") || error.contains("folder_read_only"), "\(plan)")
        let entry = try await daemon.entry { $0["plan"] == plan.number("plan").map(String.init) && $0["code"] != nil }
        #expect(["folder_missing", "folder_read_only"].contains(entry["code"]), "\(entry)")
        let inbox = try await server.messages(of: user, within: .seconds(20)) { $0.count == 1 }
        #expect(inbox.compactMap { $0.header("Subject") } == ["Bad 1"])
        // The flag that came before the failed move is taken back, or it is said that it stays.
        if plan.text("status") == "rolled_back" {
            #expect(inbox.first?.flags.isEmpty == true)
        } else {
            #expect(inbox.first?.flags == ["F"])
            #expect(error.contains("left so: store_flags"), "\(error)")
        }

        try await server.deliver(Letter("Good 2"), to: user)
        #expect(try await server.letter("Good 2", of: user, in: "Filed") != nil)
        #expect(try await setup.accountStatus().text("state") == "watching")
        #expect(try await daemon.stop() == 0)
    }

    @Test
    func `A server that cannot make a folder for the moment is asked again, and the message stays`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        // Dovecot says SERVERBUG when the file system refuses so long a name.
        let setup = try PostmoonSetup(
            accounts: [server.account(user)],
            rules: """
                rule "bad" { when = subject:starts "Bad", run = { move(("x"):rep(300)) } }
                rule "good" { when = subject:starts "Good", run = { move "Filed" } }
                """)
        let daemon = try await setup.watch()
        try await server.deliver(Letter("Bad"), Letter("Good"), to: user)
        #expect(try await server.letter("Good", of: user, in: "Filed") != nil)
        let plan = try await setup.plan { $0.text("subject") == "Bad" }
        #expect(["planned", "running"].contains(plan.text("status")))
        #expect(try await server.subjects(of: user, become: ["Bad"]) == ["Bad"])
        try await daemon.entry { ["warning", "error"].contains($0["level"]) && $0["plan"] == "1" && $0["code"] != nil }
        #expect(try await daemon.stop() == 0)
    }

    @Test
    func `A watched folder that is missing fails by name, and the others are watched`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        var account = server.account(user)
        account.extra = #"watch = ["INBOX", "Not there"]"#
        let setup = try PostmoonSetup(
            accounts: [account], rules: #"rule "all" { when = subject:starts "Good", run = { move "Filed" } }"#)
        let daemon = try setup.start("run")
        let entry = try await daemon.entry { $0["folder"] == "Not there" && $0["code"] != nil }
        #expect(entry["code"] == "folder_missing", "\(entry)")
        try await daemon.entry("ready")
        // A failing folder makes the account known; the other one may still be at its first look.
        try await daemon.entry("watching")
        try await server.deliver(Letter("Good"), to: user)
        #expect(try await server.letter("Good", of: user, in: "Filed") != nil)
        let folders = try await setup.accountStatus().objects("folders")
        #expect(folders.map { $0.text("folder") } == ["INBOX", "Not there"])
        #expect(folders.map { $0.text("state") } == ["watching", "failing"])
        #expect(folders.last?.text("error")?.isEmpty == false)
        #expect(try await daemon.stop() == 0)
    }
}
