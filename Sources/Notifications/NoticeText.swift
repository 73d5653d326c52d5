/// Text of mail made fit for places that show it to a person.
enum NoticeText {
    /// Without control characters but line ends and tabs.
    static func plain(_ text: String) -> String {
        filtered(text.replacing("\r\n", with: "\n")) { $0 == "\n" || $0 == "\t" }
    }

    /// One line.
    static func line(_ text: String) -> String {
        filtered(text.replacing("\r\n", with: " ").replacing("\n", with: " ")) { _ in false }
    }

    /// At most so many bytes, whole characters; a cut shows.
    static func shortened(_ text: String, to limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        let mark = "…"
        var cut = text.utf8.index(text.startIndex, offsetBy: max(0, limit - mark.utf8.count))
        while cut > text.startIndex, cut.samePosition(in: text) == nil { cut = text.utf8.index(before: cut) }
        return text[..<cut] + mark
    }

    private static func filtered(_ text: String, keeping isKept: (UnicodeScalar) -> Bool) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.filter { scalar in
                    switch scalar.value {
                    case 0..<0x20, 0x7F..<0xA0, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: isKept(scalar)
                    default: true
                    }
                }))
    }
}
