/// How one connection through a proxy is to end: by a reset.
public enum ConnectionCut: Sendable {
    /// When so many bytes went through, both directions together.
    case afterBytes(Int)
    /// The command reaches the server; of its answer so many bytes reach the client.
    case afterCommand(String, answer: Int)
    /// The command reaches the server, and the cut does at the same time.
    case withCommand(String)
    /// The command does not reach the server.
    case beforeCommand(String)
}

/// What a proxy does to its connections.
public struct CutOrder: Sendable {
    /// One for each connection, the last of them first; not each comes about.
    public var cuts: [ConnectionCut]
    /// So many are made in all, those of `cutNow` apart.
    public var most: Int

    public init(cuts: [ConnectionCut] = [], most: Int = 0) {
        self.cuts = cuts
        self.most = most
    }
}

/// How far a connection is on its way to its cut.
struct CutCourse {
    private var cut: ConnectionCut?
    private var passed = 0
    /// Of the answer that is cut: bytes that may still pass.
    private var answerLeft: Int?
    /// The end of what the client sent, in case a command comes in two pieces.
    private var tail: [UInt8] = []

    init(_ cut: ConnectionCut? = nil) { self.cut = cut }

    /// How many of these bytes of the client pass before the cut; `nil`: it has not come yet.
    mutating func limit(ofClient bytes: [UInt8]) -> Int? {
        switch cut {
        case .afterBytes(let limit): return rest(of: limit, bytes)
        case .afterCommand(let command, let answer):
            if sees(command, bytes) { answerLeft = answer }
            return nil
        case .withCommand(let command): return sees(command, bytes) ? bytes.count : nil
        case .beforeCommand(let command): return sees(command, bytes) ? 0 : nil
        case nil: return nil
        }
    }

    /// The same for bytes of the server.
    mutating func limit(ofServer bytes: [UInt8]) -> Int? {
        if let left = answerLeft {
            answerLeft = max(0, left - bytes.count)
            return left <= bytes.count ? left : nil
        }
        guard case .afterBytes(let limit) = cut else { return nil }
        return rest(of: limit, bytes)
    }

    private mutating func rest(of limit: Int, _ bytes: [UInt8]) -> Int? {
        defer { passed += bytes.count }
        return passed + bytes.count >= limit ? max(0, limit - passed) : nil
    }

    private mutating func sees(_ command: String, _ bytes: [UInt8]) -> Bool {
        let text = tail + bytes
        tail = text.suffix(16)
        return String(decoding: text, as: UTF8.self).contains(command)
    }
}
