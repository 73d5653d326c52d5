/// Errors that name what was probably meant.
extension RuleHost {
    func explain(_ operation: HostOperation, _ arguments: [RuleValue]) throws -> [RuleValue] {
        let texts = arguments.map { $0.string ?? "" }
        switch operation {
        case .unknownGlobal:
            let missing = texts.count > 1 && !texts[1].isEmpty ? texts[1] : nil
            throw RuleMisuse(
                missing ?? "there is no global \"\(texts[0])\"" + NearestName.hint(texts[0], in: globalNames))
        case .unknownField:
            // The owner, the field, what is known.
            let known = arguments.count > 2 ? arguments[2].tableParts?.items.compactMap(\.string) ?? [] : []
            throw RuleMisuse("\(texts[0]) has no field \"\(texts[1])\"" + NearestName.hint(texts[1], in: known))
        case .describe: return [.string(arguments.first.map(described) ?? "nil")]
        default: throw misused(arguments)
        }
    }

    private func described(_ value: RuleValue) -> String {
        switch handles[value] {
        case .subject(let subject): subject.name
        case .condition(let condition): condition.text
        case .action(let template): template.name.rawValue
        case .constructor(let name): name.rawValue
        case .role(let role): "role.\(role.rawValue)"
        case .expression(let expression): "regex \(ConditionSyntax.literal(.string(expression.pattern)))"
        case nil: value.typeName
        }
    }

    /// A value of the API used as what it is not: what was tried, on what.
    private func misused(_ arguments: [RuleValue]) -> RuleMisuse {
        let use = arguments.first?.string ?? ""
        var value = arguments.count > 1 ? arguments[1] : .null
        var other = arguments.count > 2 ? arguments[2] : .null
        // `5 < size` comes with the number first.
        if handles[value] == nil, handles[other] != nil { swap(&value, &other) }
        switch (use, handles[value]) {
        case ("call", .condition(let condition)):
            return RuleMisuse("options go second, in parentheses: \(Self.withOptions(condition.text))")
        case ("call", .action(let template)):
            return RuleMisuse("options go second, in parentheses: \(template.name.reference.usage)")
        case ("call", .subject(let subject)):
            return RuleMisuse("\(subject.name) needs a test: \(subject.name):\(subject.tests[0].rawValue) ...")
        case ("index", .subject(let subject)): return unknownTest(other.string ?? "?", of: subject)
        case ("index", _):
            return RuleMisuse("\(value.withArticle) has no field \"\(other.string ?? "?")\"")
        case ("compare", .subject(let subject)):
            let hint = subject.tests.map { ":\($0.rawValue)" }.joined(separator: " ")
            return RuleMisuse("\(subject.name) cannot be compared; use \(subject.name)\(hint)")
        case ("compare", _):
            return RuleMisuse("\(value.withArticle) cannot be compared; conditions are combined with & | ~")
        case ("bxor", _):
            return RuleMisuse("~ stands before one condition; between two of them write a & ~b")
        case ("join", .some), ("arithmetic", .some):
            return RuleMisuse("\(value.withArticle) is no number and no text; conditions are combined with & | ~")
        case ("global", _):
            let name = value.string ?? "?"
            if globalNames.contains(name) {
                return RuleMisuse("\"\(name)\" is part of the rules' language and read-only")
            }
            return RuleMisuse("global \"\(name)\" cannot be set; write local \(name)")
        case ("flags", _): return RuleMisuse("flags are changed by m:mark and m:unmark")
        case ("testing", _): return RuleMisuse("a test file has no rules; they stand in the rules folder")
        case ("readonly", _): return RuleMisuse("\(value.string ?? "this") is read-only")
        case ("method", _):
            let usage = value.string.flatMap(ActionName.init)?.reference.usage ?? ""
            return RuleMisuse("options go second, in parentheses: \(usage)")
        case ("dot", _):
            let name = value.string ?? "?"
            return RuleMisuse("\(name) is called with a colon: m:\(name)")
        default: return RuleMisuse("\(described(value)) cannot be used like this")
        }
    }

    /// `subject:contains "A"` with the place for options shown.
    private static func withOptions(_ text: String) -> String {
        guard let space = text.firstIndex(of: " "), text[text.index(after: space)...].hasPrefix("\"") else {
            return "\(text.prefix { $0 != "(" })(\"...\", { case = true })"
        }
        return "\(text[..<space])(\(text[text.index(after: space)...]), { case = true })"
    }
}
