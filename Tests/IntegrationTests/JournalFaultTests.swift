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
        #expect(try await server.subjects(of: user, become: ["File 1"]) == ["File 1"])
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
        #expect(try await server.subjects(of: user, become: ["File 1"]) == ["File 1"])
    }

    // MARK: Damage

    enum Damage: CaseIterable {
        case middle, end, header, empty, gone

        func apply(to journal: String) throws {
            let url = URL(filePath: journal)
            var bytes = try Data(contentsOf: url)
            switch self {
            case .middle:
                // Half a page of each table and index, as a disk that failed in the middle of writing leaves it.
                for page in stride(from: 2 * 4_096, to: bytes.count, by: 4_096) {
                    bytes.replaceSubrange(page..<page + 2_048, with: Data(repeating: 0x5A, count: 2_048))
                }
            case .end: bytes = bytes.prefix(bytes.count / 2 + 100)
            case .header: bytes.replaceSubrange(0..<100, with: Data(repeating: 0, count: 100))
            case .empty: bytes = Data()
            case .gone: return try FileManager.default.removeItem(at: url)
            }
            try bytes.write(to: url)
        }
    }

    @Test(arguments: Damage.allCases)
    func `Damage is named at the start, nothing is touched, and what is put back goes on`(_ damage: Damage) async throws
    {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let setup = try PostmoonSetup(accounts: [server.account(user)], rules: WatchTests.rules)
        var daemon = try await setup.watch()
        try await server.deliver(Letter("File 1"), to: user)
        #expect(try await server.letter("File 1", of: user, in: "Filed") != nil)
        _ = try await setup.plan { $0.text("status") == "done" }
        let copy = setup.folder.file("copy.sqlite")
        #expect(try await setup.run("journal", "backup", copy).status == 0)
        #expect(try await daemon.stop() == 0)
        let journal = "\(setup.stateFolder)/journal.sqlite"
        for log in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: journal + log) }
        try FileManager.default.removeItem(atPath: journal)
        try FileManager.default.copyItem(atPath: copy, toPath: journal)

        try damage.apply(to: journal)
        try await server.deliver(Letter("File 2"), to: user)
        for arguments in [["run", "--once"], ["run", "--json"], ["release", "1"]] {
            let result = try await setup.run(arguments[0], arguments[1])
            #expect(result.status == 1, "\(damage): \(result)")
            #expect(result.error.contains("damaged"), "\(damage): \(result)")
        }
        #expect(try await server.subjects(of: user, become: ["File 2"]) == ["File 2"])
        #expect(server.messages(of: user).allSatisfy { $0.flags.isEmpty })

        for log in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: journal + log) }
        try FileManager.default.copyItem(atPath: copy, toPath: journal)
        daemon = try await setup.watch()
        let expected: Set = ["File 1", "File 2"]
        #expect(try await server.subjects(of: user, in: "Filed", become: expected) == expected)
        #expect(server.messages(of: user, in: "Filed").count == 2)
        #expect(try await daemon.stop() == 0)
    }

    /// The log beside the journal has the newest commits. Torn, it is whole up to there; gone, the journal is an older one.
    /// What it does not know any more is found on the server.
    @Test(arguments: [true, false])
    func `A log that is torn or gone loses and doubles nothing`(_ isTorn: Bool) async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let setup = try PostmoonSetup(
            accounts: [server.account(user)],
            rules: #"rule "all" { when = subject:starts "File", run = { mark "flagged", move "Filed" } }"#)
        var daemon = try await setup.watch()
        try await server.deliver(Letter("File 1"), Letter("Stay 1"), to: user)
        #expect(try await server.letter("File 1", of: user, in: "Filed") != nil)
        #expect(try await daemon.stop() == 0)
        daemon = try await setup.watch()
        let client = try await server.lmtp()
        for number in 2...9 { try await client.deliver(Letter("File \(number)").text, to: user) }
        #expect(try await server.letter("File 5", of: user, in: "Filed") != nil)
        try await daemon.kill()
        let log = "\(setup.stateFolder)/journal.sqlite-wal"
        try? FileManager.default.removeItem(atPath: "\(setup.stateFolder)/journal.sqlite-shm")
        if isTorn {
            let bytes = try Data(contentsOf: URL(filePath: log))
            #expect(bytes.count > 10_000)
            try bytes.prefix(bytes.count - 3_000).write(to: URL(filePath: log))
        } else {
            try FileManager.default.removeItem(atPath: log)
        }
        daemon = try await setup.watch()
        let expected = Set((1...9).map { "File \($0)" })
        #expect(try await server.subjects(of: user, in: "Filed", become: expected) == expected)
        #expect(server.messages(of: user, in: "Filed").count == 9)
        #expect(try await server.subjects(of: user, become: ["Stay 1"]) == ["Stay 1"])
        #expect(try await daemon.stop() == 0)
    }

    @Test
    func `A disk that can only be read is named at the start, and nothing is touched`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let disk = try SmallDisk(kilobytes: 4_096)
        let setup = try PostmoonSetup(
            accounts: [server.account(user)], rules: WatchTests.rules, state: "\(disk.path)/state")
        #expect(try await setup.run("run", "--once").status == 0)
        try await server.deliver(Letter("File 1"), to: user)
        try disk.setReadOnly(true)
        for arguments in [["run", "--once"], ["run", "--json"]] {
            let result = try await setup.run(arguments[0], arguments[1])
            #expect(result.status == 1)
            #expect(result.error.contains("can only be read"), "\(result)")
        }
        #expect(try await server.subjects(of: user, become: ["File 1"]) == ["File 1"])
        try disk.setReadOnly(false)
        #expect(try await setup.run("run", "--once").status == 0)
        #expect(try await server.subjects(of: user, in: "Filed", become: ["File 1"]) == ["File 1"])
    }

    // MARK: While it runs

    /// A program that has filed its first letter.
    private func filingOne() async throws -> (DovecotServer, String, PostmoonSetup, PostmoonProcess) {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let setup = try PostmoonSetup(accounts: [server.account(user)], rules: WatchTests.rules)
        let daemon = try await setup.watch()
        try await server.deliver(Letter("File 1"), to: user)
        #expect(try await server.letter("File 1", of: user, in: "Filed") != nil)
        _ = try await setup.plan { $0.text("status") == "done" }
        return (server, user, setup, daemon)
    }

    private func expectFailing(
        _ setup: PostmoonSetup, _ daemon: PostmoonProcess, from seen: Int, saying words: String
    ) async throws {
        let entry = try await daemon.entry(from: seen, within: .seconds(40)) { $0["code"] == "journal_unavailable" }
        #expect(entry["error"]?.contains(words) == true, "\(entry)")
        #expect(daemon.isRunning)
    }

    @Test
    func `A state folder that is taken away stops all acting until it is back`() async throws {
        let (server, user, setup, daemon) = try await filingOne()
        let seen = daemon.log.count
        let away = setup.folder.file("away")
        try FileManager.default.moveItem(atPath: setup.stateFolder, toPath: away)
        try await server.deliver(Letter("File 2"), to: user)
        try await expectFailing(setup, daemon, from: seen, saying: "moved away or replaced")
        #expect(try await server.subjects(of: user, become: ["File 2"]) == ["File 2"])
        try FileManager.default.moveItem(atPath: away, toPath: setup.stateFolder)
        #expect(try await server.letter("File 2", of: user, in: "Filed") != nil)
        #expect(server.messages(of: user, in: "Filed").count == 2)
        #expect(try await setup.run("status").status == 0)
        #expect(try await daemon.stop() == 0)
    }

    @Test
    func `A journal that another process keeps locked stops all acting until it is free`() async throws {
        let (server, user, setup, daemon) = try await filingOne()
        let seen = daemon.log.count
        let lock = try WriteLock(journal: "\(setup.stateFolder)/journal.sqlite")
        try await server.deliver(Letter("File 2"), to: user)
        try await expectFailing(setup, daemon, from: seen, saying: "in use by another process")
        #expect(try await server.subjects(of: user, become: ["File 2"]) == ["File 2"])
        lock.release()
        #expect(try await server.letter("File 2", of: user, in: "Filed") != nil)
        #expect(server.messages(of: user, in: "Filed").count == 2)
        #expect(try await daemon.stop() == 0)
    }

    // MARK: Copies

    @Test
    func `A copy made while mail is filed goes on where it was made`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let setup = try PostmoonSetup(accounts: [server.account(user)], rules: WatchTests.rules)
        let daemon = try await setup.watch()
        let client = try await server.lmtp()
        let copy = setup.folder.file("copy.sqlite")
        for number in 1...60 {
            try await client.deliver(Letter("File \(number)").text, to: user)
            if number == 30 { #expect(try await setup.run("journal", "backup", copy).status == 0) }
        }
        let expected = Set((1...60).map { "File \($0)" })
        #expect(try await server.subjects(of: user, in: "Filed", become: expected) == expected)
        try await daemon.kill()

        // A new folder with nothing but the copy.
        try FileManager.default.removeItem(atPath: setup.stateFolder)
        try FileManager.default.createDirectory(
            atPath: setup.stateFolder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        try FileManager.default.copyItem(atPath: copy, toPath: "\(setup.stateFolder)/journal.sqlite")
        let again = try await setup.watch()
        try await server.deliver(Letter("File 61"), to: user)
        #expect(try await server.letter("File 61", of: user, in: "Filed") != nil)
        #expect(try await server.subjects(of: user, become: []) == [])
        #expect(server.messages(of: user, in: "Filed").count == 61)
        // What it knew it can take back.
        let known = try await setup.plan { $0.text("subject") == "File 1" }
        #expect(try await setup.run("undo", "\(known.number("plan") ?? 0)").status == 0)
        #expect(try await server.subjects(of: user, become: ["File 1"]) == ["File 1"])
        #expect(try await again.stop() == 0)
    }
}
