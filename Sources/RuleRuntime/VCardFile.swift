/// Addresses of a vCard file: versions 2.1, 3 (RFC 2426) and 4 (RFC 6350), any number of cards in one file.
enum VCardFile {
    /// The EMAIL properties, in order; anything else that may stand in the file is passed over.
    static func addresses(_ text: String) -> [String] {
        var addresses: [String] = []
        forEachLine(text) { line in
            guard let property = Property(line), property.name == "email" else { return }
            let address = property.value.trimmed
            let bare = address.lowercased().hasPrefix("mailto:") ? String(address.dropFirst(7)) : address
            if !bare.isEmpty { addresses.append(bare) }
        }
        return addresses
    }

    /// Lines with their continuations: those that begin with space (RFC 6350 §3.2), and of quoted-printable values those
    /// behind a `=` at the end (vCard 2.1). Linear, since a photo is a line of megabytes.
    private static func forEachLine(_ text: String, _ body: (String) -> Void) {
        var line = ""
        var isQuotedPrintable = false
        for piece in text.split(whereSeparator: \.isNewline) {
            if isQuotedPrintable, line.hasSuffix("=") {
                line.removeLast()
                line += piece
            } else if piece.first == " " || piece.first == "\t" {
                line += piece.dropFirst()
            } else {
                body(line)
                line = String(piece)
                isQuotedPrintable = Property(line)?.isQuotedPrintable ?? false
            }
        }
        body(line)
    }

    /// `item1.EMAIL;TYPE=home:jane@example.org` taken apart.
    private struct Property {
        /// In lower case, without its group.
        var name: String
        var isQuotedPrintable: Bool
        private var text: Substring

        init?(_ line: String) {
            guard let colon = Self.colon(line) else { return nil }
            let parts = line[..<colon].split(separator: ";", omittingEmptySubsequences: false)
            name = parts[0].split(separator: ".").last?.lowercased() ?? ""
            isQuotedPrintable = parts.dropFirst().contains { parameter in
                // Version 2.1 also writes the bare word.
                ["quoted-printable", "encoding=quoted-printable"].contains(parameter.lowercased())
            }
            text = line[line.index(after: colon)...]
        }

        var value: String {
            let text = isQuotedPrintable ? Self.decoded(text) : String(text)
            // `\,` and `\;` stand for the character (RFC 6350 §3.4).
            return text.replacing("\\,", with: ",").replacing("\\;", with: ";")
        }

        /// The one before the value: the first that stands in no quoted parameter.
        private static func colon(_ line: String) -> String.Index? {
            var isQuoted = false
            for index in line.utf8.indices {
                switch line.utf8[index] {
                case UInt8(ascii: "\""): isQuoted.toggle()
                case UInt8(ascii: ":") where !isQuoted: return index
                default: break
                }
            }
            return nil
        }

        private static func decoded(_ text: Substring) -> String {
            var bytes: [UInt8] = []
            var rest = text.utf8[...]
            while let byte = rest.popFirst() {
                let digits = String(rest.prefix(2)) ?? ""
                if byte == UInt8(ascii: "="), digits.utf8.count == 2, let value = UInt8(digits, radix: 16) {
                    bytes.append(value)
                    rest = rest.dropFirst(2)
                } else {
                    bytes.append(byte)
                }
            }
            return String(decoding: bytes, as: UTF8.self)
        }
    }
}
