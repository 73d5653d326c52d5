import MailModel
import Testing

/// The algebra of UID sets, held against sets that are expanded.
@Suite struct UIDSetTests {
    /// SplitMix64: the same sequence for the same seed.
    struct Seeded: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }

    private func random(_ generator: inout Seeded) -> (set: UIDSet, naive: Set<UInt32>) {
        var intervals: [ClosedRange<UInt32>] = []
        for _ in 0..<Int.random(in: 0...6, using: &generator) {
            let low = UInt32.random(in: 0...40, using: &generator)
            intervals.append(low...(low + UInt32.random(in: 0...8, using: &generator)))
        }
        return (UIDSet(intervals: intervals), Set(intervals.flatMap { $0 }).subtracting([0]))
    }

    private func isCanonical(_ set: UIDSet) -> Bool {
        zip(set.intervals, set.intervals.dropFirst()).allSatisfy { $0.upperBound + 1 < $1.lowerBound }
            && (set.intervals.first.map { $0.lowerBound > 0 } ?? true)
    }

    @Test func aSetIsWhatItsIntervalsHold() {
        var generator = Seeded(state: 1)
        for _ in 0..<2_000 {
            let (set, naive) = random(&generator)
            #expect(isCanonical(set), "\(set)")
            #expect(set.count == naive.count)
            #expect(set.isEmpty == naive.isEmpty)
            #expect(set.uids.map(\.rawValue) == naive.sorted())
            for value in UInt32(1)...50 { #expect(UID(value).map(set.contains) == naive.contains(value)) }
        }
    }

    @Test func unionAndIntersectionAreThoseOfSets() {
        var generator = Seeded(state: 2)
        for _ in 0..<2_000 {
            let (left, naiveLeft) = random(&generator)
            let (right, naiveRight) = random(&generator)
            let union = left.union(right)
            let intersection = left.intersection(right)
            #expect(isCanonical(union) && isCanonical(intersection), "\(left) and \(right)")
            #expect(union.uids.map(\.rawValue) == naiveLeft.union(naiveRight).sorted(), "\(left) and \(right)")
            #expect(
                intersection.uids.map(\.rawValue) == naiveLeft.intersection(naiveRight).sorted(), "\(left) and \(right)"
            )
            #expect(union == right.union(left) && intersection == right.intersection(left))
            #expect(left.union(left) == left && left.intersection(left) == left)
        }
    }

    @Test func insertingOneByOneMakesTheSameSet() {
        var generator = Seeded(state: 3)
        for _ in 0..<500 {
            let values = (0..<20).map { _ in UInt32.random(in: 1...30, using: &generator) }
            var set = UIDSet()
            for value in values { if let uid = UID(value) { set.insert(uid) } }
            #expect(isCanonical(set), "\(values)")
            #expect(set == UIDSet(values.compactMap(UID.init)), "\(values)")
        }
    }

    @Test func everythingCostsOneInterval() throws {
        let all = UIDSet(intervals: [0...4_294_967_295])
        #expect(all.intervals == [1...4_294_967_295])
        #expect(all.count == 4_294_967_295)
        #expect(all.contains(.first) && all.contains(.last))
        #expect(all.union(all) == all && all.intersection(all) == all)
        #expect(all.intersection(UIDSet(.last)).description == "4294967295")
        #expect(UIDSet(intervals: [1...4_294_967_294, 4_294_967_295...4_294_967_295]) == all)
        var set = UIDSet(.last)
        set.insert(.last)
        set.insert(.first)
        #expect(set.description == "1,4294967295")
        #expect(UID.last.next == nil)
    }

    @Test func aSetPrintsAsItStandsOnTheWire() throws {
        #expect(UIDSet(intervals: [7...7, 1...3, 4...4, 9...9]).description == "1:4,7,9")
        #expect(UIDSet().description == "")
        #expect(UIDSet(intervals: [0...0]).isEmpty)
        #expect(NonEmptyUIDSet(UIDSet()) == nil)
        #expect(NonEmptyUIDSet(try #require(UID(3))).description == "3")
    }

    @Test func zeroIsNoUID() {
        #expect(UID(0) == nil && UIDValidity(0) == nil && SequenceNumber(0) == nil)
    }
}
