/// Quoted strings and comments (RFC 5322 §3.2).
enum QuotedText {
    /// Without the backslashes of quoted pairs.
    static func unescape(_ content: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard content.contains(ASCII.backslash) else { return content }
        var result: [UInt8] = []
        result.reserveCapacity(content.count)
        var isEscaped = false
        for byte in content {
            if byte == ASCII.backslash, !isEscaped {
                isEscaped = true
            } else {
                result.append(byte)
                isEscaped = false
            }
        }
        return result[...]
    }

    /// Without the backslashes before quotes and backslashes; any other stands in the path of a file
    /// (`C:\Users\a.txt` written without its quoted pairs).
    static func unescapeQuotes(_ content: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var result: [UInt8] = []
        result.reserveCapacity(content.count)
        var index = content.startIndex
        while index < content.endIndex {
            if content[index] == ASCII.backslash, index + 1 < content.endIndex,
                content[index + 1] == ASCII.backslash || content[index + 1] == ASCII.quote
            {
                index += 1
            }
            result.append(content[index])
            index += 1
        }
        return result[...]
    }

    /// Behind the quoted string whose `"` stands at `start`; `nil` if it has no end.
    static func quotedEnd(_ bytes: ArraySlice<UInt8>, at start: Int) -> Int? {
        var index = start + 1
        while index < bytes.endIndex {
            if bytes[index] == ASCII.quote { return index + 1 }
            index += bytes[index] == ASCII.backslash ? 2 : 1
        }
        return nil
    }

    /// Behind the comment, with comments inside it, whose `(` stands at `start`; `nil` if it has no end.
    static func commentEnd(_ bytes: ArraySlice<UInt8>, at start: Int) -> Int? {
        var index = start
        var depth = 0
        while index < bytes.endIndex {
            switch bytes[index] {
            case ASCII.openParenthesis: depth += 1
            case ASCII.closeParenthesis:
                depth -= 1
                if depth == 0 { return index + 1 }
            case ASCII.backslash: index += 1
            default: break
            }
            index += 1
        }
        return nil
    }
}
