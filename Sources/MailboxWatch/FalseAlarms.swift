/// Slows us down where a server tells of new mail again and again and there is none, so that one server cannot keep the
/// program busy. New mail that comes meanwhile waits for as long at most.
public struct FalseAlarms: Sendable {
    /// So many in a row cost nothing: some servers say everything three times, some count before they show.
    public static let free = 10
    static let first = 0.25
    /// The longest pause, in seconds. An alarm after more quiet than that counts as the first.
    public static let longest = 30.0

    private var count = 0

    public init() {}

    /// Called after each look that the server asked for.
    ///
    /// - Parameter quiet: seconds since the look before.
    /// - Returns: seconds to pause.
    public mutating func looked(foundNew: Bool, quiet: Double) -> Double {
        guard !foundNew, quiet <= Self.longest else {
            count = 0
            return 0
        }
        count += 1
        guard count > Self.free else { return 0 }
        return min(Self.longest, Self.first * Double(1 << min(count - Self.free - 1, 10)))
    }
}
