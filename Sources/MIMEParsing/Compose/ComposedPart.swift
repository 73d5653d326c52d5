/// A node of a message that is being made.
indirect enum ComposedPart {
    /// Header lines with their CRLF, and a body with CRLF line ends.
    case leaf(header: [UInt8], body: [UInt8])
    case multipart(subtype: String, [ComposedPart])

    /// UTF-8 text as it is where lines are short and plain, else quoted-printable.
    static func text(_ text: String, subtype: String) -> ComposedPart {
        let body = LineEndings.crlf(Array(text.utf8))
        let isPlain = isSevenBitText(body)
        let header =
            "Content-Type: text/\(subtype); charset=utf-8\r\n"
            + "Content-Transfer-Encoding: \(isPlain ? "7bit" : "quoted-printable")\r\n"
        return .leaf(header: Array(header.utf8), body: isPlain ? body : QuotedPrintable.encode(body))
    }

    /// A message as an attachment, in the encodings that RFC 2046 §5.2.1 allows.
    static func message(_ bytes: [UInt8]) -> ComposedPart {
        let isEightBit = bytes.contains { $0 >= 0x80 }
        let header =
            "Content-Type: message/rfc822\r\nContent-Disposition: attachment; filename=\"message.eml\"\r\n"
            + "Content-Transfer-Encoding: \(isEightBit ? "8bit" : "7bit")\r\n"
        return .leaf(header: Array(header.utf8), body: bytes)
    }

    /// A part of another message with what its header says of its content.
    static func copy(of part: MessagePart) -> ComposedPart {
        let isBinary = part.header.first("Content-Transfer-Encoding")?.unfolded.equalsIgnoringCase("binary") ?? false
        var header: [UInt8] = []
        for field in part.header.fields {
            let name = field.name
            guard name.utf8.count > 8, Array(name.utf8)[..<8].equalsIgnoringCase("Content-") else { continue }
            if isBinary, field.isNamed("Content-Transfer-Encoding") { continue }
            header.append(contentsOf: Array((name + ": ").utf8))
            header.append(contentsOf: LineEndings.crlf(Array(field.written)))
            header.append(contentsOf: [ASCII.carriageReturn, ASCII.lineFeed])
        }
        guard isBinary else { return .leaf(header: header, body: LineEndings.crlf(Array(part.body))) }
        header.append(contentsOf: Array("Content-Transfer-Encoding: base64\r\n".utf8))
        return .leaf(header: header, body: Base64.encodeLines(part.decoded()))
    }

    private static func isSevenBitText(_ body: [UInt8]) -> Bool {
        var column = 0
        for (index, byte) in body.enumerated() {
            if byte == ASCII.lineFeed {
                column = 0
                continue
            }
            if byte >= 0x7F || (byte < ASCII.space && byte != ASCII.tab && byte != ASCII.carriageReturn) {
                return false
            }
            // `From ` at the beginning of a line gets a `>` on some ways.
            if column == 0, byte == UInt8(ascii: "F"), body[index...].starts(with: "From ".utf8) { return false }
            column += 1
            if column > 79 { return false }
        }
        return true
    }

    var isEightBit: Bool {
        switch self {
        case .leaf(_, let body): body.contains { $0 >= 0x80 }
        case .multipart(_, let parts): parts.contains { $0.isEightBit }
        }
    }

    /// Header lines of its content, an empty line, and its body.
    func write(into result: inout [UInt8], boundaries: inout BoundaryMaker) {
        switch self {
        case .leaf(let header, let body):
            result.append(contentsOf: header)
            result.append(contentsOf: [ASCII.carriageReturn, ASCII.lineFeed])
            result.append(contentsOf: body)
        case .multipart(let subtype, let parts):
            let boundary = boundaries.next()
            let encoding = isEightBit ? "8bit" : "7bit"
            result.append(
                contentsOf: Array(
                    ("Content-Type: multipart/\(subtype);\r\n boundary=\"\(boundary)\"\r\n"
                        + "Content-Transfer-Encoding: \(encoding)\r\n\r\n").utf8))
            for part in parts {
                result.append(contentsOf: Array("\r\n--\(boundary)\r\n".utf8))
                part.write(into: &result, boundaries: &boundaries)
            }
            result.append(contentsOf: Array("\r\n--\(boundary)--\r\n".utf8))
        }
    }
}
