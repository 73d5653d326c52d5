import Foundation
import TestKit
import Testing

/// What a person brings back stays where it was put (DESIGN §4, `new`): whenever that is, and whatever the server does.
@Suite(.inTurn, .timeLimit(.minutes(5)))
struct ComingBackTests {
    static let rules = """
        rule "all" { on = { "new", "moved_in" }, when = subject:starts "File", run = { mark "seen", move "Filed" } }
        """

    /// A message that comes after everything else was looked at, and is filed.
    private func expectNewMailIsFiled(_ subject: String, _ server: DovecotServer, _ user: String) async throws {
        try await server.deliver(Letter(subject), to: user)
        #expect(try await server.letter(subject, of: user, in: "Filed") != nil)
    }

    enum Hand: CaseIterable {
        case moves, copies

        /// Another client brings everything from Filed back to INBOX.
        func bringBack(_ subject: String, on server: DovecotServer, _ user: String) async throws {
            switch self {
            case .moves: try await server.doveadm("move", "-u", user, "INBOX", "mailbox", "Filed", "subject", subject)
            case .copies: try await server.doveadm("copy", "-u", user, "INBOX", "mailbox", "Filed", "subject", subject)
            }
        }
    }

    @Test(arguments: Hand.allCases, [CapabilityProfile.full, .icloud])
    func `What is brought back stays: at once, after a restart, and after new UIDs`(
        _ hand: Hand, _ capabilities: CapabilityProfile
    ) async throws {
        let server = try await SharedServers.dovecot(capabilities)
        let user = newUser()
        let setup = try PostmoonSetup(accounts: [server.account(user)], rules: Self.rules)
        var daemon = try await setup.watch()
        try await server.deliver(Letter("File a"), Letter("File b"), Letter("File c"), to: user)
        let all: Set = ["File a", "File b", "File c"]
        #expect(try await server.subjects(of: user, in: "Filed", become: all) == all)
        #expect(try await server.subjects(of: user, become: []) == [])

        // While it watches.
        try await hand.bringBack("File a", on: server, user)
        try await expectNewMailIsFiled("File 1", server, user)
        #expect(try await server.subjects(of: user, become: ["File a"]) == ["File a"])

        // While it is off, after a crash or a proper end.
        try await daemon.kill()
        try await hand.bringBack("File b", on: server, user)
        daemon = try await setup.watch()
        try await expectNewMailIsFiled("File 2", server, user)
        #expect(try await server.subjects(of: user, become: ["File a", "File b"]) == ["File a", "File b"])
        #expect(try await daemon.stop() == 0)

        // The server forgets all UIDs, of both folders; one more comes back meanwhile.
        try await hand.bringBack("File c", on: server, user)
        try await server.renumber(user, uidValidity: 4_711)
        try await server.renumber(user, in: "Filed", uidValidity: 4_712)
        daemon = try await setup.watch()
        try await expectNewMailIsFiled("File 3", server, user)
        #expect(try await server.subjects(of: user, become: all) == all)
        #expect(server.messages(of: user).count == 3)
        // And once more while it watches the new ones.
        try await hand.bringBack("File 3", on: server, user)
        try await expectNewMailIsFiled("File 4", server, user)
        let more = all.union(["File 3"])
        #expect(try await server.subjects(of: user, become: more) == more)
        #expect(try await daemon.stop() == 0)
        #expect(server.messages(of: user, in: "Filed").count == (hand == .moves ? 3 : 7))
    }

    /// Their identity is one, since it is made of what does not change. There at the same time, they are two.
    @Test(arguments: [CapabilityProfile.full, .icloud])
    func `Two deliveries that are alike to the byte and the second are both filed`(
        _ capabilities: CapabilityProfile
    ) async throws {
        let server = try await SharedServers.dovecot(capabilities)
        let user = newUser()
        let setup = try PostmoonSetup(accounts: [server.account(user)], rules: WatchTests.rules)
        var daemon = try await setup.watch()
        #expect(try await daemon.stop() == 0)
        let text = Letter("File twin").text
        let now = Int(Date().timeIntervalSince1970)
        for _ in 1...2 { try server.place(text, of: user, received: now) }
        daemon = try await setup.watch()
        let filed = try await server.messages(of: user, in: "Filed", within: .seconds(20)) { $0.count == 2 }
        #expect(filed.count == 2)
        #expect(try await server.subjects(of: user, become: []) == [])
        // One of them brought back stays like any other.
        try await server.doveadm("move", "-u", user, "INBOX", "mailbox", "Filed", "uid", "1")
        try await server.deliver(Letter("File last"), to: user)
        #expect(try await server.letter("File last", of: user, in: "Filed") != nil)
        #expect(try await server.subjects(of: user, become: ["File twin"]) == ["File twin"])
        #expect(try await daemon.stop() == 0)
    }
}
