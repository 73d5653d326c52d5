import ActionJournal
import MailModel

@testable import Daemon

/// What a person asks for.
extension World {
    /// Takes back every plan that is no undo itself.
    func undo() async throws -> Int32 {
        let engine = try await engine()
        let plans = try await engine.surroundings.journal.plans(PlanQuery()).filter { plan in
            if case .undo = plan.plan.trigger { false } else { plan.plan.state != .proposed }
        }
        return try await Undoer(engine: engine).undo(UndoQuery(plans: plans.map(\.plan.id.rawValue))) { _ in }
    }

    /// Lets go whatever is held.
    func releaseHeld() async throws -> Int32 {
        let engine = try await engine()
        let held = try await engine.surroundings.journal.plans(PlanQuery(state: .held))
        return try await Releaser(engine: engine).release(held.map(\.plan.id)) { _ in }
    }

    /// Shows what the rules would do with what is there; asked again, that is another sweep.
    func planSweep(expecting count: Int) async throws -> Int32 {
        let sweep = try await Sweeper(engine: try await engine()).plan(SweepQuery()) { _ in }
        sweepNumber = sweep.number
        return sweep.count == count ? 0 : 1
    }

    func applySweep() async throws -> Int32 {
        try await Sweeper(engine: try await engine()).apply(number: sweepNumber) { _ in }
    }
}

extension Phase {
    static func undo() -> Phase { .command { try await $0.undo() } }
}
