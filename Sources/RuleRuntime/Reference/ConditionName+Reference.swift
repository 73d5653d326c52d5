extension ConditionName {
    var reference: ReferenceEntry {
        let condition = ReferenceType.named("Condition")
        let conditions = [ReferenceParameter("conditions", .list(condition), "")]
        func entry(
            _ parameters: [ReferenceParameter]?, _ text: String, example: String
        ) -> ReferenceEntry {
            ReferenceEntry(rawValue, condition, parameters, text, example: ReferenceExample(example))
        }
        return switch self {
        case .flag:
            entry(
                [ReferenceParameter("name", .named("FlagName"), "")],
                "The message has the flag or keyword; later rules see what earlier ones set.",
                example: "flag \"seen\"")
        case .older:
            entry([ReferenceParameter("age", .duration, "")], "It was received longer ago.", example: "older \"7d\"")
        case .newer:
            entry([ReferenceParameter("age", .duration, "")], "It was received since.", example: "newer \"2h\"")
        case .hasAttachment: entry(nil, "It has an attachment.", example: "size:over \"5MB\" & has_attachment")
        case .bulk:
            entry(
                nil, "It was sent to many: it has a list's header, or says so in `Precedence`.",
                example: "bulk & ~from:me()")
        case .automated:
            entry(
                nil,
                "A program wrote it: `Auto-Submitted`, the older marks of automatic answers, or a null return path.",
                example: "~automated")
        case .all:
            entry(conditions, "Every one of them holds, as with `&`.", example: "all { bulk, flag \"seen\" }")
        case .any:
            entry(conditions, "One of them holds, as with `|`.", example: "any { bulk, automated }")
        case .none:
            entry(conditions, "None of them holds.", example: "none { bulk, automated }")
        }
    }
}
