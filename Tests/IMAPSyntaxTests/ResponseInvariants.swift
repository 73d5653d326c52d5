import IMAPSyntax
import MailModel
import NIOCore

/// What holds of the response parser for any bytes; used by tests and by the fuzzer.
enum ResponseInvariants {
    /// Limits so small that damaged bytes of ordinary length go past each of them.
    static let smallLimits: IMAPLimits = {
        var limits = IMAPLimits()
        limits.line = 120
        limits.longLine = 160
        limits.literal = 40
        limits.bodyLiteral = 50
        limits.nesting = 5
        return limits
    }()

    /// What does not hold for these bytes, in words; empty when all does.
    ///
    /// - Parameter seed: chooses the pieces.
    static func violations(_ bytes: [UInt8], seed: UInt64) -> [String] {
        violations(bytes, seed: seed, limits: .standard, called: "standard limits")
            + violations(bytes, seed: seed, limits: smallLimits, called: "small limits")
    }

    private static func violations(
        _ bytes: [UInt8], seed: UInt64, limits: IMAPLimits, called name: String
    ) -> [String] {
        var wrong: [String] = []
        let whole = Replay(limits: limits, pieces: [bytes])
        if Replay(limits: limits, pieces: pieces(of: bytes, seed: seed)) != whole {
            wrong.append("cut into pieces it reads differently")
        }
        if Replay(limits: limits, pieces: bytes.map { [$0] }) != whole {
            wrong.append("byte by byte it reads differently")
        }
        // Each event costs at least a byte, but for begin and end of bodies and messages.
        if whole.events.count > 3 * bytes.count + 3 { wrong.append("more events than bytes") }
        // A bare line feed behind a literal's header counts as CRLF.
        let lineFeeds = bytes.count { $0 == 0x0A }
        if whole.left > bytes.count + lineFeeds { wrong.append("more is left than came") }
        var shape = ResponseShape(limits: limits)
        for event in whole.events { shape.note(event) }
        wrong += shape.faults
        return wrong.map { "\(name): \($0)" }
    }

    /// Mostly a few bytes each, sometimes many.
    private static func pieces(of bytes: [UInt8], seed: UInt64) -> [[UInt8]] {
        var random = SplitMix(state: seed)
        var pieces: [[UInt8]] = []
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + 1 + random.below(random.below(4) == 0 ? 40 : 4))
            pieces.append(Array(bytes[start..<end]))
            start = end
        }
        return pieces
    }
}

/// Follows events and says where they come in an order, or in a size, that nobody may see.
private struct ResponseShape {
    private(set) var faults: [String] = []
    private let limits: IMAPLimits
    private var isInFetch = false
    /// Bytes that the open body still owes.
    private var owed: Int?

    init(limits: IMAPLimits) { self.limits = limits }

    mutating func note(_ event: ResponseEvent) {
        switch event {
        case .untagged(let response):
            require(!isInFetch, "a response within a FETCH")
            require(Self.intervals(in: response) <= limits.longLine, "a set longer than a line")
        case .tagged(let reply):
            require(!isInFetch, "a reply within a FETCH")
            require(!reply.tag.isEmpty, "a reply without a tag")
            if case .copyUID(_, let source, let target) = reply.code {
                // Counted before they are paired, however many the server names.
                if let pairs = OrderedUIDs.pair(source: source, target: target, limit: 1_000) {
                    require(pairs.count <= 1_000, "more pairs than the limit")
                }
            }
        case .continuation:
            require(!isInFetch, "a continuation within a FETCH")
        case .fetchBegin:
            require(!isInFetch, "a FETCH within a FETCH")
            isInFetch = true
        case .fetchAttribute(let attribute):
            require(isInFetch && owed == nil, "an item outside of a FETCH")
            if case .bodyStructure(let structure) = attribute {
                require(Self.depth(of: structure) <= limits.nesting, "parts nest deeper than the limit")
            }
        case .bodyBegin(_, _, let size):
            require(isInFetch && owed == nil, "a body outside of a FETCH")
            require(size <= limits.bodyLiteral || size <= limits.longLine, "a body past its limit")
            owed = size
        case .bodyBytes(let bytes):
            require(bytes.readableBytes > 0, "a piece of nothing")
            owed = owed.map { $0 - bytes.readableBytes }
            require((owed ?? -1) >= 0, "a body longer than announced")
        case .bodyEnd:
            require(owed == 0, "a body shorter than announced")
            owed = nil
        case .fetchEnd:
            require(isInFetch && owed == nil, "an end without a FETCH")
            isInFetch = false
        }
    }

    private mutating func require(_ holds: Bool, _ fault: String) {
        if !holds { faults.append(fault) }
    }

    private static func intervals(in response: UntaggedResponse) -> Int {
        if case .vanished(_, let uids) = response { uids.intervals.count } else { 0 }
    }

    private static func depth(of structure: BodyStructure) -> Int {
        1 + (structure.parts.map(depth).max() ?? 0)
    }
}
