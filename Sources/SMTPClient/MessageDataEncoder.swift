import NIOCore

/// A message as it goes over the wire behind DATA (RFC 5321 §4.5.2), block by block.
///
/// CRLF, bare CR and bare LF all become CRLF, a dot at the start of a line is doubled, and the last line is ended. So
/// nothing in a message can look like its end, whatever the next server takes for a line ending. The final dot is
/// not part of it.
public struct MessageDataEncoder: Sendable {
    private let data: [UInt8]
    private var position = 0
    private var isAtLineStart = true

    /// What is written behind the message to end it.
    public static let finalDot: StaticString = ".\r\n"

    public init(_ data: [UInt8]) {
        self.data = data
    }

    /// Whether the message is given out.
    public var isAtEnd: Bool { position == data.count && isAtLineStart }

    /// The next block of about `limit` bytes; `nil` at the end.
    public mutating func next(limit: Int = 64 * 1_024) -> ByteBuffer? {
        guard !isAtEnd else { return nil }
        var block = ByteBuffer()
        block.reserveCapacity(min(limit, data.count - position) + 64)
        while position < data.count, block.readableBytes < limit {
            if isAtLineStart, data[position] == UInt8(ascii: ".") { block.writeInteger(UInt8(ascii: ".")) }
            let room = position + max(1, limit - block.readableBytes)
            let end = data.endOfLineContent(from: position, upTo: min(room, data.count))
            block.writeBytes(data[position..<end])
            if end > position { isAtLineStart = false }
            position = end
            if let ending = data.lineEnding(at: position) {
                block.writeStaticString("\r\n")
                position += ending
                isAtLineStart = true
            }
        }
        if position == data.count, !isAtLineStart {
            block.writeStaticString("\r\n")
            isAtLineStart = true
        }
        return block
    }

    /// The size that SIZE declares (RFC 1870 §5): line endings as CRLF, without doubled dots and the final one.
    public static func size(of data: [UInt8]) -> Int {
        var size = 0
        var position = 0
        var isAtLineStart = true
        while position < data.count {
            if let ending = data.lineEnding(at: position) {
                size += 2
                position += ending
                isAtLineStart = true
            } else {
                size += 1
                position += 1
                isAtLineStart = false
            }
        }
        return isAtLineStart ? size : size + 2
    }
}

extension [UInt8] {
    /// The first CR or LF at or behind `start`, else `limit`.
    fileprivate func endOfLineContent(from start: Int, upTo limit: Int) -> Int {
        var index = start
        while index < limit, self[index] != UInt8(ascii: "\r"), self[index] != UInt8(ascii: "\n") { index += 1 }
        return index
    }

    /// How many bytes a line ending takes here: CRLF, a bare CR or a bare LF; `nil` when there is none.
    fileprivate func lineEnding(at index: Int) -> Int? {
        guard index < count else { return nil }
        switch self[index] {
        case UInt8(ascii: "\n"): return 1
        case UInt8(ascii: "\r"): return index + 1 < count && self[index + 1] == UInt8(ascii: "\n") ? 2 : 1
        default: return nil
        }
    }
}
