import Foundation
import TestKit
import Testing

/// The disk under the journal is full, or the journal is not one.
@Suite(.inTurn, .timeLimit(.minutes(5)))
struct JournalFaultTests {
    @Test
    func `A full disk stops all acting, says so, and mail is filed once there is room again`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let disk = try SmallDisk(kilobytes: 1_024)
        let setup = try PostmoonSetup(
            accounts: [server.account(user)], rules: WatchTests.rules, state: "\(disk.path)/state")
        let daemon = try await setup.watch()
        try await server.deliver(Letter("File 1"), to: user)
        #expect(try await server.letter("File 1", of: user, in: "Filed") != nil)
        let seen = daemon.log.count

        try disk.fill()
        let client = try await server.lmtp()
        var expected: Set = ["File 1"]
        var account = try await setup.accountStatus()
        // The journal has some room inside its files; then it has none.
        while account.text("code") == nil, expected.count < 1_000 {
            for _ in 1...20 {
                let subject = "File \(expected.count + 1)"
                try await client.deliver(Letter(subject).text, to: user)
                expected.insert(subject)
            }
            account = try await setup.accountStatus()
        }
        #expect(account.text("state") == "failing")
        #expect(account.text("code") == "journal_unavailable")
        let entry = try await daemon.entry(from: seen) { $0["code"] == "journal_unavailable" }
        #expect(entry["error"]?.contains("no space") == true, "\(entry)")
        let everywhere = server.subjects(of: user).union(server.subjects(of: user, in: "Filed"))
        #expect(everywhere == expected, "nothing is lost")
        #expect(daemon.isRunning)

        try disk.free()
        #expect(try await server.subjects(of: user, in: "Filed", become: expected) == expected)
        #expect(server.messages(of: user, in: "Filed").count == expected.count)
        #expect(try await server.subjects(of: user, become: []) == [])
        #expect(try await daemon.stop() == 0)
    }

    @Test
    func `A disk that is full at the start is named, and nothing is touched`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        try await server.deliver(Letter("File 1"), to: user)
        let disk = try SmallDisk(kilobytes: 64)
        try disk.fill()
        let setup = try PostmoonSetup(
            accounts: [server.account(user)], rules: WatchTests.rules, state: "\(disk.path)/state")
        let result = try await setup.run("run")
        #expect(result.status == 1)
        #expect(result.error.contains("no space is left"), "\(result)")
        #expect(server.subjects(of: user) == ["File 1"])
    }

    @Test
    func `A journal that is damaged is named, and nothing is touched`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let setup = try PostmoonSetup(accounts: [server.account(user)], rules: WatchTests.rules)
        #expect(try await setup.run("run", "--once").status == 0)
        try await server.deliver(Letter("File 1"), to: user)
        let state = setup.stateFolder
        let files = try FileManager.default.contentsOfDirectory(atPath: state).filter { $0.contains("journal") }
        #expect(!files.isEmpty)
        for file in files { try setup.folder.write("state/\(file)", [UInt8](repeating: 0x58, count: 40_000)) }
        for command in [["run", "--once"], ["log", "--json"]] {
            let result = try await setup.run(command[0], command[1])
            #expect(result.status == 1)
            #expect(result.error.contains("damaged"), "\(result)")
        }
        #expect(server.subjects(of: user) == ["File 1"])
    }
}
