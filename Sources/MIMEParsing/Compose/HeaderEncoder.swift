import MailModel

/// Header values for messages made here: encoded words (RFC 2047) where they must be, folded lines.
enum HeaderEncoder {
    /// Lines stay below this where words allow it.
    private static let lineLength = 76
    /// RFC 5322 §2.1.1, less the name that stands before the first word.
    private static let hardLimit = 900

    /// A field with free text. Line breaks and control characters cannot come out of it.
    static func unstructured(_ name: String, _ text: String) -> [UInt8] {
        let clean = HeaderText.withoutControls(text)
        let words = clean.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        let isPlain =
            clean.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F } && !clean.contains("=?")
            && words.allSatisfy { $0.utf8.count < hardLimit } && !clean.hasSuffix(" ") && !clean.hasPrefix(" ")
        return fold(name, isPlain ? words : encodedWords(clean, firstRoom: lineLength - name.utf8.count - 2))
    }

    /// A field of words that are ready for the wire, such as addresses with their commas.
    static func fold(_ name: String, _ words: [String]) -> [UInt8] {
        var result = Array((name + ":").utf8)
        var column = result.count
        for (index, word) in words.enumerated() {
            let count = word.utf8.count
            // A line of blanks only would end the header for some readers.
            if index > 0, column + 1 + count > lineLength, count > 0 {
                result.append(contentsOf: [ASCII.carriageReturn, ASCII.lineFeed])
                column = 0
            }
            result.append(ASCII.space)
            result.append(contentsOf: word.utf8)
            column += 1 + count
        }
        result.append(contentsOf: [ASCII.carriageReturn, ASCII.lineFeed])
        return result
    }

    /// `Jane Doe <jane@example.org>` in words.
    static func words(of address: EmailAddress) -> [String] {
        let spec = addrSpec(address)
        guard !address.name.isEmpty else { return [spec] }
        return phrase(HeaderText.withoutControls(address.name)) + ["<\(spec)>"]
    }

    private static func phrase(_ name: String) -> [String] {
        if name.contains("=?") || name.utf8.contains(where: { $0 >= 0x80 }) || name.utf8.count > hardLimit {
            return encodedWords(name, firstRoom: lineLength - 10)
        }
        if name.utf8.allSatisfy({ isAtomText($0) || $0 == ASCII.space }), !name.contains("  "), !name.hasPrefix(" "),
            !name.hasSuffix(" ")
        {
            return name.split(separator: " ").map(String.init)
        }
        return [quoted(name)]
    }

    private static func addrSpec(_ address: EmailAddress) -> String {
        let local = HeaderText.withoutControls(address.localpart)
        let domain = DomainName.ascii(HeaderText.withoutControls(address.domain)).filter { !" <>,;".contains($0) }
        let isDotAtom =
            !local.isEmpty && local.utf8.allSatisfy { isAtomText($0) || $0 == ASCII.dot || $0 >= 0x80 }
            && !local.hasPrefix(".") && !local.hasSuffix(".") && !local.contains("..")
        let written = isDotAtom ? local : quoted(local)
        return domain.isEmpty ? written : written + "@" + domain
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for character in text.unicodeScalars {
            if character == "\"" || character == "\\" { result.unicodeScalars.append("\\") }
            result.unicodeScalars.append(character)
        }
        return result + "\""
    }

    private static func isAtomText(_ byte: UInt8) -> Bool {
        byte.isLetter || byte.isDigit || "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
    }

    /// `text` as UTF-8 encoded words of at most 75 characters, none of which cuts a character.
    static func encodedWords(_ text: String, firstRoom: Int) -> [String] {
        let special = text.utf8.count { !isSafe($0) && $0 != ASCII.space }
        let isBase64 = special * 3 > text.utf8.count
        let overhead = "=?utf-8?q??=".utf8.count
        var words: [String] = []
        var chunk: [UInt8] = []
        var width = 0
        var room = max(firstRoom, 40) - overhead
        func close() {
            words.append(word(chunk, isBase64: isBase64))
            chunk.removeAll()
            width = 0
            room = 75 - overhead
        }
        for scalar in text.unicodeScalars {
            let bytes = Array(String(Character(scalar)).utf8)
            let next = isBase64 ? (chunk.count + bytes.count + 2) / 3 * 4 : width + bytes.reduce(0) { $0 + cost($1) }
            if next > room, !chunk.isEmpty { close() }
            chunk += bytes
            width += bytes.reduce(0) { $0 + cost($1) }
        }
        if !chunk.isEmpty || words.isEmpty { close() }
        return words
    }

    private static func word(_ bytes: [UInt8], isBase64: Bool) -> String {
        var result = Array((isBase64 ? "=?utf-8?B?" : "=?utf-8?Q?").utf8)
        if isBase64 {
            Base64.encode(bytes[...], into: &result)
        } else {
            let digits = Array("0123456789ABCDEF".utf8)
            for byte in bytes {
                if byte == ASCII.space {
                    result.append(ASCII.underscore)
                } else if isSafe(byte) {
                    result.append(byte)
                } else {
                    result.append(contentsOf: [ASCII.equals, digits[Int(byte >> 4)], digits[Int(byte & 15)]])
                }
            }
        }
        return String(decoding: result, as: UTF8.self) + "?="
    }

    private static func cost(_ byte: UInt8) -> Int { isSafe(byte) || byte == ASCII.space ? 1 : 3 }

    /// What may stand unencoded in a word of a display name (RFC 2047 §5 (3)).
    private static func isSafe(_ byte: UInt8) -> Bool {
        byte.isLetter || byte.isDigit || byte == UInt8(ascii: "!") || byte == ASCII.asterisk
            || byte == UInt8(ascii: "+") || byte == ASCII.hyphen || byte == ASCII.slash
    }
}
