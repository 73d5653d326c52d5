/// Reads a table of options; when it is made, unknown names and wrong types are refused.
struct OptionReader {
    private let fields: [String: RuleValue]

    init(
        _ value: RuleValue?, of owner: String, options: [ReferenceParameter], usage: String
    ) throws(RuleMisuse) {
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
        for (name, value) in parts.fields.sorted(by: { $0.key < $1.key }) {
            guard let option = options.first(where: { $0.name == name }) else {
                throw RuleMisuse("\(owner) has no option \"\(name)\"" + NearestName.hint(name, in: options.map(\.name)))
            }
            if let expected = option.type.complaint(about: value) {
                throw RuleMisuse("\(owner): \(name) is \(expected), not \(value.shown)")
            }
        }
        fields = parts.fields
    }

    func string(_ option: ReferenceParameter) -> String? {
        switch fields[option.name] {
        case .integer(let number)?: String(number)
        case let value: value?.string
        }
    }

    func bool(_ option: ReferenceParameter) -> Bool? { fields[option.name]?.bool }

    /// Seconds.
    func duration(_ option: ReferenceParameter) -> Int64? { fields[option.name].flatMap(Quantity.duration) }

    func choice<Choice: RawRepresentable<String>>(_ option: ReferenceParameter) -> Choice? {
        string(option).flatMap(Choice.init)
    }

    /// A text or a list of texts; empty when it is not there.
    func strings(_ option: ReferenceParameter) -> [String] {
        guard let value = fields[option.name] else { return [] }
        return value.string.map { [$0] } ?? value.tableParts?.items.compactMap(\.string) ?? []
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
