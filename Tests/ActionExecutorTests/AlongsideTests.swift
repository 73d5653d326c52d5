import ActionJournal
import IMAPSession
import MailModel
import TestKit
import Testing

/// What is done in one go for messages that have nothing to do with each other.
@Suite struct AlongsideTests {
    @Test(arguments: [ServerTraits.modern, .withoutMove]) func marksGoOutBehindMovesOfOthers(
        _ traits: ServerTraits
    ) async throws {
        let bench = try FilingBench(traits)
        let (moved, marked) = (bench.store.deliver(letter("moved")), bench.store.deliver(letter("marked")))
        let plans = [
            try await bench.plan(marked, [.mark(flag: "flagged")]),
            try await bench.plan(moved, [.move(to: "Receipts")]),
        ]
        try await bench.attendUntilQuiet()
        #expect(bench.store.places(of: moved) == ["Receipts"] && bench.store.places(of: marked) == ["INBOX"])
        #expect(bench.store.flags(of: marked, in: "INBOX") == [.flagged])
        for plan in plans { #expect(try await bench.state(plan) == .done) }
        let commands = bench.server.commands.map { "\($0)" }
        let filing = try #require(commands.firstIndex { $0.contains(traits.has("MOVE") ? "UID MOVE" : "UID COPY") })
        let store = try #require(commands.firstIndex { $0.contains("UID STORE") })
        #expect(filing < store, "\(commands)")
    }

    @Test(arguments: [ServerTraits.modern, .withoutMove]) func aMessageOfTwoPlansIsMarkedBeforeItIsGone(
        _ traits: ServerTraits
    ) async throws {
        let bench = try FilingBench(traits)
        let token = bench.store.deliver(letter("both"))
        let other = bench.store.deliver(letter("other"))
        let plans = [
            try await bench.plan(token, [.move(to: "Receipts")]),
            try await bench.plan(token, [.mark(flag: "flagged")], trigger: .sweep(run: 1)),
            try await bench.plan(other, [.mark(flag: "seen")]),
        ]
        try await bench.attendUntilQuiet()
        #expect(bench.store.places(of: token) == ["Receipts"])
        #expect(bench.store.flags(of: token, in: "Receipts") == [.flagged])
        for plan in plans { #expect(try await bench.state(plan) == .done) }
    }

    /// More than are begun together, into three folders: a cut anywhere leaves each in one place, and known.
    @Test func manyAreBegunInTurns() async throws {
        for cut in [nil, 1, 2] {
            let bench = try FilingBench(.modern)
            var tokens: [Int] = []
            for (index, folder) in ["Receipts", "Elsewhere", "Receipts/Old"].enumerated() {
                let own = (0..<1_100).map { bench.store.deliver(letter("\(index)-\($0)", id: "\(index)-\($0)")) }
                try await bench.plan(all: own, [.move(to: folder)])
                tokens += own
            }
            if let cut { bench.server.put(.cutAfter, at: cut) }
            _ = try await bench.attendUnlessCut()
            bench.server.rest()
            try bench.crash()
            try await bench.attendUntilQuiet()
            for token in tokens { #expect(bench.store.places(of: token).count == 1, "cut \(cut ?? 0)") }
            #expect(bench.store["INBOX"]?.messages.isEmpty ?? false, "cut \(cut ?? 0)")
            #expect(bench.store.violations.isEmpty)
        }
    }
}
