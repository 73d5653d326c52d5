import ActionJournal
import Foundation
import MailModel
import Synchronization
import Testing

@testable import TestKit

/// One soak: letters come, another client meddles, the program is killed and its connections are cut, for so long; then
/// everything settles and is looked at.
struct SoakRun: Sendable {
    /// However long it is: what comes in a minute is bounded by the wait between letters.
    static let mostLetters = 20_000

    let seed: UInt64
    let length: Duration
    let site: SoakSite
    let runs: PostmoonRuns
    let client: OtherClient
    private let began = ContinuousClock.now

    init(_ length: Duration, seed: UInt64, using generator: inout SeededGenerator) async throws {
        self.seed = seed
        self.length = length
        print("soak: seed \(seed) (POSTMOON_CRASH_SEED=\(seed) repeats it)")
        site = try await SoakSite.make(cutting: &generator)
        runs = try PostmoonRuns(site.folder, watching: 4)
        client = OtherClient(site, beside: runs)
    }

    func run(using generator: inout SeededGenerator) async throws {
        let (killing, delivering) = (generator.branch(), generator.branch())
        try await runs.start()
        let runs = runs
        // Mail that lies there before the first look is the past, and stays.
        let hasLooked = try await blocking { awaited(within: .seconds(60)) { runs.hasLookedEverywhere ? true : nil } }
        guard hasLooked != nil else { throw ServerUnavailable("postmoon does not watch:\n\(runs.log)") }
        let end = ContinuousClock.now + length
        async let letters = deliver(until: end, using: delivering)
        let kills = try await kill(until: end, using: killing)
        let sent = try await letters
        let cuts = site.cutCount
        site.stopCutting()
        try await runs.start()
        let judgement = try await settle(sent, within: .seconds(180))
        let saidGoodbye = try await runs.stop()
        #expect(saidGoodbye, "SIGTERM must end it in time")
        // Once more: nothing is left to do, and nothing changes.
        let before = SoakCensus(site).places
        _ = try await runs.command("run", "--once")
        #expect(SoakCensus(site).places == before, "a run with nothing to do changed something")
        try await report(sent, judgement, kills: kills, cuts: cuts)
        await site.stop()
    }

    // MARK: Disturbance

    private func deliver(until end: ContinuousClock.Instant, using generator: SeededGenerator) async throws
        -> [SoakLetter]
    {
        var generator = generator
        let prefix = String(generator.next() >> 32, radix: 36)
        var letters: [SoakLetter] = []
        let posts = try await [SoakLetter.Home.jane: site.mail[.jane]?.lmtp(), .joe: site.mail[.joe]?.lmtp()]
        try await withThrowingTaskGroup(of: Void.self) { group in
            while ContinuousClock.now < end, letters.count < Self.mostLetters {
                // Single letters, and now and then a heap.
                let heap = generator.next() % 12 == 0 ? generator.scaled(in: 2...40) : 1
                for _ in 0..<heap {
                    let letter = SoakLetter.random(
                        letters.count + 1, prefix: prefix, schedules: length >= .seconds(60), using: &generator)
                    try await posts[letter.home]??.deliver(letter.bytes, to: [letter.home.rawValue])
                    letters.append(letter)
                    let branch = generator.branch()
                    group.addTask { try await client.meddle(with: letter, using: branch) }
                }
                await runs.proceed(writes: generator.scaled(in: 1...12), within: .milliseconds(1_500))
            }
            try await group.waitForAll()
        }
        return letters
    }

    /// - Returns: how often the program was killed.
    private func kill(until end: ContinuousClock.Instant, using generator: SeededGenerator) async throws -> Int {
        var generator = generator
        var kills = 0
        while ContinuousClock.now < end {
            // It is let get somewhere, and then meets a moment at which it has work in hand.
            await runs.proceed(writes: generator.scaled(in: 2...80), within: .seconds(8))
            if generator.next() % 3 == 0 { site.cutNow(Int(generator.next() % 3)) }
            try await KillMoment.random(using: &generator).wait(runs) { 0 }
            let wasRunning = try await runs.kill()
            #expect(wasRunning, "it ended by itself:\n\(runs.log.suffix(4_000))")
            kills += 1
            if ContinuousClock.now < end { try await runs.start() }
        }
        return kills
    }

    // MARK: The end

    private struct Judgement {
        var verdict: SoakVerdict
        var steps: Int
        /// What goes on still; empty when all has settled.
        var open: [String]
    }

    /// Waits until nothing is left that goes on by itself, and nothing is to be complained of; at most so long, and so long
    /// after the last message is due whose server was cut off again and again.
    private func settle(_ letters: [SoakLetter], within limit: Duration) async throws -> Judgement {
        var end = ContinuousClock.now + limit
        while true {
            let (open, plans) = try await look()
            let due = plans.flatMap(\.steps).flatMap(\.outbox).filter { $0.state == .ready }.compactMap(\.notBefore)
                .max()
            if let due {
                let wait = Duration.seconds(Double(due) - Date().timeIntervalSince1970)
                end = max(end, ContinuousClock.now + wait + .seconds(30))
            }
            let verdict = SoakVerdict(letters, SoakCensus(site), plans, client.deeds)
            if open.isEmpty && verdict.complaints.isEmpty || ContinuousClock.now >= end {
                return Judgement(verdict: verdict, steps: plans.map(\.steps.count).reduce(0, +), open: open)
            }
            await runs.proceed(writes: 1, within: .seconds(1))
        }
    }

    private func look() async throws -> (open: [String], plans: [PlanView]) {
        let journal = try Journal.open(folder: site.state, access: .readOnly)
        defer { journal.close() }
        let counts = try await journal.counts()
        let busy: [OutboxState] = [.waiting, .ready, .begun, .dotSent, .unknown]
        var open = busy.compactMap { state in counts.outbox[state].map { "\($0) to send: \(state.rawValue)" } }
        if counts.timers > 0 { open.append("\(counts.timers) timers") }
        let plans = try await journal.plans(PlanQuery())
        open += plans.filter { [.planned, .running].contains($0.plan.state) }.map(\.explanation)
        for progress in try await journal.allProgress() {
            guard let home = SoakLetter.Home(rawValue: progress.account.rawValue) else { continue }
            let next = try await site.mail[home]?.doveadm(
                "mailbox", "status", "-u", home.rawValue, "uidnext", progress.mailbox.rawValue)
            let number = next?.split(separator: "=").last.flatMap { UInt32($0.filter(\.isNumber)) } ?? 0
            if progress.nextUID.rawValue < number {
                open.append("\(home.rawValue)/\(progress.mailbox): seen below \(progress.nextUID) of \(number)")
            }
        }
        return (open, plans)
    }

    // MARK: Report

    private func report(_ letters: [SoakLetter], _ judgement: Judgement, kills: Int, cuts: Int) async throws {
        let verdict = judgement.verdict
        let seconds = Int((ContinuousClock.now - began) / .seconds(1))
        print(
            "soak: seed \(seed), \(kills) kills, \(cuts) cuts, \(letters.count) messages, lost \(verdict.count(.lost)), "
                + "doubled \(verdict.count(.doubled)), misplaced or altered \(verdict.count(.misplaced, .altered)), "
                + "dragged back \(client.deeds.count), in doubt \(verdict.doubts), \(seconds) s")
        var line = FaultTally(
            part: "soak", scenario: "two accounts, another client, seed \(seed)", steps: judgement.steps)
        line.broken = kills + cuts
        line.messages = letters.count
        line.lost = verdict.count(.lost, .forwardLost)
        line.doubled = verdict.count(.doubled, .forwardDoubled)
        line.inDoubt = verdict.doubts
        line.seconds = Double(seconds)
        try line.write()
        if !judgement.open.isEmpty {
            Issue.record("soak, seed \(seed): not settled\n\(judgement.open.joined(separator: "\n"))")
        }
        guard !verdict.complaints.isEmpty || !judgement.open.isEmpty else { return }
        Issue.record(Comment(rawValue: explain(verdict)))
        keep()
    }

    private func explain(_ verdict: SoakVerdict) -> String {
        var text = "soak, seed \(seed): \(verdict.complaints.count) complaints\n"
        for complaint in verdict.complaints {
            let letter = complaint.letter.map { "\($0.token) \($0.home) \($0.kind.rawValue) \($0.meddling.rawValue)" }
            text += "\(complaint.charge.rawValue): \(letter ?? "") \(complaint.detail)\n"
        }
        let lines = runs.lines
        for complaint in verdict.complaints.prefix(8) {
            guard let letter = complaint.letter else { continue }
            text += "\n--- \(complaint.charge.rawValue): \(letter.token), \(letter.home), \(letter.kind.rawValue), "
            text += "\(letter.meddling.rawValue), to \(letter.folder)\n"
            for plan in verdict.plans(of: letter) {
                text += plan.explanation + "\n"
                let mark = "plan=\(plan.plan.id) "
                text += lines.filter { ($0 + " ").contains(mark) }.map { "  \($0)\n" }.joined()
            }
        }
        return text + "\n--- the log's end\n" + lines.suffix(40).joined(separator: "\n")
    }

    /// Copies logs and journal to a folder that stays, when `POSTMOON_CRASH_KEEP` names one.
    private func keep() {
        guard let folder = ProcessInfo.processInfo.environment["POSTMOON_CRASH_KEEP"] else { return }
        let place = "\(folder)/soak-\(seed)"
        try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try? FileManager.default.removeItem(atPath: place)
        try? FileManager.default.copyItem(atPath: site.folder.path, toPath: place)
        for (home, server) in site.mail {
            try? server.log.write(toFile: "\(place)/dovecot-\(home).log", atomically: false, encoding: .utf8)
        }
        print("kept in \(place)")
    }
}
