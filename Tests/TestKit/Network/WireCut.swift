/// A line or a literal of a conversation, by its number among those of its direction.
public struct WirePlace: Hashable, Sendable, CustomStringConvertible {
    /// The first through a proxy is 1.
    public var connection: Int
    public var isClient: Bool
    public var index: Int

    public init(connection: Int, isClient: Bool, index: Int) {
        self.connection = connection
        self.isClient = isClient
        self.index = index
    }

    public var description: String { "\(isClient ? "C" : "S")\(connection).\(index)" }
}

/// A line with its end, or a literal.
public struct WirePiece: Hashable, Sendable {
    public var place: WirePlace
    public var bytes: [UInt8]
}

/// How and where one connection ends.
public struct WireCut: Hashable, Sendable, CustomStringConvertible {
    public enum Manner: String, Hashable, Sendable { case close, reset, stall }

    /// The last byte that passes.
    public enum Part: String, Hashable, Sendable, CaseIterable {
        case first, middle, last

        func count(of length: Int) -> Int {
            switch self {
            case .first: min(1, length)
            case .middle: (length + 1) / 2
            case .last: length
            }
        }
    }

    public var place: WirePlace
    public var part: Part
    public var manner: Manner

    public init(_ manner: Manner, behind part: Part, of place: WirePlace) {
        self.place = place
        self.part = part
        self.manner = manner
    }

    public var description: String { "\(manner.rawValue) behind the \(part.rawValue) byte of \(place)" }
}

/// Takes the bytes of one direction apart: lines, and the literals that IMAP announces at their ends.
struct WireReader: Sendable {
    private var rest: [UInt8] = []
    private var literal: Int?
    private var count = 0

    /// Whole pieces with their numbers; what is not whole yet waits.
    mutating func read(_ bytes: [UInt8]) -> [(index: Int, bytes: [UInt8])] {
        rest += bytes
        var pieces: [(index: Int, bytes: [UInt8])] = []
        while let length = nextLength {
            let piece = Array(rest[..<length])
            rest.removeFirst(length)
            literal = literal == nil ? Self.announced(by: piece) : nil
            if piece.isEmpty { continue }
            count += 1
            pieces.append((count, piece))
        }
        return pieces
    }

    private var nextLength: Int? {
        if let literal { return rest.count >= literal ? literal : nil }
        return rest.firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 }
    }

    /// The size of the literal that follows a line.
    static func announced(by line: [UInt8]) -> Int? {
        let end = line.last(where: { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") })
        guard end == UInt8(ascii: "}"), let open = line.lastIndex(of: UInt8(ascii: "{")) else { return nil }
        let digits = line[(open + 1)...].prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        return Int(String(decoding: digits, as: UTF8.self))
    }
}
