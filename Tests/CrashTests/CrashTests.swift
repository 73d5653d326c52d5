import Testing

@testable import TestKit

/// What is promised holds when the program, its connections or its server die at any moment (DESIGN §2, FAULTS "Crash
/// and cut points").
@Suite("Crashes and cuts", .serialized, .timeLimit(.minutes(4)))
struct CrashTests {
    @Test(
        "fifty kills lose nothing, double nothing, and send every forward",
        arguments: [CapabilityProfile.full, .icloud])
    func kills(_ capabilities: CapabilityProfile) async throws {
        let seed = SeededGenerator.chosenSeed()
        var generator = SeededGenerator(seed: seed)
        let campaign = try await Campaign("kills", capabilities, using: &generator, seed: seed)
        let moments = (0..<50).map { _ in KillMoment.random(using: &generator) }
        // Single letters and heaps, about as many as there are.
        let heaps = (0..<50).map { _ in generator.scaled(in: 1...34) }
        // Sometimes it is killed while it ends in good order.
        let endings = (0..<50).map { _ in
            generator.next() % 8 == 0 ? Duration.milliseconds(Int.random(in: 0...60, using: &generator)) : nil
        }
        try await campaign.run(pausing: true, using: &generator) {
            for ((moment, heap), ending) in zip(zip(moments, heaps), endings) {
                campaign.postman.allow(heap)
                try await moment.wait(campaign.runs) { campaign.postman.delivered }
                if let ending { try await campaign.runs.beginToStop(for: ending) }
                let wasRunning = try await campaign.runs.kill()
                #expect(wasRunning || ending != nil, "it ended by itself:\n\(campaign.runs.log)")
                try await campaign.runs.start()
            }
            return "\(moments.count) kills"
        }
    }

    @Test(
        "fifty cut connections lose nothing, double nothing, and send every forward",
        arguments: [CapabilityProfile.full, .icloud])
    func cuts(_ capabilities: CapabilityProfile) async throws {
        let seed = SeededGenerator.chosenSeed()
        var generator = SeededGenerator(seed: seed)
        let removing = capabilities == .full ? ["UID MOVE"] : ["UID COPY", "UID EXPUNGE"]
        let endOfData = "\r\n.\r\n"
        let imap = ConnectionCut.random(
            400, commands: removing + ["UID STORE", "UID FETCH", "DONE"], bytes: 300...30_000, using: &generator)
        let smtp = ConnectionCut.random(
            20, commands: ["DATA", endOfData, endOfData, endOfData], bytes: 100...20_000, using: &generator)
        let campaign = try await Campaign(
            "cuts", capabilities, using: &generator, seed: seed,
            cuts: CutOrders(imap: CutOrder(cuts: imap, most: 44), smtp: CutOrder(cuts: smtp, most: 6)))
        guard let proxies = campaign.site.proxies else { return }
        try await campaign.run(pausing: false, using: &generator) {
            let count: @Sendable () -> Int = { proxies.imap.cutsDone + proxies.smtp.cutsDone }
            for round in 1...50 {
                campaign.postman.allow(Campaign.letterCount / 50)
                _ = try await blocking {
                    if awaited(within: .seconds(2), { count() >= round ? true : nil }) == nil { proxies.imap.cutNow() }
                    return awaited(within: .seconds(2)) { count() >= round ? true : nil }
                }
                // Loading the rules anew makes it connect again at once, however long it meant to wait.
                campaign.runs.hangUp()
            }
            proxies.imap.stopCutting()
            proxies.smtp.stopCutting()
            campaign.runs.hangUp()
            return "\(proxies.imap.cutsDone) cuts of IMAP and \(proxies.smtp.cutsDone) of SMTP"
        }
    }

    @Test(
        "a mail server that is restarted loses nothing of ours",
        arguments: [CapabilityProfile.full, .icloud])
    func serverRestarts(_ capabilities: CapabilityProfile) async throws {
        let seed = SeededGenerator.chosenSeed()
        var generator = SeededGenerator(seed: seed)
        let campaign = try await Campaign("server restarts", capabilities, using: &generator, seed: seed)
        let moments = (0..<20).map { _ in
            (writes: Int.random(in: 1...15, using: &generator), isAbrupt: generator.next() % 2 == 0)
        }
        try await campaign.run(pausing: false, using: &generator) {
            for moment in moments {
                // It stands still while letters come, so that the restart meets it with work in hand. A delivery that a
                // restart interrupts would be doubled or lost by the test.
                campaign.runs.pause()
                campaign.postman.allow(Campaign.letterCount / moments.count)
                try await campaign.postman.waitUntilIdle()
                campaign.runs.resume()
                try await KillMoment.afterJournalWrites(moment.writes).wait(campaign.runs) { 0 }
                try await campaign.site.restartMail(abruptly: moment.isAbrupt)
                campaign.runs.hangUp()
            }
            return "\(moments.count) restarts"
        }
    }
}
