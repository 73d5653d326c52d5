import Foundation
import TestKit
import Testing

/// Plays a scenario whole, and then broken in every way at every step.
struct Campaign: Sendable {
    let scenario: Scenario

    /// Breaks in the ordinary run of the tests, spread over all there are.
    private static let sampleSize = 14

    /// `POSTMOON_FAULTS=all`: every step and every way.
    static let isWhole = ProcessInfo.processInfo.environment["POSTMOON_FAULTS"] == "all"

    func run() async throws { try await ScenarioTurns.shared.enter { try await play() } }

    private func play() async throws {
        let begun = ContinuousClock.now
        let stage = try await Stage(scenario)
        let whole = try await Trial(stage: stage).run()
        let ends = scenario.ends.map(EndState.init)
        try #require(whole.end == ends.first, "\(scenario.name) without a break ends as \(whole.end.lines)")
        #expect(whole.problems.isEmpty, "\(scenario.name) without a break")
        try #require(whole.moments.count > 10, "something happens")

        let letters = whole.letters
        var tally = FaultTally(scenario: scenario.name, steps: whole.moments.count)
        for breakage in Self.chosen(Breakage.all(for: whole.moments, everywhere: scenario.breaksEverywhere)) {
            let broken = try await Trial(stage: stage, breakage: breakage).run()
            guard broken.isBroken else { continue }
            tally.broken += 1
            tally.messages += letters.count
            let moment = broken.moments[breakage.step]
            let isInDoubt = !ends.contains(broken.end) && scenario.isInDoubt(broken.end, breakage, moment)
            if isInDoubt { tally.inDoubt += 1 }
            for letter in letters {
                let copies = broken.end.copies(of: letter)
                let allowed = ends.map { $0.copies(of: letter) }
                if copies < allowed.min() ?? 0 { tally.lost += 1 }
                if copies > allowed.max() ?? 0 { tally.doubled += 1 }
            }
            if !broken.problems.isEmpty || !(ends.contains(broken.end) || isInDoubt) {
                Issue.record(Comment(rawValue: Self.report(scenario, breakage, broken)))
            }
        }
        tally.seconds = (ContinuousClock.now - begun) / .seconds(1)
        try FaultTable.note(tally)
    }

    private static func chosen(_ all: [Breakage]) -> [Breakage] {
        let environment = ProcessInfo.processInfo.environment
        if let only = environment["POSTMOON_FAULTS_ONLY"], !only.isEmpty {
            return all.filter { $0.description == only }
        }
        guard !isWhole, all.count > sampleSize else { return all }
        // Steps that share no divisor with the length, so that every way has its turn.
        return (0..<sampleSize).map { all[$0 * all.count / sampleSize] }
    }

    private static func report(_ scenario: Scenario, _ breakage: Breakage, _ broken: Trial.Outcome) -> String {
        let first = max(0, breakage.step - 6)
        let trail = broken.moments.enumerated().dropFirst(first).prefix(60).map { step, moment in
            "  \(step == breakage.step ? ">" : " ") \(step) \(moment)"
        }
        return """
            \(scenario.name), \(breakage)
              ends as \(broken.end.lines)
              instead of \(scenario.ends[0].sorted())
              problems: \(broken.problems)
            \(trail.joined(separator: "\n"))
            """
    }
}
