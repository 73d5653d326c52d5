import Foundation
import TestKit
import Testing

/// Thousands of messages at a time: none is lost, and memory does not grow with their number. `scripts/bench-bulk` asks
/// for more of them by `POSTMOON_BULK`, and shows the figures.
@Suite(.inTurn, .timeLimit(.minutes(10)))
struct BulkTests {
    private static let count =
        ProcessInfo.processInfo.environment["POSTMOON_BULK"].flatMap { Int($0) } ?? 2_000

    /// What the program may take, in MB, whatever their number.
    private static let mostMemory = 256

    private static let rules = """
        rule "file" {
          limit = false, when = subject:starts "File",
          run = function(m)
            m:mark "flagged"
            m:notify { channel = "phone", title = m.subject, body = "" }
            m:move(m.subject:find "[02468]$" and "Even" or "Odd")
          end,
        }
        """

    /// A server of its own, whose commands are counted.
    private static func server() async throws -> DovecotServer {
        var options = DovecotServer.Options()
        options.prompt = true
        options.extra = """
            metric commands {
              filter = event=imap_command_finished
              group_by = cmd_name
            }
            """
        return try await DovecotServer.start(options)
    }

    /// Puts the messages into INBOX, three in four for the rule.
    private static func place(_ numbers: ClosedRange<Int>, _ server: DovecotServer, _ user: String) async throws {
        for number in numbers {
            try server.place(Letter("\(number % 4 == 0 ? "Leave" : "File") \(number)").text, of: user)
        }
        // The server sees them now, and gives them their UIDs.
        try await server.doveadm("mailbox", "status", "-u", user, "messages", "INBOX")
    }

    private static func subjects(_ numbers: ClosedRange<Int>, where isWanted: (Int) -> Bool) -> Set<String> {
        Set(numbers.filter { $0 % 4 != 0 && isWanted($0) }.map { "File \($0)" })
    }

    /// How many messages lie in a folder, each once.
    private static func filed(_ server: DovecotServer, _ user: String, _ folder: String) -> (Set<String>, Int) {
        let messages = server.messages(of: user, in: folder).compactMap { $0.header("Subject") }
        return (Set(messages), messages.count)
    }

    @Test
    func `A sweep over thousands is carried out and taken back`() async throws {
        let server = try await Self.server()
        let user = newUser()
        let numbers = 1...Self.count
        try await Self.place(numbers, server, user)
        let hook = try HookListener()
        let setup = try PostmoonSetup(
            accounts: [server.account(user)],
            channels: "[notify.phone]\ntype = \"webhook\"\nurl = \"\(hook.url)\"", rules: Self.rules)
        let daemon = try await setup.watch()
        var figures = BulkFigures("sweep of \(Self.count)", daemon, server)
        let look = try await setup.run("sweep", "--json", within: .seconds(300))
        #expect(look.lines.count == Self.count - Self.count / 4)
        try await figures.note("shown")
        let applied = try await setup.run("sweep", "--apply", "1", "--yes", "--json", within: .seconds(300))
        #expect(applied.status == 0 && applied.lines.count == look.lines.count, "\(applied.error.suffix(2_000))")
        try await figures.note("applied")
        #expect(Self.filed(server, user, "Even") == Self.whole(numbers) { $0 % 2 == 0 })
        #expect(Self.filed(server, user, "Odd") == Self.whole(numbers) { $0 % 2 == 1 })
        #expect(server.messages(of: user).count == Self.count / 4)

        let undone = try await setup.run("undo", "sweep:1", "--yes", "--json", within: .seconds(300))
        try await figures.note("taken back")
        // The notices were told and stay so: it says that, and takes back the rest.
        #expect(undone.status == 0 && undone.lines.count == look.lines.count, "\(undone.error.suffix(2_000))")
        #expect(server.messages(of: user).count == Self.count)
        #expect(Self.subjects(numbers) { _ in true }.isSubset(of: server.subjects(of: user)))
        #expect(server.messages(of: user).allSatisfy { $0.flags.isEmpty })
        for folder in ["Even", "Odd"] { #expect(server.messages(of: user, in: folder).isEmpty) }
        #expect(figures.peak < Self.mostMemory, "\(figures.peak) MB")
        #expect(hook.requests.count <= 60)
        print(figures.text)
        #expect(try await daemon.stop() == 0)
        await server.stop()
    }

    private static func whole(_ numbers: ClosedRange<Int>, where isWanted: (Int) -> Bool) -> (Set<String>, Int) {
        let subjects = subjects(numbers, where: isWanted)
        return (subjects, subjects.count)
    }

    @Test
    func `What came in a week is caught up with, and rings no storm`() async throws {
        let server = try await Self.server()
        let user = newUser()
        let hook = try HookListener()
        let setup = try PostmoonSetup(
            accounts: [server.account(user)],
            channels: "[notify.phone]\ntype = \"webhook\"\nurl = \"\(hook.url)\"", rules: Self.rules)
        #expect(try await setup.run("run", "--once").status == 0)
        let numbers = 1...Self.count
        try await Self.place(numbers, server, user)
        let daemon = try await setup.watch()
        var figures = BulkFigures("catch-up with \(Self.count)", daemon, server)
        let even = Self.whole(numbers) { $0 % 2 == 0 }
        let odd = Self.whole(numbers) { $0 % 2 == 1 }
        _ = try await server.doveadmUntil(
            ["mailbox", "status", "-u", user, "messages", "Even", "Odd"], within: .seconds(300)
        ) { $0.contains("messages=\(even.1)") && $0.contains("Odd messages=\(odd.1)") }
        try await figures.note("filed")
        #expect(Self.filed(server, user, "Even") == even)
        #expect(Self.filed(server, user, "Odd") == odd)
        #expect(server.messages(of: user).count == Self.count / 4)
        // Every message is told of: fifty by themselves, the others together, once a minute.
        let requests = try await hook.requests(atLeast: 51)
        #expect(requests.count <= 53)
        #expect(try requests.last?.json().text("title")?.hasSuffix("notifications") == true)
        #expect(figures.peak < Self.mostMemory, "\(figures.peak) MB")
        print(figures.text)
        #expect(try await daemon.stop() == 0)
        await server.stop()
    }
}

extension DovecotServer {
    /// Asks `doveadm` again and again until its answer is as wanted; the last answer.
    func doveadmUntil(
        _ arguments: [String], within limit: Duration, _ isWanted: (String) -> Bool
    ) async throws -> String {
        let end = ContinuousClock.now + limit
        var answer = ""
        repeat {
            // A folder that is not there yet is no fault.
            answer = (try? await doveadm(arguments)) ?? ""
        } while !isWanted(answer) && ContinuousClock.now < end
        return answer
    }
}
