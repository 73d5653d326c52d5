/// HTML of a forwarded message with an introduction above it.
enum ForwardedPage {
    static func make(_ introduction: String, around html: String) -> String {
        let lines = LineEndings.lineFeeds(introduction).split(separator: "\n", omittingEmptySubsequences: false)
        let top = "<div>" + lines.map { escape($0) }.joined(separator: "<br>\n") + "</div>\n"
        let bytes = Array(html.utf8)
        let place = bodyStart(bytes)
        return String(decoding: bytes[..<place], as: UTF8.self) + top + String(decoding: bytes[place...], as: UTF8.self)
    }

    /// Behind `<body ...>`; the beginning where there is none.
    private static func bodyStart(_ bytes: [UInt8]) -> Int {
        var index = 0
        while index + 5 < bytes.count {
            if bytes[index] == ASCII.less, bytes[index..<(index + 5)].equalsIgnoringCase("<body") {
                let end = bytes[index...].firstIndex(of: ASCII.greater)
                return end.map { $0 + 1 } ?? 0
            }
            index += 1
        }
        return 0
    }

    private static func escape(_ text: Substring) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}
