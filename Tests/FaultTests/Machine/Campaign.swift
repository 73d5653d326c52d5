import Foundation
import TestKit
import Testing

/// Plays a scenario whole, and then broken in every way at every step.
struct Campaign: Sendable {
    let scenario: Scenario

    /// Breaks in the ordinary run of the tests, spread over all there are.
    private static let sampleSize = 8

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

        var tally = FaultTally(part: "in process", scenario: scenario.name, steps: whole.moments.count)
        for breakage in Self.chosen(Breakage.all(for: whole.moments, everywhere: scenario.breaksEverywhere)) {
            let broken = try await Trial(stage: stage, breakage: breakage, afterwards: breakage.afterwards).run()
            guard broken.isBroken else { continue }
            let isExplained = scenario.isInDoubt(broken.end, breakage, broken.moments[breakage.step])
            tally.note(broken, of: scenario, isExplained: isExplained)
            if let complaint = broken.complaint(about: scenario, isExplained: isExplained) {
                Issue.record(Comment(rawValue: "\(scenario.name), \(breakage), seed \(FaultSample.seed)\n\(complaint)"))
            }
        }
        tally.seconds = (ContinuousClock.now - begun) / .seconds(1)
        try tally.write()
    }

    private static func chosen(_ all: [Breakage]) -> [Breakage] {
        let environment = ProcessInfo.processInfo.environment
        if let only = environment["POSTMOON_FAULTS_ONLY"], !only.isEmpty {
            return all.filter { $0.description == only }
        }
        return isWhole ? all : FaultSample.spread(all, sampleSize)
    }
}

extension Breakage {
    /// Where the program ended it was started anew already; else it is every other time.
    fileprivate var afterwards: Trial.Afterwards {
        switch way {
        case .dies, .diesAfter, .diesTwice: .turn
        case .isCut, .replyIsLost, .straysBehind, .replyIsLate, .replyIsTooLate, .replyComesTwice, .commitIsRefused:
            step.isMultiple(of: 2) ? .restart : .turn
        }
    }
}
