/// Reads what stands between the brackets of `BODY[...]`. Keeps the last, since a FETCH brings the same for each message.
struct SectionReader: Sendable {
    struct Read: Equatable {
        /// `nil` for a section that has no name in `BodySection`.
        let section: BodySection?
    }

    private var lastBytes: [UInt8] = []
    private var lastSection: BodySection?

    /// `nil` when the brackets do not close, or hold no section.
    mutating func section(_ cursor: inout ByteCursor) -> Read? {
        guard cursor.take(UInt8(ascii: "[")) else { return nil }
        let start = cursor.position
        guard let end = Self.end(cursor) else { return nil }
        cursor.position = end + 1
        let bytes = cursor.bytes[start..<end]
        if lastSection != nil, bytes.count == lastBytes.count, bytes.elementsEqual(lastBytes) {
            return Read(section: lastSection)
        }
        let section = Self.parse(Array(bytes))
        lastBytes = Array(bytes)
        lastSection = section
        return Read(section: section)
    }

    /// The closing bracket; one in a quoted field name is none.
    private static func end(_ cursor: ByteCursor) -> Int? {
        var index = cursor.position
        var isQuoted = false
        while index < cursor.bytes.count {
            switch cursor.bytes[index] {
            case UInt8(ascii: "\""): isQuoted.toggle()
            case UInt8(ascii: "]") where !isQuoted: return index
            default: break
            }
            index += 1
        }
        return nil
    }

    private static func parse(_ bytes: [UInt8]) -> BodySection? {
        var cursor = ByteCursor(bytes)
        var path: [Int] = []
        while let digit = cursor.peek, digit >= 0x30, digit <= 0x39 {
            guard path.count < 128, let number = cursor.number32(), number > 0 else { return nil }
            path.append(Int(number))
            if cursor.isAtEnd { return .part(path) }
            guard cursor.take(UInt8(ascii: ".")) else { return nil }
        }
        guard !cursor.isAtEnd else { return path.isEmpty ? .whole : nil }
        guard let name = cursor.keyword() else { return nil }
        if cursor.isAtEnd {
            switch name {
            case "HEADER": return path.isEmpty ? .header : .partHeader(path)
            case "TEXT": return path.isEmpty ? .text : .partText(path)
            case "MIME": return path.isEmpty ? nil : .partMIME(path)
            default: return nil
            }
        }
        cursor.skipSpaces()
        guard path.isEmpty, let names = cursor.list({ $0.astringText()?.uppercased() }), cursor.isAtEnd else {
            return nil
        }
        switch name {
        case "HEADER.FIELDS": return .headerFields(names)
        case "HEADER.FIELDS.NOT": return .headerFieldsNot(names)
        default: return nil
        }
    }
}
