/// A message flag: one of the system flags of RFC 3501 §2.3.2 or a keyword. Compared without regard to case.
public struct Flag: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// As it stands on the wire: `\Seen`, `$Forwarded`.
    public let rawValue: String
    private let folded: String

    public static let seen = Flag(system: "\\Seen")
    public static let answered = Flag(system: "\\Answered")
    public static let flagged = Flag(system: "\\Flagged")
    public static let deleted = Flag(system: "\\Deleted")
    public static let draft = Flag(system: "\\Draft")
    public static let recent = Flag(system: "\\Recent")
    static let systemFlags: [Flag] = [.seen, .answered, .flagged, .deleted, .draft, .recent]

    /// A flag as received or as stored: `nil` when it is neither `\Word` nor an atom of at most 200 bytes.
    public init?(wire: String) {
        let atom = wire.hasPrefix("\\") ? wire.dropFirst() : Substring(wire)
        guard !atom.isEmpty, atom.utf8.count <= 200, atom.utf8.allSatisfy(Self.isAtomByte) else { return nil }
        self = Self.systemFlags.first { $0.folded == wire.lowercased() } ?? Flag(system: wire)
    }

    /// The name as rules write it: `seen flagged answered draft deleted` are system flags, all else is a keyword.
    public init?(name: String) {
        if let system = Self.systemFlags.first(where: { $0.name == name.lowercased() }) {
            self = system
        } else {
            guard !name.hasPrefix("\\") else { return nil }
            self.init(wire: name)
        }
    }

    private init(system: String) {
        rawValue = system
        folded = system.lowercased()
    }

    /// The name as rules write it: `seen`, `$Forwarded`.
    public var name: String { isSystem ? String(folded.dropFirst()) : rawValue }
    public var isSystem: Bool { rawValue.hasPrefix("\\") }
    public var description: String { rawValue }

    public static func == (left: Self, right: Self) -> Bool { left.folded == right.folded }
    public static func < (left: Self, right: Self) -> Bool { left.folded < right.folded }
    public func hash(into hasher: inout Hasher) { hasher.combine(folded) }

    /// ATOM-CHAR of RFC 3501 §9: printable ASCII but `( ) { SP % * " \ ]`.
    private static func isAtomByte(_ byte: UInt8) -> Bool {
        guard byte > 0x20, byte < 0x7F else { return false }
        switch byte {
        case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "{"), UInt8(ascii: "%"), UInt8(ascii: "*"),
            UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "]"):
            return false
        default:
            return true
        }
    }
}
