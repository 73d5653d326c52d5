import MailModel

/// One field of a header. It keeps the bytes; each property decodes when it is asked.
public struct HeaderField: Sendable {
    private let bytes: [UInt8]
    private let nameRange: Range<Int>
    private let valueRange: Range<Int>
    private let isFolded: Bool
    private let addressLimit: Int
    /// What bytes are read as that are no UTF-8.
    var fallback = Charset.windows1252

    init(bytes: [UInt8], name: Range<Int>, value: Range<Int>, isFolded: Bool, limits: MIMELimits) {
        self.bytes = bytes
        nameRange = name
        var start = value.lowerBound
        var end = value.upperBound
        while start < end, bytes[start].isWhitespace { start += 1 }
        while end > start, bytes[end - 1].isWhitespace { end -= 1 }
        valueRange = start..<end
        self.isFolded = isFolded
        addressLimit = limits.addresses
    }

    /// A field made here; `rawValue` as it would stand behind the colon.
    public init(name: String, rawValue: [UInt8]) {
        let nameBytes = Array(name.utf8)
        self.init(
            bytes: nameBytes + rawValue, name: 0..<nameBytes.count,
            value: nameBytes.count..<(nameBytes.count + rawValue.count),
            isFolded: rawValue.contains(ASCII.lineFeed), limits: .standard)
    }

    /// As written.
    public var name: String { String(decoding: bytes[nameRange], as: UTF8.self) }

    /// What follows the colon, unfolded (RFC 5322 §2.2.3), without outer white space; nothing decoded.
    public var rawValue: [UInt8] { Array(unfolded) }

    /// The value as people read it: encoded words (RFC 2047) and raw UTF-8 decoded, raw 8-bit guessed; line breaks and
    /// tabs are spaces, other control characters are out.
    public var text: String { HeaderText.decode(unfolded, fallback: fallback) }

    /// The addresses of an address list (RFC 5322 §3.4 and §4.4), members of groups among the others.
    public var addresses: [EmailAddress] {
        AddressParser.parse(unfolded, fallback: fallback, limit: addressLimit).addresses
    }

    /// Whether there are more than `addresses` has (`MIMELimits.addresses`).
    public var hasMoreAddresses: Bool {
        AddressParser.parse(unfolded, fallback: fallback, limit: addressLimit).isCut
    }

    func isNamed(_ other: String) -> Bool {
        let utf8 = other.utf8
        guard utf8.count == nameRange.count else { return false }
        var index = nameRange.lowerBound
        for byte in utf8 {
            if byte.lowercased != bytes[index].lowercased { return false }
            index += 1
        }
        return true
    }

    /// The value as it stands in the message, folding included.
    var written: ArraySlice<UInt8> { bytes[valueRange] }

    /// The value without the line breaks of folding; a slice of the message where there are none.
    var unfolded: ArraySlice<UInt8> {
        guard isFolded else { return bytes[valueRange] }
        var result: [UInt8] = []
        result.reserveCapacity(valueRange.count)
        var index = valueRange.lowerBound
        while index < valueRange.upperBound {
            let byte = bytes[index]
            // Inside a field every line feed is one before white space, and the CRs before it belong to it.
            if byte == ASCII.lineFeed {
                while result.last == ASCII.carriageReturn { result.removeLast() }
            } else {
                result.append(byte)
            }
            index += 1
        }
        return result[...]
    }
}
