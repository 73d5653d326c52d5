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
    /// Trials beyond a sample of which none was broken.
    private static let further = 3
    /// Hours between looks after a break.
    private static let looks = 8

    let scenario: BreakScenario
    let servers: BreakServers.Group
    let letters: [BreakLetter]
    let seed: UInt64
    /// Who gets what is sent on; nobody else's.
    let recipient: String
    private let folder: TemporaryFolder
    let hook: HookListener
    let template: BreakTrial

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
        let trial = trial(.process(.kill(step: .max)))
        let result = try await result(of: trial)
        try await awaitForwards([result])
        let report = FaultReport(trial.reportFile)
        try judge([result])
        return report
    }

    func trial(_ trouble: Trouble) -> BreakTrial {
        BreakTrial(scenario, servers, in: folder.path, hookPort: hook.port, trouble)
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

    /// Breaks all of it, each in a trial of its own, or a sample, and writes one line of the table.
    @discardableResult
    func carryOut(_ part: String, _ all: [Trouble], sample count: Int, lazily: Bool = false) async throws -> Tally {
        let began = ContinuousClock.now
        let troubles = sample(all, count, of: part)
        var results = try await results(of: troubles, lazily: lazily)
        // A small sample may hold nothing but steps that did not come this time: then others are taken.
        for index in all.indices.prefix(Self.further) where !all.isEmpty && !results.contains(where: \.wasBroken) {
            let other = all[(all.count / 2 + index) % all.count]
            results += try await self.results(of: [other], lazily: lazily)
        }
        try await awaitForwards(results)
        let tally = try judge(results, isExpectedToFail: lazily)
        let seconds = (ContinuousClock.now - began) / .seconds(1)
        print(
            "\(part), \(scenario.name): seed \(seed), \(all.count) steps, \(tally.broken) of \(results.count) broken, "
                + "\(tally.messages) messages, lost \(tally.lost), doubled \(tally.doubled), in doubt \(tally.doubts), "
                + "\(Int(seconds.rounded())) s")
        #expect(Self.isEnough(broken: tally.broken, of: troubles.count), "\(part), \(scenario.name)")
        if !lazily { try line(part, tally, steps: all.count, seconds: seconds).write() }
        return tally
    }

    private func results(of troubles: [Trouble], lazily: Bool) async throws -> [Result] {
        try await withThrowingTaskGroup(of: Result.self) { group in
            var rest = troubles[...]
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
    }

    /// Whether so many breaks tell anything. The last steps do not come when others came together; but what hardly ever
    /// comes breaks nothing, and what nothing was broken of proves nothing.
    static func isEnough(broken: Int, of chosen: Int) -> Bool {
        chosen == 0 || (broken > 0 && broken * 2 >= chosen - 1)
    }

    private func line(_ part: String, _ tally: Tally, steps: Int, seconds: Double) -> FaultTally {
        var line = FaultTally(part: part, scenario: scenario.name, steps: steps)
        line.broken = tally.broken
        line.messages = tally.messages
        line.lost = tally.lost
        line.doubled = tally.doubled
        line.inDoubt = tally.doubts
        line.seconds = seconds
        return line
    }

    /// All of it when that is asked for; else so many, evenly spread from a place that chance gives.
    private func sample(_ all: [Trouble], _ count: Int, of part: String) -> [Trouble] {
        if Self.isComplete { return all }
        var generator = SeededGenerator(seed: part.utf8.reduce(seed) { $0 &* 31 &+ UInt64($1) })
        let stride = max(1, all.count / count)
        let first = Int.random(in: 0..<stride, using: &generator)
        return all.enumerated().filter { $0.offset % stride == first }.map(\.element)
    }

    private func result(of trial: BreakTrial, lazily: Bool = false) async throws -> Result {
        var trial = trial
        let wire = try TrialWire(trial, servers)
        if let wire {
            trial.ports = wire.ports
            trial.extra = TrialWire.patience
        }
        let (began, template) = (trial, template)
        _ = try await blocking {
            try began.copy(template)
            return try began.run(scenario.command, hour: scenario.hour, began.trouble?.breakage, lazily: lazily)
        }
        let wasBroken = wire?.wasCut ?? FaultReport(trial.reportFile).wasBroken
        let snapshot = try await resume(trial)
        wire?.close()
        return Result(trial: trial, wasBroken: wasBroken, snapshot: snapshot)
    }

    /// Runs again, whole, until a run changes nothing any more.
    func resume(_ trial: BreakTrial) async throws -> BreakSnapshot {
        let first = trial.scenario.hour + 1
        let hours = [first] + (1...Self.looks).map { max(first, trial.scenario.lastHour) + $0 }
        var last: BreakSnapshot?
        for hour in hours {
            _ = try await blocking { try trial.run(["run", "--once"], hour: hour) }
            var now = try await trial.snapshot()
            // Nothing came of it at all: the person asks again.
            if trial.scenario.isUndo, !now.plans.contains(where: \.isUndo) {
                _ = try await blocking { try trial.run(trial.scenario.command, hour: hour) }
                now = try await trial.snapshot()
            }
            if last?.fingerprint == now.fingerprint { return now }
            last = now
        }
        throw ServerUnavailable("\(trial.name): something changes again and again:\n\(trial.log(last: 60))")
    }
}

extension PlanView {
    fileprivate var isUndo: Bool {
        if case .undo = plan.trigger { true } else { false }
    }
}
