import Testing

@testable import TestKit

/// The program is broken at each of its steps, as a process of its own with a real Dovecot and a real Postfix, and what
/// it left behind is taken up again (DESIGN §2, FAULTS "Crash and cut points").
///
/// The ordinary run breaks some of the steps of each scenario, others each time; `POSTMOON_FAULTS=all` breaks all.
@Suite("Broken at every step", .serialized, .timeLimit(.minutes(30)))
struct BreakTests {
    @Test("killed, without power, or with a reply lost", arguments: BreakScenario.all)
    func broken(_ scenario: BreakScenario) async throws {
        let campaign = try await BreakCampaign(scenario)
        let report = try await campaign.steps()
        let steps = 1...report.steps.count
        try await campaign.carryOut("killed", steps.map { .process(.kill(step: $0)) }, sample: 2)
        // Where all is synced it is as when it is killed. Every other time some of what was not has arrived all the same.
        let losses = steps.filter { !report.steps[$0 - 1].isSynced }.map { step in
            let torn = step % 2 == 0 ? UInt32(truncatingIfNeeded: campaign.seed) : nil
            return Trouble.process(.powerLoss(step: step, torn: torn))
        }
        try await campaign.carryOut("power loss", losses, sample: 2)
        let replies = report.sends.indices.map { Trouble.process(.loseReply(send: $0 + 1)) }
        try await campaign.carryOut("reply lost", replies, sample: 1)
    }

    /// What is acted on is on the disk before. The same program with a journal that syncs late, which is what SQLite does
    /// with `synchronous = NORMAL`, forgets what it sent and sends it again.
    @Test("without its syncs the journal forgets what was acted on") func lateSync() async throws {
        let scenario = try #require(BreakScenario.sending.first { $0.name == "forward" })
        let campaign = try await BreakCampaign(scenario)
        let losses = try await campaign.steps().sends.suffix(4).map { Trouble.process(.powerLoss(step: $0)) }
        let late = try await campaign.carryOut("late syncs", losses, sample: 4, lazily: true)
        #expect(late.broken > 0)
        #expect(late.doubled > 0)
        let tally = try await campaign.carryOut("power loss", losses, sample: 4)
        #expect(tally.complaints == 0)
    }

    @Test("a connection is closed or reset in any line", arguments: BreakScenario.cut)
    func cut(_ scenario: BreakScenario) async throws {
        let campaign = try await BreakCampaign(scenario)
        let cuts = try await campaign.conversation().flatMap { way, piece in
            WireCut.Part.allCases.flatMap { part in
                [WireCut.Manner.close, .reset].map { manner in
                    Trouble.wire(WireCut(manner, behind: part, of: piece.place), way)
                }
            }
        }
        try await campaign.carryOut("cut on the wire", cuts, sample: 6)
    }

    @Test("a server falls silent in any command", arguments: BreakScenario.cut)
    func stalled(_ scenario: BreakScenario) async throws {
        let campaign = try await BreakCampaign(scenario)
        let commands = try await campaign.conversation().filter { $0.piece.isCommand }
        let stalls = commands.map { Trouble.wire(WireCut(.stall, behind: .last, of: $0.piece.place), $0.way) }
        try await campaign.carryOut("silence on the wire", stalls, sample: 2)
    }
}

extension WirePiece {
    /// Whether the server owes an answer after it: a line of a message has none.
    fileprivate var isCommand: Bool {
        guard place.isClient else { return false }
        let text = String(decoding: bytes, as: UTF8.self)
        // IMAP's tags, and what SMTP knows.
        let isTagged = text.hasPrefix("p") && text.dropFirst().first?.isNumber ?? false
        return isTagged
            || ["EHLO", "AUTH", "MAIL", "RCPT", "DATA", "QUIT", ".\r\n"].contains { text.hasPrefix($0) }
    }
}
