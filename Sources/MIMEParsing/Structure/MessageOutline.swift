/// Which parts of a message are its text, its HTML and its attachments. Attached messages are not looked into.
struct MessageOutline {
    private(set) var texts: [MessagePart] = []
    private(set) var htmls: [MessagePart] = []
    private(set) var attachments: [MessagePart] = []
    /// Everything that is neither text nor HTML: attachments, shown images, calendars, signatures.
    private(set) var leaves: [MessagePart] = []

    /// Whether the text was met; what has a file name after it is an attachment.
    private var hasText = false
    /// Candidates that are attachments unless the HTML shows them, with their place among `attachments`.
    private var images: [(place: Int, part: MessagePart)] = []

    /// Whether attachments matter, which costs a look into texts.
    private let findsAttachments: Bool

    init(_ root: MessagePart, findsAttachments: Bool = false) {
        self.findsAttachments = findsAttachments
        visit(root, parent: nil)
        if findsAttachments { settleImages() }
    }

    private mutating func visit(_ part: MessagePart, parent: MessagePart?) {
        let saysAttachment = part.disposition == "attachment"
        if part.isMessage {
            leaves.append(part)
            attachments.append(part)
        } else if part.isMultipart, !part.children.isEmpty {
            for child in part.children { visit(child, parent: part) }
        } else if saysAttachment {
            leaves.append(part)
            attachments.append(part)
        } else if isText(part, parent: parent) {
            hasText = true
            if part.mediaType == "text/html" { htmls.append(part) } else { texts.append(part) }
            if findsAttachments { attachments += part.uuencodedFiles }
        } else {
            leaves.append(part)
            guard part.filename != nil else { return }
            if part.mediaType.hasPrefix("image/"), part.contentID != nil || part.header.first("Content-Location") != nil
            {
                images.append((attachments.count, part))
            } else {
                attachments.append(part)
            }
        }
    }

    /// A part with a file name is the text only where the text must be: first, or an alternative to it.
    private func isText(_ part: MessagePart, parent: MessagePart?) -> Bool {
        // A multipart without parts is damaged; what it holds is best read as text.
        guard Self.isReadable(part.mediaType) || part.isMultipart else { return false }
        return part.filename == nil || !hasText || parent?.mediaType == "multipart/alternative"
    }

    /// Text for people; subtypes that nobody knows are too (RFC 2046 §4.1.4).
    private static func isReadable(_ mediaType: String) -> Bool {
        mediaType.hasPrefix("text/") && !dataTypes.contains(mediaType)
    }

    /// Data that happen to be `text/`.
    private static let dataTypes: Set<String> = [
        "text/calendar", "text/css", "text/csv", "text/directory", "text/javascript", "text/json",
        "text/rfc822-headers",
        "text/rtf", "text/vcard", "text/watch-html", "text/x-amp-html", "text/x-vcard", "text/x-vcalendar", "text/xml",
        "text/yaml",
    ]

    private mutating func settleImages() {
        guard !images.isEmpty else { return }
        var shown: Set<String> = []
        for html in htmls { shown.formUnion(HTMLReferences.sources(in: html.decodedText())) }
        for (place, part) in images.reversed() {
            let location = part.header.first("Content-Location")?.text
            let isShown =
                part.contentID.map { shown.contains("cid:" + $0) } ?? false
                || location.map(shown.contains) ?? false
            if !isShown { attachments.insert(part, at: place) }
        }
    }
}
