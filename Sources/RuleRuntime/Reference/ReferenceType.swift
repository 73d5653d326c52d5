/// The type of a value in the rule language: for the annotations, for messages, and for checking an argument.
indirect enum ReferenceType: Sendable {
    case text
    case boolean
    case integer
    case number
    /// `"7d"`, or seconds.
    case duration
    /// `"5MB"`, or bytes.
    case size
    /// `"2030-01-31 08:00"`, or seconds since 1970.
    case time
    case timeOfDay
    /// A name, or `role.archive`.
    case folder
    case choice([String])
    /// One text or a list of them.
    case texts
    case textList
    /// A class or another type of the annotations.
    case named(String)
    case list(ReferenceType)
    case optional(ReferenceType)
    case nothing

    /// As the annotations of LuaLS write it.
    var annotation: String {
        switch self {
        case .text: "string"
        case .boolean: "boolean"
        case .integer: "integer"
        case .number: "number"
        case .duration: "Duration"
        case .size: "Size"
        case .time: "Time"
        case .timeOfDay: "TimeOfDay"
        case .folder: "Folder"
        case .choice(let choices): choices.map { "\"\($0)\"" }.joined(separator: "|")
        case .texts: "string|string[]"
        case .textList: "string[]"
        case .named(let name): name
        case .list(let element): "\(element.annotation)[]"
        case .optional(let type): "\(type.annotation)?"
        case .nothing: "nil"
        }
    }

    /// For messages: `move: create is true or false, not 1`.
    var expected: String {
        switch self {
        case .text: "text"
        case .boolean: "true or false"
        case .integer: "a whole number"
        case .number: "a number"
        case .duration: "a duration like \"30d\""
        case .size: "a size like \"5MB\""
        case .time: "a date like \"2030-01-31\""
        case .timeOfDay: "a time of day like \"07:30\""
        case .folder: "a folder's name"
        case .choice(let choices): choices.map { "\"\($0)\"" }.joined(separator: " or ")
        case .texts: "text or a list of texts"
        case .textList: "a list of texts"
        case .named(let name): name
        case .list(let element): "a list of \(element.expected)"
        case .optional(let type): type.expected
        case .nothing: "nothing"
        }
    }

    /// What is wrong with the value as an argument; `nil` when nothing is.
    func complaint(about value: RuleValue) -> String? {
        let isRight: Bool
        switch self {
        case .text:
            if case .integer = value { isRight = true } else { isRight = value.string != nil }
        case .boolean: isRight = value.bool != nil
        case .integer: isRight = value.integer != nil
        case .duration: isRight = Quantity.duration(value) != nil
        case .size: isRight = Quantity.size(value) != nil
        case .timeOfDay: isRight = value.string.flatMap(RuleClock.secondOfDay) != nil
        case .choice(let choices): isRight = value.string.map(choices.contains) ?? false
        case .texts where value.string != nil: isRight = true
        case .texts, .textList:
            guard let parts = value.tableParts, parts.isList else { return expected }
            isRight = parts.items.allSatisfy { $0.string != nil }
        case .optional(let type): return value.isNull ? nil : type.complaint(about: value)
        // Whoever reads these looks closer.
        case .number, .time, .folder, .named, .list, .nothing: isRight = true
        }
        return isRight ? nil : expected
    }
}

extension TableParts {
    /// Whether it has values at 1, 2, 3... and nothing else.
    var isList: Bool { fields.isEmpty && hole == nil && !hasOtherKeys }
}
