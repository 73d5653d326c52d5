/// What a part's header says about its body (RFC 2045, RFC 2183).
struct PartHeader {
    var mediaType: String
    var parameters: [String: String]
    var disposition: String?
    var filename: String?
    var contentID: String?
    /// What undoes the body's encoding; nothing for a multipart.
    var encoding: TransferEncoding
    /// What the header says, for a multipart too.
    var namedEncoding: TransferEncoding
    var hasMoreParameters: Bool

    /// - Parameter defaultType: `message/rfc822` in a digest, `text/plain` elsewhere.
    init(_ header: HeaderBlock, defaultType: String, limits: MIMELimits) {
        let type = Self.contentType(header, limits: limits)
        parameters = type?.parameters ?? [:]
        let disposition = header.first("Content-Disposition").map { ParameterizedValue($0, limits: limits) }
        self.disposition = disposition.flatMap { $0.value.isEmpty ? nil : $0.value }
        hasMoreParameters = type?.isCut ?? false || disposition?.isCut ?? false
        let names = [
            disposition?.parameters["filename"], disposition?.parameters["name"], parameters["name"],
            parameters["filename"],
        ]
        filename = names.lazy.compactMap { $0.flatMap(Self.basename) }.first
        contentID = header.first("Content-ID").flatMap { MessageIDList.parse($0.rawValue).first }
        namedEncoding = Self.transferEncoding(header)

        let isFile = filename != nil || self.disposition == "attachment"
        switch type?.value {
        case nil: mediaType = defaultType
        case let value? where Self.isMediaType(value): mediaType = value
        default: mediaType = isFile ? "application/octet-stream" : "text/plain"
        }
        // Only leaves may be encoded (RFC 2045 §6.4); most senders that say so for a multipart did not do it.
        encoding = mediaType.hasPrefix("multipart/") ? .identity : namedEncoding
    }

    /// The first that names a media type, since some senders have two; else the first.
    private static func contentType(_ header: HeaderBlock, limits: MIMELimits) -> ParameterizedValue? {
        guard let field = header.first("Content-Type") else { return nil }
        let value = ParameterizedValue(field, limits: limits)
        if isMediaType(value.value) { return value }
        let others = header.all("Content-Type").dropFirst().prefix(8)
        return others.lazy.map { ParameterizedValue($0, limits: limits) }.first { isMediaType($0.value) } ?? value
    }

    /// The first that is known.
    private static func transferEncoding(_ header: HeaderBlock) -> TransferEncoding {
        guard let field = header.first("Content-Transfer-Encoding") else { return .identity }
        let encoding = TransferEncoding(field.unfolded)
        if encoding != .identity { return encoding }
        let others = header.all("Content-Transfer-Encoding").dropFirst().prefix(8)
        return others.lazy.map { TransferEncoding($0.unfolded) }.first { $0 != .identity } ?? .identity
    }

    /// Two tokens (RFC 2045 §5.1) with a slash between them.
    private static func isMediaType(_ value: String) -> Bool {
        let halves = value.utf8.split(separator: ASCII.slash, omittingEmptySubsequences: false)
        return halves.count == 2 && halves.allSatisfy { !$0.isEmpty && $0.allSatisfy(isToken) }
    }

    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case ...ASCII.space, 0x7F..., ASCII.openParenthesis, ASCII.closeParenthesis, ASCII.less, ASCII.greater,
            ASCII.at,
            ASCII.comma, ASCII.semicolon, ASCII.colon, ASCII.backslash, ASCII.quote, ASCII.openBracket,
            ASCII.closeBracket, ASCII.question, ASCII.equals:
            false
        default: true
        }
    }

    /// RFC 2183 §2.3: folders in a name are not to be respected. `nil` where nothing is left that could be a file.
    static func basename(_ name: String) -> String? {
        let last = name.split { $0 == "/" || $0 == "\\" }.last { !$0.allSatisfy(\.isWhitespace) } ?? ""
        var text = HeaderText.withoutControls(String(last))[...]
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text.isEmpty || text == "." || text == ".." ? nil : String(text)
    }
}
