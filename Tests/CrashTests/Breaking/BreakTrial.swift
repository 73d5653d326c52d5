import ActionJournal
import Foundation
import MailModel
import Synchronization

@testable import TestKit

/// One person's mailboxes, configuration and state, copied from a scenario's template: there a command is broken, and
/// what it left behind is taken up again.
struct BreakTrial: Sendable {
    private static let numbers = Atomic(0)

    let scenario: BreakScenario
    let servers: BreakServers.Group
    /// Names its users, its address and its folder; no other trial has it.
    let name: String
    let folder: String
    let trouble: Trouble?
    /// Ports instead of the servers' own, when a proxy stands between.
    var ports: (imap: Int, smtp: Int)?
    /// Further lines of each account.
    var extra = ""
    let hookPort: Int

    init(
        _ scenario: BreakScenario, _ servers: BreakServers.Group, in folder: String, hookPort: Int,
        _ trouble: Trouble? = nil
    ) {
        let number = Self.numbers.add(1, ordering: .relaxed).newValue
        self.scenario = scenario
        self.servers = servers
        self.trouble = trouble
        self.hookPort = hookPort
        name = "u\(number)"
        self.folder = "\(folder)/\(name)"
    }

    var state: String { folder + "/state" }
    var address: String { "\(name)@example.org" }
    /// Who the second account belongs to.
    var colleague: String { "w\(name)" }
    var reportFile: String { folder + "/report" }
    /// A line for each time that a program ran, with the message's subject.
    var rings: String { folder + "/rings" }

    // MARK: Setting up

    func writeConfiguration() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let imap = ports?.imap ?? servers.mail.imapPort
        let smtp = ports?.smtp ?? servers.submission.submissionPort
        func account(_ name: String, _ user: String) -> String {
            """
            [accounts.\(name)]
            user     = "\(user)"
            address  = "\(user)@example.org"
            password = { file = "../secret" }
            imap     = { host = "127.0.0.1", port = \(imap), security = "none" }
            smtp     = { host = "127.0.0.1", port = \(smtp), security = "none" }
            \(extra)

            """
        }
        var text = "rules = \"../rules\"\nstate = \"state\"\n\n" + account("jane", name)
        if scenario.hasWork { text += account("work", colleague) }
        text += """
            [notify.bell]
            type    = "command"
            command = ["/bin/sh", "../bell", "\(rings)"]

            [notify.hook]
            type = "webhook"
            url  = "http://127.0.0.1:\(hookPort)/\(name)"

            [programs.archiver]
            command = ["/bin/sh", "../archiver", "\(rings)"]
            repeat  = \(scenario.repeatsProgram)

            """
        let path = folder + "/postmoon.toml"
        try text.replacing("\"../", with: "\"\(parent)/").write(toFile: path, atomically: false, encoding: .utf8)
        chmod(path, 0o600)
    }

    private var parent: String { (folder as NSString).deletingLastPathComponent }

    /// Makes state and mailboxes the same as another trial's.
    func copy(_ template: BreakTrial) throws {
        try writeConfiguration()
        let maildirs = [(template.name, name)] + (scenario.hasWork ? [(template.colleague, colleague)] : [])
        try Programs.run("/bin/cp", ["-a", template.state, state])
        for (from, to) in maildirs {
            try Programs.run(
                "/bin/cp", ["-a", "\(servers.mail.path)/m/\(from)", "\(servers.mail.path)/m/\(to)"])
        }
    }

    /// The mailboxes go, and everything else unless it is to be looked at.
    func remove() {
        for user in [name, colleague] { try? FileManager.default.removeItem(atPath: "\(servers.mail.path)/m/\(user)") }
        try? FileManager.default.removeItem(atPath: folder)
    }

    // MARK: Running

    /// Runs a command to its end, with the clock so many hours ahead.
    ///
    /// - Parameter lazily: whether the journal's log is synced late, as it would be with `synchronous = NORMAL`.
    /// - Returns: its exit status, or 128 and the number of the signal that ended it.
    @discardableResult
    func run(_ command: [String], hour: Int, _ breakage: Breakage? = nil, lazily: Bool = false) throws -> CInt {
        let ports = [
            self.ports?.imap ?? servers.mail.imapPort, self.ports?.smtp ?? servers.submission.submissionPort, hookPort,
        ]
        var environment = Programs.environment
        environment["LD_PRELOAD"] = try Faultline.library()
        environment["FAULTLINE_FOLDER"] = state
        environment["FAULTLINE_PORTS"] = ports.map(String.init).joined(separator: ",")
        environment["FAULTLINE_REPORT"] = breakage == nil ? "/dev/null" : reportFile
        environment["FAULTLINE_CLOCK"] = "\(hour * 3_600)"
        if lazily { environment["FAULTLINE_LAZY"] = "1" }
        environment.merge(breakage?.environment ?? [:]) { $1 }
        environment["TZ"] = "UTC"
        let output = open(folder + "/log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard output >= 0 else { throw ServerUnavailable("\(folder)/log cannot be written") }
        defer { close(output) }
        let title = "--- \(command.joined(separator: " ")), hour \(hour), \(breakage.map { "\($0)" } ?? "whole")\n"
        _ = title.withCString { write(output, $0, strlen($0)) }
        let child = try ChildProcess(
            [try PostmoonExecutable.find()] + command + ["--config", folder + "/postmoon.toml"],
            environment: environment, input: nil, output: output)
        if let status = awaited(within: .seconds(60), { child.exitStatus }) { return status }
        kill(child.processIdentifier, SIGKILL)
        _ = awaited(within: .seconds(5)) { child.exitStatus }
        throw ServerUnavailable("\(name): \(command) does not end:\n\(log(last: 30))")
    }

    func log(last count: Int) -> String {
        let text = (try? String(contentsOfFile: folder + "/log", encoding: .utf8)) ?? ""
        return text.split(separator: "\n").suffix(count).joined(separator: "\n")
    }

    // MARK: Looking

    /// Everything that must not change any more once all is over.
    func snapshot() async throws -> BreakSnapshot {
        var found: [Census.Found] = []
        for (prefix, user) in [("", name)] + (scenario.hasWork ? [("work:", colleague)] : []) {
            for mailbox in servers.mail.mailboxes(of: user) {
                for message in servers.mail.messages(of: user, in: mailbox) {
                    let place = Letter.Place(folder: prefix + mailbox, flags: message.flags)
                    found.append(Census.Found(place: place, message: message))
                }
            }
        }
        let journal = try Journal.open(folder: state, access: .readOnly)
        defer { journal.close() }
        let spooled = ((try? FileManager.default.contentsOfDirectory(atPath: state + "/spool")) ?? [])
        let rings = (try? String(contentsOfFile: rings, encoding: .utf8)) ?? ""
        return BreakSnapshot(
            found: found, plans: try await journal.plans(PlanQuery()), counts: try await journal.counts(),
            spooled: spooled.sorted(), rings: rings.split(separator: "\n").map(String.init))
    }
}

/// Mailboxes and journal at one moment.
struct BreakSnapshot: Sendable {
    var found: [Census.Found]
    var plans: [PlanView]
    var counts: JournalCounts
    var spooled: [String]
    var rings: [String]

    /// Two that are alike have the same.
    var fingerprint: String {
        let places = found.map { "\($0.place) \(Token.first(in: $0.message.text) ?? "-")" }.sorted()
        return (places + plans.map(\.explanation) + spooled + rings.sorted()).joined(separator: "\n")
    }
}
