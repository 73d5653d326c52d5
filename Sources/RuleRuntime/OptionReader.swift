/// Reads a table of options; unknown keys are refused when it is made.
struct OptionReader {
    private let owner: String
    private let fields: [String: RuleValue]

    init(_ value: RuleValue?, of owner: String, known: Set<String>, usage: String) throws(RuleMisuse) {
        self.owner = owner
        guard let value, !value.isNull else {
            fields = [:]
            return
        }
        guard let parts = value.tableParts else {
            throw RuleMisuse("the options of \(owner) are a table, not \(value.withArticle): \(usage)")
        }
        guard parts.items.isEmpty, parts.hole == nil, !parts.hasOtherKeys else {
            throw RuleMisuse("\(owner) takes its options by name: \(usage)")
        }
        if let unknown = parts.fields.keys.sorted().first(where: { !known.contains($0) }) {
            throw RuleMisuse("\(owner) has no option \"\(unknown)\"" + NearestName.hint(unknown, in: known))
        }
        fields = parts.fields
    }

    func string(_ key: String) throws(RuleMisuse) -> String? {
        guard let value = fields[key] else { return nil }
        if case .integer(let number) = value { return String(number) }
        guard let text = value.string else { throw wrong(key, "text", value) }
        return text
    }

    func bool(_ key: String) throws(RuleMisuse) -> Bool? {
        guard let value = fields[key] else { return nil }
        guard let flag = value.bool else { throw wrong(key, "true or false", value) }
        return flag
    }

    func duration(_ key: String) throws(RuleMisuse) -> Int64? {
        guard let value = fields[key] else { return nil }
        guard let seconds = Quantity.duration(value) else { throw wrong(key, "a duration like \"30d\"", value) }
        return seconds
    }

    func choice<T>(_ key: String, _ choices: [String: T]) throws(RuleMisuse) -> T? {
        guard let text = try string(key) else { return nil }
        guard let choice = choices[text] else {
            let names = choices.keys.sorted().map { "\"\($0)\"" }.joined(separator: " or ")
            throw RuleMisuse("\(owner): \(key) is \(names), not \"\(text)\"")
        }
        return choice
    }

    /// A text or a list of texts; empty when it is not there.
    func strings(_ key: String) throws(RuleMisuse) -> [String] {
        guard let value = fields[key] else { return [] }
        if let text = value.string { return [text] }
        guard let parts = value.tableParts, parts.fields.isEmpty else { throw wrong(key, "text or a list", value) }
        var texts: [String] = []
        for item in parts.items {
            guard let text = item.string else { throw wrong(key, "text or a list of texts", item) }
            texts.append(text)
        }
        return texts
    }

    private func wrong(_ key: String, _ expected: String, _ value: RuleValue) -> RuleMisuse {
        RuleMisuse("\(owner): \(key) is \(expected), not \(value.shown)")
    }
}

extension RuleValue {
    /// `a table`, `an action`.
    var withArticle: String { typeName.hasPrefix("a") ? "an \(typeName)" : "a \(typeName)" }

    /// For messages: the value when it is short, else its type.
    var shown: String {
        switch self {
        case .string(let text) where text.utf8.count <= 60: "\"\(text)\""
        case .integer(let number): String(number)
        case .number(let number): String(number)
        case .bool(let value): String(value)
        case .null: "nil"
        default: withArticle
        }
    }
}
