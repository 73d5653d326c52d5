/// The identifier of a mailing list in List-Id (RFC 2919).
public enum ListIdentifier {
    /// What stands between the brackets at the end, or the whole text where there are none.
    public static func parse(_ text: String) -> String {
        guard let open = text.lastIndex(of: "<") else { return trimmed(text[...]) }
        let inside = text[text.index(after: open)...]
        return trimmed(inside.prefix { $0 != ">" })
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }
}
