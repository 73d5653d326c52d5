/// The attributes that say something about text; others are passed over.
enum HTMLAttribute {
    case href, source, background, alternative, style, hidden, role
    case start, value, type
    case columnSpan, border, width, height
    case charset, content

    static let named: [HTMLElement.Name: HTMLAttribute] = {
        let names: [(HTMLAttribute, String)] = [
            (.href, "href"), (.source, "src"), (.background, "background"), (.alternative, "alt"), (.style, "style"),
            (.hidden, "hidden"), (.role, "role"), (.start, "start"), (.value, "value"), (.type, "type"),
            (.columnSpan, "colspan"), (.border, "border"), (.width, "width"), (.height, "height"),
            (.charset, "charset"), (.content, "content"),
        ]
        var table: [HTMLElement.Name: HTMLAttribute] = [:]
        for (attribute, name) in names { table[HTMLElement.Name(Array(name.utf8)[...])] = attribute }
        return table
    }()
}

/// Attributes of one tag, the first of each name; values still hold character references.
struct HTMLAttributes {
    private var list: [(name: HTMLAttribute, value: ArraySlice<UInt8>)] = []

    subscript(name: HTMLAttribute) -> ArraySlice<UInt8>? {
        for attribute in list where attribute.name == name { return attribute.value }
        return nil
    }

    /// A number as HTML reads it: digits, perhaps behind a minus, whatever follows.
    func number(_ name: HTMLAttribute) -> Int? {
        guard var digits = self[name]?.trimmed() else { return nil }
        let isNegative = digits.first == ASCII.hyphen
        if isNegative { digits = digits.dropFirst() }
        digits = digits.prefix { $0.isDigit }
        guard !digits.isEmpty, digits.count < 10 else { return nil }
        let value = digits.reduce(0) { $0 * 10 + Int($1 &- ASCII.zero) }
        return isNegative ? -value : value
    }

    mutating func add(_ name: HTMLAttribute, _ value: ArraySlice<UInt8>) {
        if self[name] == nil { list.append((name, value)) }
    }
}
