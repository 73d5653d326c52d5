import ActionJournal
import MailModel
import Testing

@testable import TestKit

/// Something happens to messages between two commands, just where the program was interrupted.
@Suite("Half done", .serialized, .timeLimit(.minutes(2)))
struct HalfDoneTests {
    @Test("a MOVE of which the server did only the first half is finished, not done again")
    func halfMove() async throws {
        try await interrupt("half a MOVE", .full, before: "UID MOVE", begun: .uidMove) { site, plan in
            // What a server does that dies between the two halves.
            try await site.mail.doveadm(
                "copy", "-u", CrashSite.user, Letter.folders[0], "mailbox", "INBOX", "uid", "\(plan.key.uid)")
        }
    }

    @Test("a MOVE that the server did although the connection broke is not done again")
    func wholeMove() async throws {
        try await interrupt("a whole MOVE", .full, before: "UID MOVE", begun: .uidMove) { site, plan in
            try await site.mail.doveadm(
                "move", "-u", CrashSite.user, Letter.folders[0], "mailbox", "INBOX", "uid", "\(plan.key.uid)")
        }
    }

    @Test("a COPY that the server did although the connection broke is not done again")
    func wholeCopy() async throws {
        try await interrupt("a whole COPY", .icloud, before: "UID COPY", begun: .uidCopy) { site, plan in
            try await site.mail.doveadm(
                "copy", "-u", CrashSite.user, Letter.folders[0], "mailbox", "INBOX", "uid", "\(plan.key.uid)")
        }
    }

    @Test("a mark that somebody sets between the copy and the removal is carried to the copy")
    func markedMeanwhile() async throws {
        try await interrupt(
            "marked meanwhile", .icloud, before: "UID STORE", begun: .markDeleted, givenFlags: ["S"]
        ) { site, plan in
            try await site.mail.doveadm(
                "flags", "add", "-u", CrashSite.user, "\\Seen", "mailbox", "INBOX", "uid", "\(plan.key.uid)")
        }
    }

    /// Five letters are to be moved to one folder; the connection breaks before the command, the program is killed,
    /// something is done to each message whose step was begun, and the program is started again.
    private func interrupt(
        _ name: String, _ capabilities: CapabilityProfile, before command: String, begun kind: StepKind,
        givenFlags: Set<Character> = [], _ act: (CrashSite, PlanRecord) async throws -> Void
    ) async throws {
        let seed = SeededGenerator.chosenSeed()
        var generator = SeededGenerator(seed: seed)
        let cuts = CutOrder(cuts: Array(repeating: .beforeCommand(command), count: 9), most: 1)
        let campaign = try await Campaign(
            name, capabilities, using: &generator, seed: seed, cuts: CutOrders(imap: cuts)
        ) { letters in
            letters.filter { $0.kind == .moved && $0.target == Letter.folders[0] }.prefix(5).map { letter in
                var letter = letter
                letter.givenFlags = givenFlags
                return letter
            }
        }
        let proxy = try #require(campaign.site.proxies?.imap)
        try await campaign.run(pausing: false, using: &generator) {
            // It stands still until all are there, so that one command is for all.
            campaign.runs.pause()
            campaign.postman.allowAll()
            try await campaign.postman.waitUntilIdle()
            campaign.runs.resume()
            let wasCut = try await blocking { awaited(within: .seconds(10)) { proxy.cutsDone > 0 ? true : nil } }
            try #require(wasCut != nil)
            try await campaign.runs.kill()
            let plans = try await JournalState.read(campaign.site).plans.filter { plan in
                plan.steps.contains { $0.kind == kind && $0.state == .begun }
            }
            #expect(plans.count == campaign.letters.count)
            for plan in plans { try await act(campaign.site, plan.plan) }
            try await campaign.runs.start()
            return "\(plans.count) begun"
        }
    }
}
