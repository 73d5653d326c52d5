/// What a server says of a part of a message (RFC 3501 §7.4.2), as far as an excerpt needs it.
public struct PartSketch: Hashable, Sendable {
    /// Lower case.
    public var mediaType: String
    /// Lower case; empty for a multipart.
    public var encoding: String
    /// Bytes as encoded; 0 for a multipart.
    public var size: Int
    /// Of a multipart.
    public var parts: [PartSketch]

    public init(mediaType: String, encoding: String = "", size: Int = 0, parts: [PartSketch] = []) {
        self.mediaType = mediaType
        self.encoding = encoding
        self.size = size
        self.parts = parts
    }

    var isMultipart: Bool { mediaType.hasPrefix("multipart/") }
}

/// A message without the content of what is neither text nor multipart, which is most of a long one: each such part is
/// its header alone. `text`, `html` and the names of the attachments are those of the whole message; sizes are not.
public struct MessageExcerpt: Hashable, Sendable {
    /// A piece of the message, by its number as IMAP's BODY[...] has it (RFC 3501 §6.4.5).
    public enum Section: Hashable, Sendable {
        /// Of the message.
        case header
        /// Of a part.
        case partHeader([Int])
        case content([Int])
    }

    /// What it is made of: to be fetched.
    public let sections: [Section]
    /// Of the contents among them, in bytes.
    public let contentSize: Int
    private let root: PartSketch

    /// What leaves out less is not worth the question.
    private static let leastSaving = 16 * 1_024
    private static let mostParts = 30
    private static let mostNesting = 10

    /// - Parameters:
    ///   - root: what the server says of the message.
    ///   - size: of the message in bytes.
    ///   - saving: how many bytes it must leave out; `nil`: half of the message, and what is worth it.
    /// - Returns: `nil` where it would leave out less, or where what the server says does not cover the message.
    public init?(of root: PartSketch, size: Int, saving: Int? = nil) {
        var survey = Survey()
        guard survey.visit(root, path: [], nesting: 0), survey.parts <= Self.mostParts else { return nil }
        // Headers, boundaries, and what stands between them: more than this would be text that no part has.
        let (all, overflow) = survey.left.addingReportingOverflow(survey.kept)
        guard !overflow, all <= size, size - all <= 32 * 1_024 + 2_048 * survey.parts else { return nil }
        guard survey.left >= saving ?? max(Self.leastSaving, size / 2) else { return nil }
        sections = survey.sections
        contentSize = survey.kept
        self.root = root
    }

    /// The bytes of the excerpt.
    ///
    /// - Parameter contents: of the sections.
    /// - Returns: `nil` when something is missing, or when what came is not what the server said of it.
    public func message(of contents: [Section: [UInt8]]) -> [UInt8]? {
        guard let header = contents[.header] else { return nil }
        var bytes = Self.closed(header)
        guard append(root, path: [], header: bytes, contents, to: &bytes) else { return nil }
        let parsed = StructureParser.parse(bytes, limits: .standard)
        guard parsed.limitsReached.isEmpty, Self.isAlike(parsed.root, root, path: [], contents) else { return nil }
        return bytes
    }

    /// Which contents are needed, and how many bytes are left out.
    private struct Survey {
        var sections: [Section] = [.header]
        var parts = 0
        var kept = 0
        var left = 0

        /// - Returns: whether the server said something that makes sense.
        mutating func visit(_ part: PartSketch, path: [Int], nesting: Int) -> Bool {
            parts += 1
            guard nesting <= MessageExcerpt.mostNesting, parts <= MessageExcerpt.mostParts, part.size >= 0 else {
                return false
            }
            if !path.isEmpty { sections.append(.partHeader(path)) }
            if part.isMultipart {
                guard !part.parts.isEmpty else { return false }
                return part.parts.enumerated().allSatisfy { visit($1, path: path + [$0 + 1], nesting: nesting + 1) }
            }
            let isLeft = part.isLeftOut
            let (sum, overflow) = (isLeft ? left : kept).addingReportingOverflow(part.size)
            guard !overflow else { return false }
            if isLeft { left = sum } else { kept = sum }
            // The content of a message without parts is part 1.
            if !isLeft { sections.append(.content(path.isEmpty ? [1] : path)) }
            return true
        }
    }

    /// - Parameter header: of the part, which stands at the end of `bytes`.
    private func append(
        _ part: PartSketch, path: [Int], header: [UInt8], _ contents: [Section: [UInt8]], to bytes: inout [UInt8]
    ) -> Bool {
        guard part.isMultipart else {
            guard !part.isLeftOut else { return true }
            guard let content = contents[.content(path.isEmpty ? [1] : path)] else { return false }
            bytes += content
            return true
        }
        let parameters = PartHeader(HeaderBlock(header), defaultType: "text/plain", limits: .standard).parameters
        let boundary = Array(Array((parameters["boundary"] ?? "").utf8)[...].trimmed())
        guard !boundary.isEmpty else { return false }
        let dashes = Array("--".utf8)
        let lineEnd = [ASCII.carriageReturn, ASCII.lineFeed]
        for (index, child) in part.parts.enumerated() {
            let path = path + [index + 1]
            guard let written = contents[.partHeader(path)] else { return false }
            let header = Self.closed(written)
            bytes += dashes + boundary + lineEnd + header
            guard append(child, path: path, header: header, contents, to: &bytes) else { return false }
            bytes += lineEnd
        }
        bytes += dashes + boundary + dashes + lineEnd
        return true
    }

    /// A header with the empty line at its end.
    private static func closed(_ header: [UInt8]) -> [UInt8] {
        let ends: [[UInt8]] = [Array("\r\n\r\n".utf8), Array("\n\n".utf8)]
        if ends.contains(where: { header.suffix($0.count).elementsEqual($0) }) { return header }
        if header.elementsEqual("\r\n".utf8) || header.elementsEqual("\n".utf8) { return header }
        let isLine = header.isEmpty || header.last == ASCII.lineFeed
        return header + Array((isLine ? "\r\n" : "\r\n\r\n").utf8)
    }

    /// Whether we read of the excerpt what the server said of the message.
    private static func isAlike(
        _ part: MessagePart, _ sketch: PartSketch, path: [Int], _ contents: [Section: [UInt8]]
    ) -> Bool {
        guard part.mediaType == sketch.mediaType else { return false }
        if sketch.isMultipart {
            return part.children.count == sketch.parts.count
                && zip(part.children, sketch.parts).enumerated().allSatisfy {
                    isAlike($1.0, $1.1, path: path + [$0 + 1], contents)
                }
        }
        if sketch.isLeftOut { return true }
        return part.rawBody.count == contents[.content(path.isEmpty ? [1] : path)]?.count
    }
}

extension PartSketch {
    /// Whether its header says all that a text or the name of a file could come from.
    fileprivate var isLeftOut: Bool {
        // A file that is uuencoded has its name in its content.
        guard ["", "7bit", "8bit", "binary", "base64", "quoted-printable"].contains(encoding) else { return false }
        let kind = mediaType.prefix { $0 != "/" }
        return ["application", "audio", "font", "image", "model", "video"].contains(kind)
    }
}
