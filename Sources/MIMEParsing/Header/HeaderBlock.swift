/// The header of a message or part: its fields in order. Lines that are no field are left out, an mbox `From ` line
/// and a missing CR are tolerated; it ends at the first empty line (RFC 5322 §2.2, §4.5).
public struct HeaderBlock: Sendable {
    /// In the order of the message.
    public private(set) var fields: [HeaderField]

    public init() { fields = [] }

    /// Reads a header; what follows the empty line is ignored. Linear in its bytes.
    public init(_ bytes: [UInt8], limits: MIMELimits = .standard) {
        self = HeaderScanner.scan(bytes, in: bytes.startIndex..<bytes.endIndex, limits: limits) { _, _ in false }.block
    }

    init(fields: [HeaderField]) { self.fields = fields }

    /// The first field of that name, whatever its case.
    public func first(_ name: String) -> HeaderField? { fields.first { $0.isNamed(name) } }

    /// Every field of that name, whatever its case, in order.
    public func all(_ name: String) -> [HeaderField] { fields.filter { $0.isNamed(name) } }

    public static func + (left: HeaderBlock, right: HeaderBlock) -> HeaderBlock {
        HeaderBlock(fields: left.fields + right.fields)
    }
}
