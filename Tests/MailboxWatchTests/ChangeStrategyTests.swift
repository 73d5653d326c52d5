import IMAPSession
import IMAPSyntax
import MailModel
import MailboxWatch
import Testing

/// How changes are asked for, and in which pieces a mailbox is listed.
@Suite struct ChangeStrategyTests {
    private func strategy(
        resync: Bool = true, condstore: Bool = true, since: UInt64? = 50, highest: UInt64? = 60, isFirst: Bool = true
    ) -> ChangeStrategy {
        var selected = SelectedMailbox(name: .inbox)
        selected.highestModSeq = highest.map(ModSeq.init)
        return ChangeStrategy(
            resync: resync, condstore: condstore, since: since.map(ModSeq.init), selected: selected, isFirst: isFirst)
    }

    @Test func theShortestWayThatIsTrustedIsTaken() {
        #expect(strategy() == .resync(since: ModSeq(50)))
        #expect(strategy(resync: false) == .changedSince(ModSeq(50)))
        #expect(strategy(resync: false, condstore: false) == .comparison)
        #expect(strategy(condstore: false) == .comparison)
    }

    @Test func withoutModSequencesEverythingIsCompared() {
        #expect(strategy(since: nil) == .comparison)
        #expect(strategy(since: 0) == .comparison)
        #expect(strategy(highest: nil) == .comparison)
        #expect(strategy(highest: 0) == .comparison)
    }

    @Test func modSequencesThatFellAreNotThoseWeRemember() {
        #expect(strategy(highest: 49) == .comparison)
        #expect(strategy(highest: 50) == .resync(since: ModSeq(50)))
        // What SELECT said is old by then, and ours has grown since.
        #expect(strategy(highest: 49, isFirst: false) == .resync(since: ModSeq(50)))
    }

    // MARK: Windows

    private func windows(to end: UInt32, held: (ClosedRange<UID>) -> Int) -> [ClosedRange<UID>] {
        var windows = ListingWindows(to: UID(end) ?? .last)
        var ranges: [ClosedRange<UID>] = []
        while let range = windows.next(after: ranges.last.map(held)) { ranges.append(range) }
        return ranges
    }

    @Test(arguments: [2, 3, 9_999, 10_000, 10_001, 10_002, 123_456] as [UInt32], [1, 3, 1_000])
    func everyUIDIsListedOnce(_ end: UInt32, _ density: Int) {
        let ranges = windows(to: end) { Int($0.upperBound.rawValue - $0.lowerBound.rawValue) / density }
        #expect(ranges.first?.lowerBound == .first && ranges.last?.upperBound.rawValue == end - 1)
        for (left, right) in zip(ranges, ranges.dropFirst()) { #expect(left.upperBound.next == right.lowerBound) }
    }

    @Test func sparseUIDsCostFewCommandsAndDenseOnesAreListedInParts() {
        #expect(windows(to: .max) { _ in 0 }.count < 10)
        let dense = windows(to: 200_000) { Int($0.upperBound.rawValue - $0.lowerBound.rawValue) + 1 }
        #expect(dense.allSatisfy { $0.upperBound.rawValue - $0.lowerBound.rawValue < 10_000 })
        #expect(dense.count == 20)
    }

    @Test func anEmptyMailboxIsNotListed() {
        #expect(windows(to: 1) { _ in 0 }.isEmpty)
    }
}
