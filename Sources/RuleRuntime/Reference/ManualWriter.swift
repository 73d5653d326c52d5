/// Writes the manual: prose from `ManualText`, tables and entries from the table of the language.
enum ManualWriter {
    static var text: String {
        let sections: [String] = [
            ManualText.head, ManualText.rules, keys, ManualText.order, ManualText.conditions, subjects,
            ManualText.tests,
            tests, ManualText.values, ManualText.otherConditions,
            table(["condition", "is"], ConditionName.allCases.map(conditionRow)),
            ManualText.dropped, ManualText.actions, actions, ManualText.delays,
            table(["", "is", ""], [ReferenceParameter].delay.map(parameterRow)), ManualText.functions,
            ManualText.message, fields, ManualText.objects, objects, ManualText.helpers, helpers, ManualText.roles,
            table(["role", "the folder of"], MailboxRoleReference.all.map { [code("role.\($0.name)"), $0.text] }),
            ManualText.lua, stock, ManualText.limits, ManualText.ruleTests, testKeys, ManualText.editors,
        ]
        return sections.joined(separator: "\n\n") + "\n"
    }

    // MARK: Tables

    private static func table(_ head: [String], _ rows: [[String]]) -> String {
        let lines = [head, head.map { _ in "---" }] + rows
        return lines.map { "| \($0.joined(separator: " | ")) |" }.joined(separator: "\n")
    }

    /// In a table a bar ends the cell, in code too.
    private static func code(_ text: String) -> String { "`\(text.replacing("|", with: "\\|"))`" }

    private static func cell(_ text: String) -> String { text.replacing("|", with: "\\|") }

    private static func lua(_ code: String) -> String { "```lua\n\(code)\n```" }

    private static var keys: String {
        table(
            ["key", "takes", "meaning"],
            RuleKey.allCases.map { key in
                [
                    code(key.rawValue), cell(key.takes),
                    cell(key.reference.text) + " " + code(key.reference.example.code),
                ]
            })
    }

    private static var subjects: String {
        table(
            ["subject", "is", "example"],
            SubjectName.allCases.map { [code($0.rawValue), $0.reference.text, code($0.reference.example)] }
                + [
                    [
                        code("header \"X-Name\""), Helper.header.reference.text,
                        code(Helper.header.reference.example.code),
                    ]
                ])
    }

    private static var tests: String {
        table(
            ["test", "of", "holds when", "example"],
            SubjectTest.allCases.map { test in
                let reference = test.reference
                let groups = SubjectGroup.allCases.filter(reference.groups.contains).map(\.title)
                return [
                    code(":\(test.rawValue)"), groups.joined(separator: ", "), cell(reference.text),
                    code(reference.example),
                ]
            })
    }

    private static func conditionRow(_ name: ConditionName) -> [String] {
        [code(name.reference.example.code), cell(name.reference.text)]
    }

    private static var actions: String {
        ActionName.allCases.map { name in
            let reference = name.reference
            var parts = ["### `\(name.rawValue)`", reference.text, lua(reference.example)]
            var rows: [[String]] = []
            if case .value(let parameter, _) = reference.form { rows.append(parameterRow(parameter)) }
            let delays = [ReferenceParameter].delay.map(\.name)
            rows += reference.options.filter { !delays.contains($0.name) }.map(parameterRow)
            if !rows.isEmpty { parts.append(table(["", "is", ""], rows)) }
            if reference.options.contains(where: { delays.contains($0.name) }) {
                parts.append("May be due [later](#later).")
            }
            return parts.joined(separator: "\n\n")
        }.joined(separator: "\n\n")
    }

    private static func parameterRow(_ parameter: ReferenceParameter) -> [String] {
        [code(parameter.name), code(parameter.type.annotation), cell(parameter.text)]
    }

    private static var fields: String {
        table(
            ["field", "is", ""],
            MessageField.allCases.map { field in
                let reference = field.reference
                return [code("m.\(field.rawValue)"), code(reference.type.annotation), cell(reference.text)]
            }
                + MessageMethod.allCases.map { method in
                    [code("m:\(method.rawValue)(…)"), code(method.reference.type.annotation), method.reference.text]
                })
    }

    private static var objects: String {
        ReferenceObject.all.map { object in
            let rows =
                object.fields.map { [code($0.name), code($0.type.annotation), cell($0.text)] }
                + object.methods.map { [code(":\($0.name)(…)"), code($0.type.annotation), cell($0.text)] }
            let head = "### \(object.name)\n\n\(object.text) For example `\(object.getting)`."
            return rows.isEmpty ? head : head + "\n\n" + table(["", "is", ""], rows)
        }.joined(separator: "\n\n")
    }

    private static var helpers: String {
        Helper.allCases.map { helper in
            let entry = helper.reference
            let arguments = entry.parameters.map { parameters in "(\(parameters.map(\.name).joined(separator: ", ")))" }
            return "### `\(entry.name)\(arguments ?? "")`\n\n\(entry.text)\n\n\(lua(entry.example.code))"
        }.joined(separator: "\n\n")
    }

    private static var stock: String {
        table(
            ["library", "has", "different here"],
            StockLua.all.map { library in
                [
                    library.library.map(code) ?? "base", library.names.map(code).joined(separator: " "), library.text,
                ]
            })
    }

    private static var testKeys: String {
        let globals = TestGlobal.allCases.map { global in
            "### `\(global.rawValue)`\n\n\(global.reference.text)\n\n\(lua(global.reference.example.code))"
        }
        let keys = table(
            ["key of a test", "takes", ""],
            TestKey.allCases.map { [code($0.rawValue), code($0.reference.type.annotation), $0.reference.text] })
        let message = table(
            ["key of a message", "takes", "is"],
            TestMessageKey.allCases.map {
                [code($0.rawValue), code($0.reference.type.annotation), cell($0.reference.text)]
            })
        return (globals + [keys, message]).joined(separator: "\n\n")
    }
}

extension SubjectGroup {
    /// For tables.
    fileprivate var title: String {
        switch self {
        case .address: "addresses"
        case .text: "texts"
        case .size: "`size`"
        case .time: "`date`, `received`"
        case .authentication: "`auth`"
        }
    }
}
