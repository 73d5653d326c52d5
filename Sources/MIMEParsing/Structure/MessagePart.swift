/// A node of a message's MIME tree. It keeps the message's bytes; bodies are decoded when they are asked for.
public struct MessagePart: Sendable {
    /// Its number as IMAP's BODY[...] has it (RFC 3501 §6.4.5): `1`, `2.1`. A multipart that is a whole message has
    /// none there and is `TEXT`, or `2.TEXT` inside attached message `2`. A file uuencoded in a text has the text's.
    public internal(set) var path: String
    /// Lower case, `text/plain` where the message names none or nonsense.
    public internal(set) var mediaType: String
    /// Of Content-Type, by lower-case name, decoded (RFC 2231, RFC 2047).
    public internal(set) var parameters: [String: String]
    /// From Content-Disposition, else from Content-Type; without folders; `nil` if there is none.
    public internal(set) var filename: String?
    /// Lower case: `attachment`, `inline`, or what stands there.
    public internal(set) var disposition: String?
    /// Without brackets.
    public internal(set) var contentID: String?
    public internal(set) var header: HeaderBlock
    /// Parts of a multipart; the message of a `message/rfc822`.
    public internal(set) var children: [MessagePart]
    /// Where the undecoded body stands in the bytes it was parsed from.
    public internal(set) var rawBody: Range<Int>

    /// The bytes that `rawBody` is a range of.
    var source: [UInt8]
    /// Where its header begins there.
    var start: Int
    var encoding: TransferEncoding

    /// Whether parts follow instead of content.
    public var isMultipart: Bool { mediaType.hasPrefix("multipart/") }
    /// Whether it is a message inside the message.
    public var isMessage: Bool { mediaType == "message/rfc822" || mediaType == "message/global" }

    var body: ArraySlice<UInt8> { source[rawBody] }

    /// Exact size of `decoded()` in bytes, counted without making them.
    public var decodedSize: Int { encoding.decodedCount(body) }

    /// The body with its transfer encoding undone.
    public func decoded() -> [UInt8] { encoding.decode(body) }

    /// The body as text: charset decoded, line ends LF, `format=flowed` paragraphs joined (RFC 3676).
    public func decodedText() -> String { text(of: content) }

    /// As `decoded()`, but a slice of the message where nothing is encoded.
    var content: ArraySlice<UInt8> { encoding == .identity ? body : decoded()[...] }

    func text(of bytes: ArraySlice<UInt8>) -> String {
        let text = LineEndings.lineFeeds(CharsetDecoder.decode(bytes, as: charset(of: bytes).charset))
        guard mediaType == "text/plain", parameters["format"]?.lowercased() == "flowed" else { return text }
        return FlowedText.unfold(text, deletesSpace: parameters["delsp"]?.lowercased() == "yes")
    }
}
