/// A server's bytes as text that can stand in a log or on a terminal.
enum PrintableText {
    /// UTF-8 decoded, control and formatting characters (bidirectional overrides among them) replaced by U+FFFD.
    static func make(_ bytes: some Collection<UInt8>) -> String {
        let text = String(decoding: bytes, as: UTF8.self)
        guard text.unicodeScalars.contains(where: isUnprintable) else { return text }
        var clean = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { clean.append(isUnprintable(scalar) ? "\u{FFFD}" : scalar) }
        return String(clean)
    }

    private static func isUnprintable(_ scalar: Unicode.Scalar) -> Bool {
        guard scalar.value >= 0x20 else { return scalar != "\t" }
        guard scalar.value >= 0x7F else { return false }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: return true
        default: return false
        }
    }
}
