/// The rule language, told from its one table: for editors, for luacheck, and for people.
public enum RuleReference {
    /// `rules/types/postmoon.lua`: annotations for the Lua language server.
    public static var types: String { TypesWriter.text }
    /// `rules/.luarc.json`: how the Lua language server finds them.
    public static var editorSettings: String { TypesWriter.settings }
    /// `rules/.luacheckrc`: the globals that luacheck is to know.
    public static var luacheck: String { LuacheckWriter.text }
    /// `docs/rules.md`: the manual.
    public static var manual: String { ManualWriter.text }

    /// Names that stand in rule files without anything before them, `string.find` and the like among them.
    static var globals: [String] {
        SubjectName.allCases.map(\.rawValue) + ConditionName.allCases.map(\.rawValue)
            + ActionName.allCases.map(\.rawValue) + Helper.allCases.map(\.rawValue)
            + MailboxRoleReference.all.map { "role.\($0.name)" } + StockLua.all.flatMap(\.globals)
    }

    /// Every entry with an example, and where that has to stand.
    static var examples: [(name: String, code: String, place: ReferenceExample.Place)] {
        var examples: [(String, String, ReferenceExample.Place)] = []
        func add(_ entries: [ReferenceEntry], _ place: ReferenceExample.Place, _ prefix: String = "") {
            examples += entries.map { (prefix + $0.name, $0.example.code, $0.example.place ?? place) }
        }
        add(RuleKey.allCases.map(\.reference), .key)
        examples += SubjectName.allCases.map { ($0.rawValue, $0.reference.example, .condition) }
        examples += SubjectTest.allCases.map { (":\($0.rawValue)", $0.reference.example, .condition) }
        add(ConditionName.allCases.map(\.reference), .condition)
        examples += ActionName.allCases.map { ($0.rawValue, $0.reference.example, .action) }
        add(MessageField.allCases.map(\.reference), .body, "m.")
        add(MessageMethod.allCases.map(\.reference), .body, "m:")
        for object in ReferenceObject.all {
            for entry in object.fields + object.methods {
                // `it` may be nil: a message need not have an attachment.
                let code = "local it = \(object.getting)\nif it then \(entry.example.code) end"
                examples.append(("\(object.name).\(entry.name)", code, .body))
            }
        }
        add(Helper.allCases.map(\.reference), .body)
        add(TestGlobal.allCases.map(\.reference), .test)
        add(TestKey.allCases.map(\.reference), .testKey)
        add(TestMessageKey.allCases.map(\.reference), .messageKey)
        return examples
    }
}
