import MailModel

/// UIDs in the order in which the server wrote them: COPYUID pairs them by position (RFC 4315 §3). Never expanded.
public struct OrderedUIDs: Hashable, Sendable, CustomStringConvertible {
    /// In the server's order; each counts upwards, as `4:2` means the same as `2:4`.
    public let ranges: [ClosedRange<UInt32>]
    /// How many UIDs; those that stand twice count twice.
    public let count: Int

    init(ranges: [ClosedRange<UInt32>]) {
        self.ranges = ranges
        count = ranges.reduce(0) { $0 + Int($1.upperBound) - Int($1.lowerBound) + 1 }
    }

    /// One UID.
    public init(_ uid: UID) { self.init(ranges: [uid.rawValue...uid.rawValue]) }

    public var set: UIDSet { UIDSet(intervals: ranges) }

    /// The first UID.
    public var first: UID? { ranges.first.flatMap { UID($0.lowerBound) } }

    public var description: String {
        ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound):\($0.upperBound)" }.joined(separator: ",")
    }

    /// The UIDs one by one.
    private var uids: some Sequence<UID> { ranges.lazy.flatMap { $0.lazy.compactMap { UID($0) } } }

    /// Source and target of each copy; `nil` when the counts differ, more than `limit`, or a UID stands twice.
    public static func pair(source: OrderedUIDs, target: OrderedUIDs, limit: Int) -> [(source: UID, target: UID)]? {
        guard source.count == target.count, source.count <= limit else { return nil }
        guard source.set.count == source.count, target.set.count == target.count else { return nil }
        return Array(zip(source.uids, target.uids)).map { (source: $0.0, target: $0.1) }
    }
}
