/// ISO-2022-JP as mail has it: with half-width kana and the vendors' characters that the C library's own reading of
/// it refuses. Turned into EUC-JP, which the library reads with them.
enum JapaneseMail {
    private enum CharacterSet {
        case ascii, kana, kanji, supplement
    }

    static func eucJP(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + 16)
        var set = CharacterSet.ascii
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let byte = bytes[index]
            if byte == 0x1B, let (next, length) = escape(bytes, at: index) {
                set = next
                index += length
                continue
            }
            index += 1
            if byte == ASCII.lineFeed || byte == ASCII.carriageReturn { set = .ascii }
            guard byte > ASCII.space, byte < 0x7F, set != .ascii else {
                result.append(byte)
                continue
            }
            switch set {
            case .ascii: result.append(byte)
            case .kana: result.append(contentsOf: [0x8E, byte | 0x80])
            case .kanji, .supplement:
                guard index < bytes.endIndex, bytes[index] > ASCII.space, bytes[index] < 0x7F else {
                    result.append(0xFF)
                    continue
                }
                if set == .supplement { result.append(0x8F) }
                result.append(byte | 0x80)
                result.append(bytes[index] | 0x80)
                index += 1
            }
        }
        return result
    }

    /// RFC 1468 and RFC 2237, and `ESC ( I` for kana.
    private static func escape(_ bytes: ArraySlice<UInt8>, at start: Int) -> (CharacterSet, length: Int)? {
        let tail = bytes[start...].prefix(4).dropFirst()
        if tail.starts(with: "$@".utf8) || tail.starts(with: "$B".utf8) { return (.kanji, 3) }
        if tail.starts(with: "$(D".utf8) { return (.supplement, 4) }
        if tail.starts(with: "$(@".utf8) || tail.starts(with: "$(B".utf8) { return (.kanji, 4) }
        if tail.starts(with: "(I".utf8) { return (.kana, 3) }
        if tail.starts(with: "(B".utf8) || tail.starts(with: "(J".utf8) || tail.starts(with: "(H".utf8) {
            return (.ascii, 3)
        }
        return nil
    }
}

/// HZ (RFC 1843): GB 2312 between `~{` and `~}`.
enum ChineseMail {
    static func gb2312(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var isChinese = false
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let byte = bytes[index]
            index += 1
            if byte == UInt8(ascii: "~"), index < bytes.endIndex {
                let next = bytes[index]
                let known = [UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "~"), ASCII.lineFeed]
                if known.contains(next) {
                    index += 1
                    if next == known[0] { isChinese = true }
                    if next == known[1] { isChinese = false }
                    if next == known[2] { result.append(next) }
                    continue
                }
            }
            if byte == ASCII.lineFeed { isChinese = false }
            result.append(isChinese && byte > ASCII.space && byte < 0x7F ? byte | 0x80 : byte)
        }
        return result
    }
}
