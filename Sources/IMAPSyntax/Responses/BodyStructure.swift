/// The server's reading of a message's MIME structure (RFC 3501 §7.4.2).
public struct BodyStructure: Hashable, Sendable, CustomStringConvertible {
    public struct Parameter: Hashable, Sendable {
        public let name: String
        public let value: String

        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    public struct Disposition: Hashable, Sendable {
        /// In lower case: `attachment`.
        public let kind: String
        public let parameters: [Parameter]

        public init(kind: String, parameters: [Parameter]) {
            self.kind = kind
            self.parameters = parameters
        }
    }

    /// In lower case: `text/plain`.
    public var mediaType: String
    public var parameters: [Parameter] = []
    public var contentID: String?
    public var contentDescription: String?
    /// In lower case: `base64`. Empty for a multipart.
    public var encoding = ""
    /// Bytes as encoded; 0 for a multipart.
    public var size = 0
    /// For texts and messages.
    public var lines: Int?
    /// For messages.
    public var envelope: Envelope?
    public var disposition: Disposition?
    /// Of a multipart in order; of a message, its one body.
    public var parts: [BodyStructure] = []

    public init(mediaType: String) { self.mediaType = mediaType }

    public var isMultipart: Bool { mediaType.hasPrefix("multipart/") }

    /// Redacted.
    public var description: String { "<\(mediaType), \(parts.count) parts>" }
}
