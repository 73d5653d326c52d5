/// Domain names of addresses (RFC 5890).
public enum DomainName {
    /// Lower case, U-labels, no dot at the end. A label that is no proper A-label stays as it is.
    static func display(_ bytes: ArraySlice<UInt8>, fallback: Charset = .windows1252) -> String {
        var bytes = bytes
        while bytes.last == ASCII.dot { bytes = bytes.dropLast() }
        let isASCII = bytes.allSatisfy { $0 > ASCII.space && $0 < 0x7F }
        if isASCII, !mayHoldALabel(bytes) { return bytes.lowercasedString() }
        return unicode(isASCII ? bytes.lowercasedString() : HeaderText.decode(bytes, fallback: fallback))
    }

    /// A domain as `EmailAddress.domain` has it, whichever form it came in: rules compare in this one.
    public static func unicode(_ domain: String) -> String {
        let lower = domain.lowercased()
        return lower.split(omittingEmptySubsequences: false, whereSeparator: dots.contains).map { label in
            guard label.hasPrefix("xn--"), let text = Punycode.decode(label.dropFirst(4)) else { return String(label) }
            return text
        }.joined(separator: ".")
    }

    /// U+002E and what IDNA takes for it (RFC 3490 §3.1).
    private static let dots: Set<Character> = [".", "\u{3002}", "\u{FF0E}", "\u{FF61}"]

    private static func mayHoldALabel(_ bytes: ArraySlice<UInt8>) -> Bool {
        var previous: UInt8 = 0
        for byte in bytes {
            if byte == ASCII.hyphen, previous == ASCII.hyphen { return true }
            previous = byte
        }
        return false
    }

    /// For the wire: A-labels. Labels that are ASCII stay as they are.
    static func ascii(_ domain: String) -> String {
        guard domain.utf8.contains(where: { $0 >= 0x80 }) else { return domain }
        return domain.lowercased().split(separator: ".", omittingEmptySubsequences: false).map { label in
            label.utf8.contains { $0 >= 0x80 } ? "xn--" + Punycode.encode(label) : String(label)
        }.joined(separator: ".")
    }
}
