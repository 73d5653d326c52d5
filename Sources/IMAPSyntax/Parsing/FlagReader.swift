import MailModel

/// Reads flags. Keeps the keywords it met, since ten thousand messages carry the same few.
struct FlagReader: Sendable {
    private var keywords: [(bytes: [UInt8], flag: Flag)] = []
    private static let kept = 64
    private static let system: [(name: [UInt8], flag: Flag)] = [
        .seen, .answered, .flagged, .deleted, .draft, .recent,
    ].map { (name: Array($0.rawValue.utf8), flag: $0) }

    /// `(\Seen $Forwarded)`. Flags that do not fit the grammar are left out; `any` is whether `\*` was among them.
    mutating func list(_ cursor: inout ByteCursor) -> (flags: [Flag], any: Bool)? {
        guard cursor.take(UInt8(ascii: "(")) else { return nil }
        var flags: [Flag] = []
        var any = false
        cursor.skipSpaces()
        while !cursor.take(UInt8(ascii: ")")) {
            guard let range = cursor.word() else { return nil }
            let word = cursor.bytes[range]
            if word.elementsEqual("\\*".utf8) {
                any = true
            } else if let flag = flag(word) {
                flags.append(flag)
            }
            cursor.skipSpaces()
        }
        return (flags, any)
    }

    private mutating func flag(_ word: ArraySlice<UInt8>) -> Flag? {
        if word.first == UInt8(ascii: "\\") {
            for (name, flag) in Self.system where name.count == word.count && Self.isSame(word, name) { return flag }
        } else {
            for (bytes, flag) in keywords where bytes.count == word.count && bytes.elementsEqual(word) { return flag }
        }
        guard let flag = Flag(wire: String(decoding: word, as: UTF8.self)) else { return nil }
        if keywords.count < Self.kept { keywords.append((bytes: Array(word), flag: flag)) }
        return flag
    }

    private static func isSame(_ word: ArraySlice<UInt8>, _ name: [UInt8]) -> Bool {
        zip(word, name).allSatisfy { $0 | 0x20 == $1 | 0x20 }
    }
}
