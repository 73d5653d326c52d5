/// Characters that show nothing. Senders fill previews with them and hide words from filters behind them.
enum InvisibleText {
    enum Kind {
        case visible
        /// Collapses with others.
        case space
        /// A space that stays.
        case fixedSpace
        /// Shapes the characters beside it, in Persian as in emoji.
        case joiner
        case nothing
    }

    /// Of a character's UTF-8, by its first byte.
    static func length(of first: UInt8) -> Int { first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4 }

    static func kind(of utf8: ArraySlice<UInt8>) -> Kind {
        guard let first = utf8.first else { return .nothing }
        if first < 0x80 {
            if first == ASCII.space || first.isWhitespace { return .space }
            return first < ASCII.space || first == 0x7F ? .nothing : .visible
        }
        guard first == 0xC2 || first == 0xCD || first == 0xE1 || first == 0xE2 || first == 0xEF else { return .visible }
        guard let scalar = String(decoding: utf8, as: UTF8.self).unicodeScalars.first else { return .nothing }
        switch scalar.value {
        case 0xA0, 0x2000...0x200A, 0x202F, 0x205F: return .fixedSpace
        case 0x200C, 0x200D: return .joiner
        case 0x2028, 0x2029: return .space
        // C1, soft hyphen, grapheme joiner, vowel separator, zero-width space, word joiner and invisible operators,
        // byte order mark.
        case 0x80...0x9F, 0xAD, 0x034F, 0x180E, 0x200B, 0x2060...0x2064, 0xFEFF: return .nothing
        default: return .visible
        }
    }
}
