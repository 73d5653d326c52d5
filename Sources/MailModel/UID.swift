/// A message's number in its mailbox, valid as long as the UIDVALIDITY stays (RFC 3501 §2.3.1.1). Never zero.
public struct UID: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let rawValue: UInt32

    public init?(_ rawValue: UInt32) {
        guard rawValue > 0 else { return nil }
        self.rawValue = rawValue
    }

    public static let first = UID(unchecked: 1)
    public static let last = UID(unchecked: .max)

    private init(unchecked: UInt32) { rawValue = unchecked }

    /// The next UID, or `nil` past the last.
    public var next: UID? { rawValue == .max ? nil : UID(unchecked: rawValue + 1) }

    public var description: String { String(rawValue) }
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// A message's place in the mailbox at this moment (RFC 3501 §2.3.1.2). Never stored, never sent by the executor.
public struct SequenceNumber: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let rawValue: UInt32

    public init?(_ rawValue: UInt32) {
        guard rawValue > 0 else { return nil }
        self.rawValue = rawValue
    }

    public var description: String { String(rawValue) }
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// The generation of a mailbox's UIDs (RFC 3501 §2.3.1.1).
public struct UIDValidity: Hashable, Sendable, CustomStringConvertible {
    public let rawValue: UInt32

    public init?(_ rawValue: UInt32) {
        guard rawValue > 0 else { return nil }
        self.rawValue = rawValue
    }

    public var description: String { String(rawValue) }
}

/// A mod-sequence (RFC 7162 §3.1). Zero means that the mailbox does not keep them.
public struct ModSeq: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let rawValue: UInt64

    public init(_ rawValue: UInt64) { self.rawValue = rawValue }

    public var description: String { String(rawValue) }
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
