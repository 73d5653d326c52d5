import MailModel
import NIOCore

/// Bytes of a server to replies (RFC 5321 §4.2.1): incremental, linear, within limits.
///
/// A bare LF ends a line too: some servers send it, and nothing is decided by where a reply's line ends.
public struct ReplyParser: Sendable {
    private let limits: SMTPLimits
    private var buffer = ByteBuffer()
    /// Readable bytes that are known to hold no LF.
    private var scanned = 0
    private var code: Int?
    private var lines: [String] = []

    public init(limits: SMTPLimits = .standard) {
        self.limits = limits
    }

    /// What is held beyond the last complete reply.
    public var bufferedBytes: Int { buffer.readableBytes }

    public mutating func append(_ bytes: ByteBuffer) {
        var bytes = bytes
        if buffer.readableBytes == 0 {
            buffer = bytes
        } else {
            buffer.writeBuffer(&bytes)
        }
    }

    /// The next complete reply; `nil` when it needs more bytes. After an error nothing more can be read.
    public mutating func next() throws(SMTPError) -> SMTPReply? {
        while let line = try nextLine() {
            guard let parsed = ReplyLine(line) else { throw .unreadableReply(startingWith: line) }
            if let code, code != parsed.code { throw .unreadableReply(startingWith: line) }
            guard lines.count < limits.lines else {
                throw .limitExceeded("its reply has more than \(limits.lines) lines")
            }
            lines.append(parsed.text)
            if parsed.isLast {
                defer {
                    code = nil
                    lines = []
                }
                return SMTPReply(code: parsed.code, lines: lines)
            }
            code = parsed.code
        }
        return nil
    }

    /// The next line without its ending.
    private mutating func nextLine() throws(SMTPError) -> [UInt8]? {
        // A TLS record has no line end to wait for; looked for first, so that it is one however its bytes arrive.
        if let start = buffer.getBytes(at: buffer.readerIndex, length: 2), SMTPError.looksLikeTLS(start) {
            throw .unreadableReply(startingWith: start)
        }
        let unread = buffer.readableBytesView.dropFirst(scanned)
        guard let end = unread.firstIndex(of: UInt8(ascii: "\n")) else {
            scanned = buffer.readableBytes
            guard scanned <= limits.line else { throw lineTooLong }
            return nil
        }
        let length = end - buffer.readerIndex
        scanned = 0
        guard length <= limits.line, var line = buffer.readBytes(length: length + 1) else { throw lineTooLong }
        line.removeLast()
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        if buffer.readableBytes == 0 { buffer.clear() }
        return line
    }

    private var lineTooLong: SMTPError { .limitExceeded("its reply has a line longer than \(limits.line) bytes") }
}

/// One line of a reply: three digits, then `-` where more lines follow, then text.
private struct ReplyLine {
    var code: Int
    var isLast: Bool
    var text: String

    init?(_ line: [UInt8]) {
        guard line.count >= 3, (0x32...0x35).contains(line[0]) else { return nil }
        guard line[1...2].allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        code = line[..<3].reduce(0) { $0 * 10 + Int($1 - 0x30) }
        guard line.count > 3 else {
            isLast = true
            text = ""
            return
        }
        switch line[3] {
        case UInt8(ascii: " "): isLast = true
        case UInt8(ascii: "-"): isLast = false
        default: return nil
        }
        text = PrintableText.make(line[4...])
    }
}
