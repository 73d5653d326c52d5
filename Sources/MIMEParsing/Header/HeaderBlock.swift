/// The header of a message or part: its fields in order. Lines that are no field are left out, an mbox `From ` line
/// and a missing CR are tolerated; it ends at the first empty line (RFC 5322 §2.2, §4.5).
public struct HeaderBlock: Sendable {
    /// In the order of the message.
    public private(set) var fields: [HeaderField]
    /// Of this header alone.
    public private(set) var limitsReached: Set<MIMELimit> = []
    /// Whether some value has 8-bit bytes and the header names no charset for them.
    private(set) var needsCharset = false

    public init() { fields = [] }

    /// Reads a header; what follows the empty line is ignored. Linear in its bytes.
    public init(_ bytes: [UInt8], limits: MIMELimits = .standard) {
        let lines = LineEndings.withLines(bytes)
        self = HeaderScanner.scan(lines, in: lines.startIndex..<lines.endIndex, limits: limits) { _, _ in false }.block
    }

    init(fields: [HeaderField], limitsReached: Set<MIMELimit> = [], hasRawBytes: Bool = false) {
        self.fields = fields
        self.limitsReached = limitsReached
        guard hasRawBytes else { return }
        // Bytes that are no UTF-8 are read in the charset that the message names for its body, if it names one.
        if let charset = declaredCharset { readRawBytes(as: charset) } else { needsCharset = true }
    }

    private var declaredCharset: Charset? {
        guard let contentType = first("Content-Type"),
            let name = ParameterizedValue(contentType, limits: .standard).parameters["charset"],
            let charset = Charset(name: name), charset.suitsRawBytes
        else { return nil }
        return charset
    }

    /// What bytes of its values are read as that are no UTF-8.
    mutating func readRawBytes(as charset: Charset) {
        for index in fields.indices { fields[index].fallback = charset }
        needsCharset = false
    }

    /// The first field of that name, whatever its case.
    public func first(_ name: String) -> HeaderField? { fields.first { $0.isNamed(name) } }

    /// Every field of that name, whatever its case, in order.
    public func all(_ name: String) -> [HeaderField] { fields.filter { $0.isNamed(name) } }

    public static func + (left: HeaderBlock, right: HeaderBlock) -> HeaderBlock {
        var sum = HeaderBlock(fields: left.fields + right.fields)
        sum.limitsReached = left.limitsReached.union(right.limitsReached)
        sum.needsCharset = left.needsCharset || right.needsCharset
        return sum
    }
}
