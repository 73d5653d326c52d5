/// The name of an account as the configuration spells it (`[accounts.home]` → `home`).
public struct AccountName: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let rawValue: String

    /// `nil` unless the name is one or more of `A-Z a-z 0-9 _ -`.
    public init?(_ rawValue: String) {
        let allowed = rawValue.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default:
                false
            }
        }
        guard !rawValue.isEmpty, allowed else { return nil }
        self.rawValue = rawValue
    }

    public var description: String { rawValue }

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
