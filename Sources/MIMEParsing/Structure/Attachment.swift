/// A file in a message.
public struct Attachment: Sendable {
    /// Decoded, without folders; empty if it has none.
    public var filename: String { part.filename ?? "" }
    /// Lower case: `application/pdf`.
    public var type: String { part.mediaType }
    /// Exact size of `content()` in bytes.
    public let size: Int
    public let part: MessagePart

    init(part: MessagePart) {
        self.part = part
        size = part.decodedSize
    }

    /// Its bytes, decoded.
    public func content() -> [UInt8] { part.decoded() }
}
