import ActionJournal
import Foundation
import Synchronization
import Testing

@testable import TestKit

/// One scenario, broken again and again: each time in a trial of its own, made from one template.
struct BreakCampaign: Sendable {
    /// What a person asks for with `POSTMOON_FAULTS=all`.
    static let isComplete = ProcessInfo.processInfo.environment["POSTMOON_FAULTS"] == "all"
    /// Trials at a time: they wait for servers and disks most of the time.
    private static let width = 3
    /// Hours between looks after a break.
    private static let looks = 8

    let scenario: BreakScenario
    let servers: BreakServers.Group
    let letters: [BreakLetter]
    let seed: UInt64
    /// Who gets what is sent on; nobody else's.
    private let recipient: String
    private let folder: TemporaryFolder
    private let hook: HookListener
    private let template: BreakTrial
    private let began = ContinuousClock.now

    /// Servers run, the mailbox was looked at once, the letters are there, and what goes before is done.
    init(_ scenario: BreakScenario) async throws {
        self.scenario = scenario
        seed = SeededGenerator.chosenSeed()
        letters = (1...scenario.letters).map { BreakLetter($0, of: scenario) }
        servers = try await BreakServers.shared.group(scenario.profile)
        folder = try TemporaryFolder("pmbr")
        hook = try HookListener()
        try folder.makeFolder("rules", mode: 0o700)
        recipient = "\(folder.path.split(separator: ".").last ?? "")@example.com".lowercased()
        let run = scenario.run.replacing("RECIPIENT", with: "'\(recipient)'")
        try folder.write(
            "rules/rules.lua", "rule \"it\" { limit = false, run = function(m) \(run) end }\n\(scenario.rules)\n")
        try folder.write("secret", servers.mail.options.password + "\n")
        try folder.write("bell", "printf '%s\\n' \"$POSTMOON_TITLE\" >>\"$1\"\n")
        try folder.write("archiver", "grep '^Subject: ' >>\"$1\"\n")
        template = BreakTrial(scenario, servers, in: folder.path, hookPort: hook.port)
        try await prepare()
    }

    private func prepare() async throws {
        let (scenario, template) = (scenario, template)
        _ = try await blocking {
            try template.writeConfiguration()
            return try template.run(["run", "--once"], hour: 0)
        }
        let client = try await servers.mail.lmtp()
        for letter in letters { try await client.deliver(Array(letter.text.utf8), to: [template.name]) }
        try await blocking {
            for (command, hour) in scenario.before {
                guard try template.run(command, hour: hour) == 0 else {
                    throw ServerUnavailable("\(command) failed:\n\(template.log(last: 20))")
                }
            }
        }
    }

    // MARK: Breaking

    /// The steps of the unbroken command.
    func steps() async throws -> FaultReport {
        let trial = trial(.kill(step: .max))
        let result = try await result(of: trial)
        try await awaitForwards([result])
        let report = FaultReport(trial.reportFile)
        try judge([result])
        return report
    }

    func trial(_ breakage: Breakage?) -> BreakTrial {
        BreakTrial(scenario, servers, in: folder.path, hookPort: hook.port, breakage)
    }

    struct Result: Sendable {
        var trial: BreakTrial
        var wasBroken: Bool
        var snapshot: BreakSnapshot
    }

    struct Tally: Sendable {
        var broken = 0
        var messages = 0
        var lost = 0
        var doubled = 0
        var doubts = 0
        var complaints = 0
    }

    /// All breakages, and one line of the table.
    @discardableResult
    func carryOut(_ part: String, _ breakages: [Breakage], of steps: Int, lazily: Bool = false) async throws -> Tally {
        let results = try await withThrowingTaskGroup(of: Result.self) { group in
            var rest = breakages[...]
            var results: [Result] = []
            func add(_ group: inout ThrowingTaskGroup<Result, any Error>) {
                guard let next = rest.popFirst() else { return }
                group.addTask { try await result(of: trial(next), lazily: lazily) }
            }
            for _ in 0..<Self.width { add(&group) }
            while let result = try await group.next() {
                results.append(result)
                add(&group)
            }
            return results
        }
        try await awaitForwards(results)
        let tally = try judge(results, isExpectedToFail: lazily)
        let seconds = (ContinuousClock.now - began) / .seconds(1)
        print(
            "\(part), \(scenario.name): seed \(seed), \(steps) steps, \(tally.broken) broken, \(tally.messages) messages, "
                + "lost \(tally.lost), doubled \(tally.doubled), in doubt \(tally.doubts), \(Int(seconds)) s")
        if !lazily { FaultTable.add(part, scenario.name, steps: steps, tally, seconds: seconds) }
        return tally
    }

    private func result(of trial: BreakTrial, lazily: Bool = false) async throws -> Result {
        _ = try await blocking { [template] in
            try trial.copy(template)
            return try trial.run(trial.scenario.command, hour: trial.scenario.hour, trial.breakage, lazily: lazily)
        }
        return Result(
            trial: trial, wasBroken: FaultReport(trial.reportFile).wasBroken, snapshot: try await resume(trial))
    }

    /// Runs again, whole, until a run changes nothing any more.
    private func resume(_ trial: BreakTrial) async throws -> BreakSnapshot {
        let first = trial.scenario.hour + 1
        let hours = [first] + (1...Self.looks).map { max(first, trial.scenario.lastHour) + $0 }
        var last: BreakSnapshot?
        for (index, hour) in hours.enumerated() {
            _ = try await blocking { try trial.run(["run", "--once"], hour: hour) }
            var now = try await trial.snapshot()
            // Nothing came of it at all: the person asks again.
            if trial.scenario.isUndo, !now.plans.contains(where: \.isUndo) {
                _ = try await blocking { try trial.run(trial.scenario.command, hour: hour) }
                now = try await trial.snapshot()
            }
            if index > 1, last?.fingerprint == now.fingerprint { return now }
            last = now
        }
        throw ServerUnavailable("\(trial.name): something changes again and again:\n\(trial.log(last: 60))")
    }

    // MARK: Judging

    /// Postfix took them; it needs a moment to pass them on.
    private func awaitForwards(_ results: [Result]) async throws {
        guard scenario.sends else { return }
        let (servers, wanted) = (servers, Set(results.map(\.trial.address)))
        _ = try await blocking {
            awaited(within: .seconds(30)) { () -> Bool? in
                servers.submission.queueIsEmpty && wanted.isSubset(of: arrivals.keys) ? true : nil
            }
        }
    }

    /// What was sent on, by the address of the trial.
    private var arrivals: [String: [StoredMessage]] {
        guard scenario.sends else { return [:] }
        return Dictionary(grouping: servers.relay.messages(of: recipient)) { message in
            let header = message.header("Resent-From") ?? message.header("From") ?? ""
            return String(header.split { "<> ".contains($0) }.last { $0.contains("@") } ?? "")
        }
    }

    @discardableResult
    private func judge(_ results: [Result], isExpectedToFail: Bool = false) throws -> Tally {
        let forwards = arrivals
        let hooks = Dictionary(grouping: hook.requests) { $0.line.split(separator: " ")[1].dropFirst() }
        var tally = Tally()
        for result in results {
            let trial = result.trial
            let verdict = BreakVerdict(
                trial, letters, result.snapshot, forwards: forwards[trial.address] ?? [],
                hooks: (hooks[trial.name[...]] ?? []).map { String(decoding: $0.body, as: UTF8.self) })
            tally.broken += result.wasBroken ? 1 : 0
            tally.messages += letters.count
            tally.lost += verdict.lost
            tally.doubled += verdict.doubled
            tally.doubts += verdict.doubts
            tally.complaints += verdict.complaints.isEmpty ? 0 : 1
            if !verdict.complaints.isEmpty, !isExpectedToFail { complain(verdict, result) }
            trial.remove()
        }
        return tally
    }

    private func complain(_ verdict: BreakVerdict, _ result: Result) {
        let trial = result.trial
        var text = "\(scenario.name), \(trial.breakage.map { "\($0)" } ?? "whole"), seed \(seed):\n"
        text += verdict.complaints.joined(separator: "\n") + "\n"
        text += result.snapshot.plans.map(\.explanation).joined(separator: "\n") + "\n"
        let steps = FaultReport(trial.reportFile).steps.suffix(6).map { "\($0.deed) \($0.target)" }
        text += "last steps: \(steps.joined(separator: ", "))\n\(trial.log(last: 60))"
        Issue.record(Comment(rawValue: text))
    }
}

extension PlanView {
    fileprivate var isUndo: Bool {
        if case .undo = plan.trigger { true } else { false }
    }
}

extension PostfixServer {
    /// Whether it has handed over everything that it took.
    fileprivate var queueIsEmpty: Bool {
        ["maildrop", "incoming", "active", "deferred"].allSatisfy { queue in
            let folder = "\(path)/queue/\(queue)"
            return FileManager.default.enumerator(atPath: folder)?.allSatisfy { name in
                var isFolder: ObjCBool = false
                // What went away meanwhile is no message either.
                return !FileManager.default.fileExists(atPath: "\(folder)/\(name)", isDirectory: &isFolder)
                    || isFolder.boolValue
            } ?? true
        }
    }
}
