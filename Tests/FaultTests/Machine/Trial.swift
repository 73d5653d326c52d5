import ActionJournal
import MailModel
import TestKit

@testable import Daemon

/// A scenario played once, whole or broken at one step, to its end.
struct Trial: Sendable {
    struct Outcome: Sendable {
        var moments: [Breakage.Moment] = []
        /// Whether the world was broken at all.
        var isBroken = false
        /// The steps at which it was.
        var breaks: [Int] = []
        /// Whether a connection hung.
        var hasStalled = false
        var end = EndState([])
        /// What the server of the account `home` was told until then.
        var commands: [String] = []
        /// The letters that were delivered.
        var letters: Set<String> = []
        /// What must not be, whatever the scenario is about.
        var problems: [String] = []
        /// Recipients to whom an attempt to send ended in doubt.
        var doubts = 0
    }

    enum Afterwards {
        /// A new start of the program.
        case restart
        /// One more turn of it.
        case turn
        /// The end is not looked at again.
        case nothing
    }

    let stage: Stage
    var breakage: Breakage?
    var cutter: ByteCutter?
    /// What has to change nothing in the end.
    var afterwards = Afterwards.restart
    /// Prepares the servers for more than fate has in mind.
    var meddling: @Sendable (World) -> Void = { _ in }

    /// More turns than this and the program goes in circles.
    private static let mostTurns = 40

    /// Whether the world may break in ways that fate does not know of.
    var isMeddled = false

    func run() async throws -> Outcome {
        let world = try stage.world(breakage, cutter: cutter)
        meddling(world)
        var outcome = Outcome()
        do {
            for (index, phase) in stage.scenario.course.enumerated() {
                if index == stage.scenario.firstCutPhase { cutter?.begin() }
                outcome.problems += try await play(phase, in: world)
            }
            outcome.problems += try await settle(world)
            outcome.moments = world.fate.moments
            outcome.isBroken = world.fate.isMet
            outcome.letters = Set(world.letterNames)
            outcome.breaks = world.fate.breaks
            outcome.hasStalled = world.fate.hasStalled
            outcome.end = try await EndState(of: world)
            outcome.commands = world.sites["home"]?.server.commands ?? []
            outcome.problems += try await remains(world)
            let sending = try await SendingAccount(of: world)
            outcome.problems += sending.problems
            outcome.doubts = sending.doubts
            if sending.doubts > 0, !stage.scenario.isDoubtful, !outcome.mayDoubt {
                outcome.problems.append(
                    "something sent is in doubt, though nothing broke between its dot and the reply")
            }
            outcome.problems += try await changesOnceMore(world, outcome.end)
        } catch {
            await world.stop()
            throw error
        }
        await world.stop()
        return outcome
    }

    // MARK: The course

    private func play(_ phase: Phase, in world: World) async throws -> [String] {
        let breaks = world.fate.breaks.count
        switch phase {
        case .deliver(let letter, let mailbox, let account, let flags):
            world.deliver(letter, to: mailbox, of: account, flags: flags)
        case .pass(let seconds): world.clock.pass(seconds)
        case .meanwhile(let act): try act(world)
        case .restart: await world.stop()
        case .turn:
            let faults = await world.turn()
            if isMeddled || world.fate.breaks.count != breaks { return try await settle(world, faults) }
        case .command(let status, let ask): return try await play(ask, expecting: status, in: world)
        }
        return []
    }

    private func play(
        _ ask: @Sendable (World) async throws -> Int32, expecting status: Int32?, in world: World
    ) async throws -> [String] {
        let breaks = world.fate.breaks.count
        var given = try? await ask(world)
        if !isMeddled, world.fate.breaks.count == breaks {
            guard status == nil || given == status else {
                return ["a command gave \(given.map(String.init) ?? "an error"), not \(status ?? 0)"]
            }
            // A command ends with a turn, which also tidies up behind it.
            return try await settle(world, ["a command"])
        }
        var isBroken = true
        for _ in 0..<3 {
            let problems = try await settle(world, ["a break"])
            // Of one that may end as it likes only an answer that nothing broke tells that it was heard.
            let isUnheard = given == nil || (status.map { $0 != given } ?? isBroken)
            guard problems.isEmpty, isUnheard else { return problems }
            let breaks = world.fate.breaks.count
            given = try? await ask(world)
            isBroken = world.fate.breaks.count != breaks
        }
        let problems = try await settle(world)
        return status == nil || given == status ? problems : problems + ["a command failed, however often it was given"]
    }

    /// Turns, hours apart where something waits for that, until nothing is left to do.
    ///
    /// - Parameter faults: what went wrong just now.
    private func settle(_ world: World, _ faults: [String] = []) async throws -> [String] {
        var faults = faults
        var failed = 0
        for _ in 0..<Self.mostTurns {
            if world.fate.isDead {
                await world.stop()
                faults = ["it died"]
            }
            // A fault that stays is the scenario's; what waits behind it is seen in the end.
            if faults.isEmpty || failed > 3, try await openWork(world) == 0 { return [] }
            faults = await world.turn()
            failed = faults.isEmpty ? 0 : failed + 1
            if world.fate.isDead { continue }
            guard let journal = try? await world.journal() else { continue }
            world.clock.set(try await due(journal, world) ?? world.clock.now + 61)
            world.clock.pass(stage.scenario.lateness)
        }
        return ["it does not come to rest: \(faults)"]
    }

    private func openWork(_ world: World) async throws -> Int {
        guard let counts = try? await world.journal().counts() else { return 1 }
        return counts.plans[.planned, default: 0] + counts.plans[.running, default: 0]
            + [.ready, .begun, .dotSent].reduce(0) { $0 + counts.outbox[$1, default: 0] }
    }

    private func due(_ journal: Journal, _ world: World) async throws -> Int64? {
        var times: [Int64] = []
        for account in world.sites.keys.compactMap(AccountName.init) {
            if let time = try await journal.nextStepDue(account: account, after: 0) { times.append(time) }
        }
        if let time = try await journal.nextOutboxDue() { times.append(time) }
        return times.min().flatMap { $0 > world.clock.now ? $0 : nil }
    }

    // MARK: The end

    private func remains(_ world: World) async throws -> [String] {
        var problems: [String] = []
        for (name, site) in world.sites {
            problems += site.store.violations.map { "\(name): \($0)" }
        }
        problems += world.submission.violations
        problems += stage.scenario.violations(world)
        let plans = try await world.journal().plans(PlanQuery())
        for plan in plans {
            if [.planned, .running].contains(plan.plan.state) { problems.append("plan \(plan.plan.id) never ends") }
            for step in plan.steps where step.state == .begun {
                problems.append("a step of plan \(plan.plan.id) is begun for ever")
            }
        }
        let spooled = try await world.engine().surroundings.spool.count()
        let needed = try await world.journal().neededSpoolFiles().count
        if spooled > needed { problems.append("\(spooled) files are left in the spool, \(needed) of them needed") }
        return problems
    }

    /// The program is started once more, later, and nothing may come of it.
    private func changesOnceMore(_ world: World, _ end: EndState) async throws -> [String] {
        if afterwards == .nothing { return [] }
        if afterwards == .restart { await world.stop() }
        world.clock.pass(600)
        _ = await world.turn()
        let then = try await EndState(of: world)
        return then == end ? [] : ["once more changed it to \(then.lines)"]
    }
}
