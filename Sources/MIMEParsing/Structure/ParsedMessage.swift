/// A message, as much of it as can be made out. Parsing never fails and is linear; texts and contents are decoded each
/// time they are asked for.
public struct ParsedMessage: Sendable {
    public let header: HeaderBlock
    public let root: MessagePart
    /// Of the whole message in bytes, as it came.
    public let size: Int
    /// What was left out because there was too much of it; empty for nearly every message. That a header has more
    /// addresses than are read is not known here: `HeaderField.hasMoreAddresses`.
    public let limitsReached: Set<MIMELimit>

    public init(_ raw: [UInt8], limits: MIMELimits = .standard) {
        (root, limitsReached) = StructureParser.parse(raw, limits: limits)
        header = root.header
        size = raw.count
    }

    /// The text parts that are no attachments, in order, without files uuencoded in them; where they say nothing, text
    /// made from the HTML.
    public var text: String { text { $0.textWithoutFiles() } }

    /// As `text`, with the files uuencoded in it, which are no parts that could be copied.
    var textWithFiles: String { text { $0.decodedText() } }

    private func text(_ read: (MessagePart) -> String) -> String {
        let texts = MessageOutline(root).texts.map(read)
        if texts.contains(where: { $0.contains { !$0.isWhitespace } }) { return joined(texts) }
        let html = html
        return html.isEmpty ? joined(texts) : HTMLText.convert(html)
    }

    /// The HTML parts that are no attachments, in order.
    public var html: String { joined(MessageOutline(root).htmls.map { $0.decodedText() }) }

    /// Parts that say `attachment` or have a file name and are neither the text nor an image that the HTML shows, and
    /// attached messages (DESIGN §4). A file uuencoded in a text says so too.
    public var attachments: [Attachment] {
        MessageOutline(root, findsAttachments: true).attachments.map(Attachment.init)
    }

    /// Every part, depth first, containers and what attached messages hold included.
    public var allParts: [MessagePart] {
        var result: [MessagePart] = []
        func visit(_ part: MessagePart) {
            result.append(part)
            for child in part.children { visit(child) }
        }
        visit(root)
        return result
    }

    private func joined(_ texts: [String]) -> String {
        var result = ""
        for text in texts where !text.isEmpty {
            if !result.isEmpty, !result.utf8.suffix(1).elementsEqual([ASCII.lineFeed]) { result += "\n" }
            result += text
        }
        return result
    }
}
