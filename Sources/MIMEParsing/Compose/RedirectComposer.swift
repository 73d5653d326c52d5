import MailModel

/// Makes a message that is sent once more as it is, with `Resent-` fields above it (RFC 5322 §3.6.6): its author stays
/// its author. The same input gives the same bytes.
public enum RedirectComposer {
    public struct Input: Sendable {
        /// Who sends it on.
        public var from: EmailAddress
        public var to: [String]
        public var original: [UInt8]
        /// Of this sending, without brackets; the message keeps its own.
        public var messageID: String
        /// Seconds since 1970.
        public var date: Int64
        public var offsetMinutes: Int
        /// Value of `X-Postmoon-Forwarded`; empty for none.
        public var marker: String

        public init(
            from: EmailAddress, to: [String], original: [UInt8], messageID: String, date: Int64, offsetMinutes: Int,
            marker: String
        ) {
            self.from = from
            self.to = to
            self.original = original
            self.messageID = messageID
            self.date = date
            self.offsetMinutes = offsetMinutes
            self.marker = marker
        }
    }

    /// The original with CRLF line ends and without `Return-Path`, which is the last server's to write (RFC 5321 §4.4);
    /// not a byte else is changed, so that signatures stay good.
    public static func compose(_ input: Input) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(input.original.count + input.original.count / 32 + 1_024)
        if !input.marker.isEmpty { result += HeaderEncoder.field("X-Postmoon-Forwarded", input.marker) }
        result += HeaderEncoder.fold("Resent-From", HeaderEncoder.words(of: input.from))
        result += HeaderEncoder.addresses("Resent-To", input.to)
        result += HeaderEncoder.field("Resent-Date", MailDate.format(input.date, offsetMinutes: input.offsetMinutes))
        result += HeaderEncoder.identifiers("Resent-Message-ID", [input.messageID])
        append(LineEndings.crlf(ForwardComposer.withoutMboxLine(input.original)), to: &result)
        return result
    }

    private static func append(_ message: [UInt8], to result: inout [UInt8]) {
        let name = Array("return-path".utf8)
        var isKept = true
        var start = message.startIndex
        while start < message.endIndex {
            let end = message[start...].firstIndex(of: ASCII.lineFeed).map { $0 + 1 } ?? message.endIndex
            let line = message[start..<end]
            // The header ends here.
            if line.first == ASCII.carriageReturn { break }
            if line.first != ASCII.space, line.first != ASCII.tab {
                let field = line.prefix { $0 != UInt8(ascii: ":") && $0 != ASCII.space && $0 != ASCII.tab }
                isKept = !(field.count == name.count && zip(field, name).allSatisfy { $0 | 0x20 == $1 | 0x20 })
            }
            if isKept { result += line }
            start = end
        }
        result += message[start...]
    }
}
