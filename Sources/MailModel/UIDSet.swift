/// A set of UIDs as sorted, disjoint, non-adjacent closed intervals; never expanded (`1:4294967295` costs one interval).
public struct UIDSet: Hashable, Sendable, CustomStringConvertible, ExpressibleByArrayLiteral {
    public private(set) var intervals: [ClosedRange<UInt32>] = []

    public init() {}

    public init(_ uid: UID) { intervals = [uid.rawValue...uid.rawValue] }

    public init(_ range: ClosedRange<UID>) { intervals = [range.lowerBound.rawValue...range.upperBound.rawValue] }

    public init(arrayLiteral elements: UID...) { self.init(elements) }

    public init(_ uids: some Sequence<UID>) {
        self.init(intervals: uids.map { $0.rawValue...$0.rawValue })
    }

    /// Any intervals, in any order, overlapping or not; zero is dropped.
    public init(intervals unsorted: [ClosedRange<UInt32>]) {
        for next in unsorted.sorted(by: { $0.lowerBound < $1.lowerBound }) where next.upperBound > 0 {
            let next = max(1, next.lowerBound)...next.upperBound
            if let last = intervals.last, UInt64(next.lowerBound) <= UInt64(last.upperBound) + 1 {
                intervals[intervals.count - 1] = last.lowerBound...max(last.upperBound, next.upperBound)
            } else {
                intervals.append(next)
            }
        }
    }

    public var isEmpty: Bool { intervals.isEmpty }

    /// How many UIDs; up to 2^32 - 1.
    public var count: Int { intervals.reduce(0) { $0 + Int($1.upperBound) - Int($1.lowerBound) + 1 } }

    public func contains(_ uid: UID) -> Bool {
        var low = 0
        var high = intervals.count
        while low < high {
            let middle = (low + high) / 2
            if intervals[middle].upperBound < uid.rawValue { low = middle + 1 } else { high = middle }
        }
        return low < intervals.count && intervals[low].contains(uid.rawValue)
    }

    public mutating func insert(_ uid: UID) {
        // Mail comes in rising order: the common case touches only the last interval.
        if let last = intervals.last {
            if last.contains(uid.rawValue) { return }
            if last.upperBound < .max, last.upperBound + 1 == uid.rawValue {
                intervals[intervals.count - 1] = last.lowerBound...uid.rawValue
                return
            }
            if uid.rawValue < last.lowerBound {
                self = UIDSet(intervals: intervals + [uid.rawValue...uid.rawValue])
                return
            }
        }
        intervals.append(uid.rawValue...uid.rawValue)
    }

    public func union(_ other: UIDSet) -> UIDSet { UIDSet(intervals: intervals + other.intervals) }

    /// What is in both.
    public func intersection(_ other: UIDSet) -> UIDSet {
        var result: [ClosedRange<UInt32>] = []
        var left = 0
        var right = 0
        while left < intervals.count, right < other.intervals.count {
            let low = max(intervals[left].lowerBound, other.intervals[right].lowerBound)
            let high = min(intervals[left].upperBound, other.intervals[right].upperBound)
            if low <= high { result.append(low...high) }
            if intervals[left].upperBound < other.intervals[right].upperBound { left += 1 } else { right += 1 }
        }
        return UIDSet(intervals: result)
    }

    /// The UIDs one by one. Only for sets that we made ourselves: a server's set can be 2^32 long.
    public var uids: some Sequence<UID> {
        intervals.lazy.flatMap { $0.lazy.compactMap { UID($0) } }
    }

    /// The sequence-set of RFC 3501 §9, such as `1:3,7`; empty for the empty set.
    public var description: String {
        intervals.map { $0.lowerBound == $0.upperBound ? "\($0.lowerBound)" : "\($0.lowerBound):\($0.upperBound)" }
            .joined(separator: ",")
    }
}

/// A UID set with at least one member: what commands that change or destroy messages take.
public struct NonEmptyUIDSet: Hashable, Sendable, CustomStringConvertible {
    public let set: UIDSet

    public init?(_ set: UIDSet) {
        guard !set.isEmpty else { return nil }
        self.set = set
    }

    public init(_ uid: UID) { set = UIDSet(uid) }

    public var description: String { self.set.description }
}
