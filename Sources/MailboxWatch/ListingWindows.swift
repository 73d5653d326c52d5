import MailModel

/// Cuts a mailbox into ranges of UIDs, each listed by one command, so that a listing of any mailbox is held in parts.
///
/// UIDs may be as sparse as a server likes: a range that held little is followed by a wider one, and one that held much
/// by a narrower one.
public struct ListingWindows: Sendable {
    /// Messages that one range should hold.
    public static let wanted = 5_000
    static let firstWidth: UInt64 = 10_000

    private var first: UID?
    private let end: UID
    private var width = Self.firstWidth

    /// - Parameter end: the first UID that is not listed.
    public init(from first: UID = .first, to end: UID) {
        self.first = first < end ? first : nil
        self.end = end
    }

    /// The next range; `nil` at the end.
    ///
    /// - Parameter held: how many messages the range before it held.
    public mutating func next(after held: Int?) -> ClosedRange<UID>? {
        guard let first else { return nil }
        if let held {
            if held < Self.wanted / 4 { width = min(width * 8, UInt64(UInt32.max)) }
            if held > Self.wanted * 2 { width = max(width / 4, 100) }
        }
        let last = min(UInt64(first.rawValue) + width, UInt64(end.rawValue)) - 1
        guard let last = UID(UInt32(last)) else { return nil }
        self.first = last.next.flatMap { $0 < end ? $0 : nil }
        return first...last
    }
}
