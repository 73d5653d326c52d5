import MailModel

/// Makes a new message that carries another one (DESIGN §4 `forward`). The same input gives the same bytes.
public struct ForwardComposer: Sendable {
    /// What the text part says of the original, decoded.
    public struct Summary: Sendable {
        public var from: String
        public var date: String
        public var to: String
        public var subject: String

        public init(from: String, date: String, to: String, subject: String) {
            self.from = from
            self.date = date
            self.to = to
            self.subject = subject
        }

        public init(of header: HeaderBlock) {
            self.init(
                from: header.first("From")?.text ?? "", date: header.first("Date")?.text ?? "",
                to: header.first("To")?.text ?? "", subject: header.first("Subject")?.text ?? "")
        }
    }

    public struct Input: Sendable {
        public var from: EmailAddress
        public var to: [String]
        /// Of the original, decoded.
        public var subject: String
        /// Put above; empty for none.
        public var note: String
        public var original: [UInt8]
        /// The new message's, without brackets.
        public var messageID: String
        /// Seconds since 1970.
        public var date: Int64
        public var offsetMinutes: Int
        /// Value of `X-Postmoon-Forwarded`; empty for none.
        public var marker: String
        public var originalMessageID: String?
        /// Of the original, without brackets.
        public var references: [String]
        public var summary: Summary

        public init(
            from: EmailAddress, to: [String], subject: String, note: String, original: [UInt8], messageID: String,
            date: Int64, offsetMinutes: Int, marker: String, originalMessageID: String?, references: [String],
            summary: Summary
        ) {
            self.from = from
            self.to = to
            self.subject = subject
            self.note = note
            self.original = original
            self.messageID = messageID
            self.date = date
            self.offsetMinutes = offsetMinutes
            self.marker = marker
            self.originalMessageID = originalMessageID
            self.references = references
            self.summary = summary
        }

        /// With subject, ids and summary read from the original's header.
        public init(
            forwarding original: [UInt8], from: EmailAddress, to: [String], note: String, messageID: String,
            date: Int64, offsetMinutes: Int, marker: String
        ) {
            let header = HeaderBlock(original)
            self.init(
                from: from, to: to, subject: header.first("Subject")?.text ?? "", note: note, original: original,
                messageID: messageID, date: date, offsetMinutes: offsetMinutes, marker: marker,
                originalMessageID: header.first("Message-ID").flatMap { MessageIDList.parse($0.rawValue).first },
                references: header.first("References").map { MessageIDList.parse($0.rawValue) } ?? [],
                summary: Summary(of: header))
        }
    }

    /// The original whole and unchanged but for its line ends (all CRLF), as `message/rfc822`, never encoded.
    public static func attachment(_ input: Input) -> [UInt8] {
        let original = LineEndings.crlf(withoutMboxLine(input.original))
        let root = ComposedPart.multipart(
            subtype: "mixed", [.text(introduction(input), subtype: "plain"), .message(original)])
        return compose(input, root, avoiding: [original[...]])
    }

    /// The original's text and HTML below the note, its other parts behind them.
    public static func inline(_ input: Input) -> [UInt8] {
        let message = ParsedMessage(input.original)
        let outline = MessageOutline(message.root)
        var body = ComposedPart.text(introduction(input) + "\r\n" + message.textWithFiles, subtype: "plain")
        let html = message.html
        var others = outline.leaves
        if !html.isEmpty {
            let sources = HTMLReferences.sources(in: html)
            let shown = others.filter { part in part.contentID.map { sources.contains("cid:" + $0) } ?? false }
            others.removeAll { part in part.contentID.map { sources.contains("cid:" + $0) } ?? false }
            let page = ComposedPart.text(ForwardedPage.make(introduction(input), around: html), subtype: "html")
            body = .multipart(
                subtype: "alternative",
                [
                    body,
                    shown.isEmpty ? page : .multipart(subtype: "related", [page] + shown.map(ComposedPart.copy)),
                ])
        }
        let root = others.isEmpty ? body : .multipart(subtype: "mixed", [body] + others.map(ComposedPart.copy))
        return compose(input, root, avoiding: [input.original[...], Array(input.note.utf8)[...]])
    }

    private static func introduction(_ input: Input) -> String {
        var lines: [String] = []
        if !input.note.isEmpty { lines = [input.note, ""] }
        lines.append("---------- Forwarded message ----------")
        let summary = input.summary
        for (name, value) in [
            ("From", summary.from), ("Date", summary.date), ("Subject", summary.subject), ("To", summary.to),
        ] where !value.isEmpty {
            lines.append("\(name): \(HeaderText.withoutControls(value))")
        }
        return lines.joined(separator: "\r\n") + "\r\n"
    }

    private static func compose(_ input: Input, _ root: ComposedPart, avoiding: [ArraySlice<UInt8>]) -> [UInt8] {
        var boundaries = BoundaryMaker(seed: input.messageID, avoiding: avoiding)
        var result = header(input)
        result.reserveCapacity(input.original.count + input.original.count / 16 + 8192)
        root.write(into: &result, boundaries: &boundaries)
        return result
    }

    private static func header(_ input: Input) -> [UInt8] {
        var result = HeaderEncoder.fold("From", HeaderEncoder.words(of: input.from))
        result += HeaderEncoder.addresses("To", input.to)
        let isForward = input.subject.prefix(4).lowercased() == "fwd:"
        result += HeaderEncoder.unstructured("Subject", isForward ? input.subject : "Fwd: " + input.subject)
        result += HeaderEncoder.field("Date", MailDate.format(input.date, offsetMinutes: input.offsetMinutes))
        result += HeaderEncoder.field("Message-ID", "<\(HeaderEncoder.identifier(input.messageID) ?? "")>")
        // The newest twenty say enough and keep the field short.
        let references = input.references.suffix(20) + [input.originalMessageID].compactMap { $0 }
        result += HeaderEncoder.identifiers("References", Array(references))
        result += HeaderEncoder.field("Auto-Submitted", "auto-generated")
        if !input.marker.isEmpty { result += HeaderEncoder.field("X-Postmoon-Forwarded", input.marker) }
        result += HeaderEncoder.field("MIME-Version", "1.0")
        return result
    }

    static func withoutMboxLine(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.starts(with: "From ".utf8), let end = bytes.firstIndex(of: ASCII.lineFeed) else { return bytes }
        return Array(bytes[(end + 1)...])
    }
}
