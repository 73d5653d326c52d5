/// A mailbox as people write it: UTF-8, levels separated by `/`, whatever the server uses on the wire.
///
/// `INBOX` is the same in any case (RFC 3501 §5.1). CR, LF, NUL and empty levels cannot be made.
public struct MailboxName: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let rawValue: String

    public static let inbox = MailboxName(unchecked: "INBOX")

    /// `nil` when the name is empty, has an empty level, is longer than 1,000 bytes, or carries a control character.
    public init?(_ rawValue: String) {
        guard !rawValue.isEmpty, rawValue.utf8.count <= 1_000 else { return nil }
        guard rawValue.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { return nil }
        // A `/` with a combining mark behind it is another character here, and a separator on the wire.
        guard rawValue.allSatisfy({ $0 == "/" || !$0.unicodeScalars.contains("/") }) else { return nil }
        let levels = rawValue.split(separator: "/", omittingEmptySubsequences: false)
        guard levels.allSatisfy({ !$0.isEmpty }) else { return nil }
        if Self.isInbox(levels[0]) {
            self.rawValue = (["INBOX"] + levels.dropFirst().map(String.init)).joined(separator: "/")
        } else {
            self.rawValue = rawValue
        }
    }

    /// ASCII only: other letters whose upper case happens to be the same are other names.
    private static func isInbox(_ level: Substring) -> Bool {
        level.utf8.count == 5 && zip(level.utf8, "INBOX".utf8).allSatisfy { $0 & 0xDF == $1 }
    }

    private init(unchecked: String) { rawValue = unchecked }

    public var levels: [Substring] { rawValue.split(separator: "/") }
    public var isInbox: Bool { rawValue == "INBOX" }
    public var description: String { rawValue }

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
