/// What a part's header says about its body (RFC 2045, RFC 2183).
struct PartHeader {
    var mediaType: String
    var parameters: [String: String]
    var disposition: String?
    var filename: String?
    var contentID: String?
    var encoding: TransferEncoding

    /// - Parameter defaultType: `message/rfc822` in a digest, `text/plain` elsewhere.
    init(_ header: HeaderBlock, defaultType: String, limits: MIMELimits) {
        let type = header.first("Content-Type").map { ParameterizedValue($0, limits: limits) }
        parameters = type?.parameters ?? [:]
        let disposition = header.first("Content-Disposition").map { ParameterizedValue($0, limits: limits) }
        self.disposition = disposition.flatMap { $0.value.isEmpty ? nil : $0.value }
        let name = disposition?.parameters["filename"] ?? disposition?.parameters["name"]
        filename = Self.basename(name ?? parameters["name"] ?? parameters["filename"])
        contentID = header.first("Content-ID").flatMap { MessageIDList.parse($0.rawValue).first }
        encoding = header.first("Content-Transfer-Encoding").map { TransferEncoding($0.unfolded) } ?? .identity

        let isFile = filename != nil || self.disposition == "attachment"
        switch type?.value {
        case nil: mediaType = defaultType
        case let value? where Self.isMediaType(value): mediaType = value
        default: mediaType = isFile ? "application/octet-stream" : "text/plain"
        }
        // Only leaves may be encoded (RFC 2045 §6.4); senders that say so for a multipart did not do it.
        if mediaType.hasPrefix("multipart/") { encoding = .identity }
    }

    private static func isMediaType(_ value: String) -> Bool {
        let halves = value.utf8.split(separator: ASCII.slash, omittingEmptySubsequences: false)
        return halves.count == 2 && !halves[0].isEmpty && !halves[1].isEmpty
    }

    /// RFC 2183 §2.3: folders in a name are not to be respected.
    private static func basename(_ name: String?) -> String? {
        guard let name else { return nil }
        let last = name.split { $0 == "/" || $0 == "\\" }.last ?? ""
        let trimmed = HeaderText.withoutControls(String(last))
        return trimmed.isEmpty ? nil : trimmed
    }
}
