import MailModel
import Testing

@testable import ActionJournal

/// What a person takes back before it was sent, and what is being sent just then.
@Suite struct WithdrawalTests {
    private let folder: ScratchFolder
    private let journal: Journal

    init() throws {
        folder = try ScratchFolder()
        journal = try Journal.open(folder: folder.state, access: .readWrite)
    }

    /// A plan of which only the sending is left: the step, and its rows for two recipients.
    private func waiting() async throws -> (plan: PlanID, step: StepID, rows: [OutboxID]) {
        let plan = try await journal.plan(
            decision(1, steps: [moveStep(), submitStep(to: ["a@example.com", "b@example.com"])]))
        let steps = try await journal.steps(plan)
        try await journal.apply([
            .stepBegun(steps[0].id, StepPrecondition(), at: 1), .stepFinished(steps[0].id, .done, nil, at: 2),
            .released(plan),
        ])
        return (plan, steps[1].id, try await journal.steps(plan)[1].outbox.map(\.id))
    }

    private let outcome = StepOutcome(detail: "taken back first")

    @Test func whatOnlyWaitsIsNotSent() async throws {
        let (plan, step, _) = try await waiting()
        try await journal.apply([.stepWithdrawn(step, outcome, at: 9)])
        let withdrawn = try await journal.steps(plan)[1]
        #expect(withdrawn.state == .superseded && withdrawn.outcome == outcome && withdrawn.finishedAt == 9)
        #expect(withdrawn.outbox.map(\.state) == [.superseded, .superseded])
        #expect(try await journal.dueOutbox(now: .max, limit: 9).isEmpty)
    }

    @Test func whatIsJustBeingSentGoesOn() async throws {
        let (plan, step, rows) = try await waiting()
        try await journal.apply([.outboxBegun(rows[0], at: 5)])
        try await journal.apply([.stepWithdrawn(step, outcome, at: 9)])
        let sending = try await journal.steps(plan)[1]
        #expect(sending.state == .waiting && sending.outcome == nil)
        #expect(sending.outbox.map(\.state) == [.begun, .ready])
    }

    @Test func whatWasDoneStaysDone() async throws {
        let (plan, step, rows) = try await waiting()
        let move = try await journal.steps(plan)[0]
        for row in rows {
            try await journal.apply([
                .outboxBegun(row, at: 5), .outboxFinished(row, .accepted, .accepted, text: "", notBefore: nil, at: 6),
            ])
        }
        try await journal.apply([.stepFinished(step, .done, nil, at: 6)])
        try await journal.apply([.stepWithdrawn(step, outcome, at: 9), .stepWithdrawn(move.id, outcome, at: 9)])
        #expect(try await journal.steps(plan).map(\.state) == [.done, .done])
    }
}
