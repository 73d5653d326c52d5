import ActionJournal
import Foundation
import Testing

@testable import TestKit

/// One run of the whole: letters are delivered while something disturbs, then everything settles and is looked at.
struct Campaign: Sendable {
    static let letterCount = 500

    let name: String
    let seed: UInt64
    let site: CrashSite
    let runs: PostmoonRuns
    let letters: [Letter]
    let postman: Postman
    private let began = ContinuousClock.now

    /// - Parameters:
    ///   - cuts: made by the campaign's generator, for the connections to the mailbox and for submissions.
    ///   - choose: takes some of the letters; left out: all.
    init(
        _ name: String, _ capabilities: CapabilityProfile, using generator: inout SeededGenerator, seed: UInt64,
        cuts: CutOrders? = nil, choose: ([Letter]) -> [Letter] = { $0 }
    ) async throws {
        self.name = "\(name), \(capabilities.rawValue)"
        self.seed = seed
        print("\(self.name): seed \(seed) (POSTMOON_CRASH_SEED=\(seed) repeats it)")
        letters = choose(Letter.letters(Self.letterCount, using: &generator))
        site = try await CrashSite.make(capabilities, cuts: cuts)
        runs = try PostmoonRuns(site.folder, watching: 2)
        postman = Postman(letters, runs, to: site.mail)
        // Mail that lies there before the first look is the past, and stays.
        try await runs.start()
        try await waitForFirstLook()
    }

    private func waitForFirstLook() async throws {
        let runs = runs
        let hasLooked = try await blocking { awaited(within: .seconds(20)) { runs.hasLookedEverywhere ? true : nil } }
        guard hasLooked != nil else { throw ServerUnavailable("postmoon does not watch:\n\(runs.log)") }
    }

    /// Delivers the letters beside the disturbance, waits until all has settled, and judges.
    func run(
        pausing: Bool, using generator: inout SeededGenerator, _ disturb: () async throws -> String
    ) async throws {
        let branch = generator.branch()
        let postman = postman
        async let delivery: Void = postman.deliver(pausing: pausing, using: branch)
        let disturbance = try await disturb()
        postman.allowAll()
        try await delivery
        let settled = try await settle(within: .seconds(60))
        if !settled { Issue.record("\(name), seed \(seed): not settled within a minute") }
        let saidGoodbye = try await runs.stop()
        #expect(saidGoodbye, "SIGTERM must end it in time")
        // A restart with nothing to do does nothing, and clears what an interrupted decision left in the spool.
        _ = try await runs.command("run", "--once")
        try await report(disturbance)
        await site.stop()
    }

    /// Waits until nothing is left that goes on by itself, and every forward that was handed over has arrived.
    private func settle(within limit: Duration) async throws -> Bool {
        let clock = ContinuousClock()
        let end = clock.now + limit
        var isSettled = false
        while !isSettled, clock.now < end {
            _ = try await blocking { awaited(within: .milliseconds(100)) { () -> Bool? in nil } }
            isSettled = try await JournalState.read(site).isSettled(letters)
        }
        // Postfix took them; it needs a moment to pass them on.
        let (site, letters) = (site, letters)
        _ = try await blocking {
            awaited(within: .seconds(20)) { Census.hasForwards(of: letters, site) ? true : nil }
        }
        return isSettled
    }

    // MARK: Report

    private func report(_ disturbance: String) async throws {
        let census = Census(site)
        let journal = try await JournalState.read(site)
        let verdict = Verdict(letters, census, journal)
        let lines = runs.lines
        let interrupted = lines.compactMap { line in
            line.contains("looking at what was interrupted")
                ? line.split(separator: "steps=").last.flatMap { Int($0) } : nil
        }
        let seconds = (ContinuousClock.now - began) / .seconds(1)
        print(
            """
            \(name): seed \(seed), \(disturbance), \(letters.count) messages, \
            lost \(verdict.count(.lost)), doubled \(verdict.count(.doubled)), \
            misplaced or altered \(verdict.count(.misplaced, .altered)), \
            forwards \(census.forwardCount) (lost \(verdict.count(.forwardLost)), in doubt \(verdict.doubts), \
            arrived twice after doubt \(verdict.allowedDuplicates), without \(verdict.count(.forwardDoubled))), \
            notified \(census.rings.count) (not again after doubt \(verdict.noticeDoubts)), \
            steps found interrupted \(interrupted.reduce(0, +)) in \(interrupted.count) looks, \
            \(Int(seconds)) s
            """)
        guard !verdict.complaints.isEmpty else { return }
        Issue.record(Comment(rawValue: await explain(verdict, census, journal, lines)))
        keep()
    }

    private func explain(
        _ verdict: Verdict, _ census: Census, _ journal: JournalState, _ lines: [String]
    ) async -> String {
        var text = "\(name), seed \(seed): \(verdict.complaints.count) complaints\n"
        for complaint in verdict.complaints {
            let letter = complaint.letter.map { "letter \($0.number) \($0.token) \($0.kind.rawValue)" } ?? ""
            text += "\(complaint.charge.rawValue): \(letter) \(complaint.detail)\n"
        }
        let plans = journal.byToken
        let reports = (try? await runs.command("log", "--json", "--limit", "10000"))?.split(separator: "\n") ?? []
        for letter in verdict.examples {
            text += "\n--- letter \(letter.number), \(letter.token), \(letter.kind.rawValue) to \(letter.target)\n"
            for found in census.account[letter.token] ?? [] { text += "lies in \(found.place)\n" }
            for plan in plans[letter.token] ?? [] {
                text += plan.explanation + "\n"
                let marks = ["plan=\(plan.plan.id) ", "plan=\(plan.plan.id)\n"]
                text += lines.filter { line in marks.contains { (line + "\n").contains($0) } }
                    .map { "  \($0)\n" }.joined()
                let why = try? await runs.command("why", "jane/\(plan.plan.key.mailbox)/\(plan.plan.key.uid)")
                text += why ?? "why does not say\n"
            }
            text += reports.filter { $0.contains(letter.token) }.map { "\($0)\n" }.joined()
        }
        text += "\n--- the log's end\n" + lines.suffix(60).joined(separator: "\n")
        return text
    }

    /// Copies logs and journal to a folder that stays, when `POSTMOON_CRASH_KEEP` names one.
    private func keep() {
        guard let folder = ProcessInfo.processInfo.environment["POSTMOON_CRASH_KEEP"] else { return }
        let place = "\(folder)/\(seed)-\(name.replacing(" ", with: "-").replacing(",", with: ""))"
        try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try? FileManager.default.removeItem(atPath: place)
        try? FileManager.default.copyItem(atPath: site.folder.path, toPath: place)
        try? site.mail.log.write(toFile: place + "/dovecot.log", atomically: false, encoding: .utf8)
        try? site.submission.log.write(toFile: place + "/postfix.log", atomically: false, encoding: .utf8)
        print("kept in \(place)")
    }
}
