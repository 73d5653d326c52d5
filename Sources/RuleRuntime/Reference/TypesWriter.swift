/// Writes the annotations for the Lua language server.
enum TypesWriter {
    static var text: String {
        ([head] + [aliases] + classes + globals + testLanguage).joined(separator: "\n\n") + "\n"
    }

    /// Libraries that rules do not have are switched off, so that nothing of them is offered.
    static let settings = """
        {
          "$schema": "https://raw.githubusercontent.com/LuaLS/vscode-lua/master/setting/schema.json",
          "runtime.version": "Lua 5.4",
          "runtime.builtin": {
            "coroutine": "disable",
            "debug": "disable",
            "io": "disable",
            "package": "disable"
          },
          "workspace.library": ["types"],
          "workspace.checkThirdParty": false
        }

        """

    private static let head = """
        ---@meta
        -- Written by `scripts/reference` from the table of the rule language; what is changed here is lost.
        """

    private static var aliases: String {
        let flags = MessageFlagName.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: "|")
        let events = RuleEventKind.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: "|")
        return """
            ---Seconds, or a text like `"7d"`, `"1h30m"` (`s m h d w`).
            ---@alias Duration integer|string
            ---Bytes, or a text like `"5MB"` (`B kB MB GB`, `KiB MiB GiB`).
            ---@alias Size integer|string
            ---Seconds since 1970, or a text like `"2030-01-31"`, `"2030-01-31 08:00"`.
            ---@alias Time integer|string
            ---A text like `"07:30"`.
            ---@alias TimeOfDay string
            ---A name with `/` between its levels, `"account:name"`, or a role.
            ---@alias Folder string|Role
            ---@alias FlagName \(flags)|string
            ---@alias RuleEvent \(events)
            """
    }

    // MARK: Classes

    private static var classes: [String] {
        let condition = """
            ---What messages are asked; combine conditions with `&` (and), `|` (or), `~` (not).
            ---@class Condition
            ---@operator band(Condition): Condition
            ---@operator bor(Condition): Condition
            ---@operator bnot: Condition
            """
        let simple = [
            ("Action", "What a rule does."), ("Role", "A folder by what it is for."),
            ("State", "What a rule remembers."),
        ].map { "---\($0.1)\n---@class \($0.0)" + ($0.0 == "State" ? "\n---@field [string] any" : "") }
        let roles = record("Roles", "Folders by what they are for.", MailboxRoleReference.all)
        let rule = definition(
            "RuleDefinition", "The table of a rule.", RuleKey.allCases.map { ($0.reference, $0.isRequired) })
        return [condition] + simple + [roles, rule, expressionOptions, textOptions] + subjectClasses + options
            + ReferenceObject.all.map(object) + [message]
    }

    private static var expressionOptions: String { optionTable("ExpressionOptions", [.expressionCase]) }
    private static var textOptions: String { optionTable("TextOptions", [.textCase]) }

    private static func comment(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { "---\($0)" }.joined(separator: "\n")
    }

    private static func field(_ entry: ReferenceEntry, isOptional: Bool = false) -> String {
        "---@field \(entry.name)\(isOptional ? "?" : "") \(entry.type.annotation) \(entry.text)"
    }

    private static func record(_ name: String, _ text: String, _ entries: [ReferenceEntry]) -> String {
        (["---\(text)", "---@class \(name)"] + entries.map { field($0) }).joined(separator: "\n")
    }

    private static func definition(_ name: String, _ text: String, _ keys: [(ReferenceEntry, Bool)]) -> String {
        (["---\(text)", "---@class \(name)"] + keys.map { field($0.0, isOptional: !$0.1) }).joined(separator: "\n")
    }

    private static func optionTable(_ name: String, _ options: [ReferenceParameter]) -> String {
        (["---@class \(name)"]
            + options.map { "---@field \($0.name)\($0.isOptional ? "?" : "") \($0.type.annotation) \($0.text)" })
            .joined(separator: "\n")
    }

    private static var subjectClasses: [String] {
        SubjectGroup.allCases.map { group in
            let tests = group.tests.map { test in
                let reference = test.reference
                var parameters = reference.parameters
                if !reference.options.isEmpty {
                    parameters.append(ReferenceParameter("options", .named("TextOptions"), optional: true, ""))
                }
                return function(
                    "\(group.rawValue):\(test.rawValue)", reference.text, parameters, .named("Condition"))
            }
            return (["---@class \(group.rawValue)\nlocal \(group.rawValue) = {}"] + tests).joined(separator: "\n\n")
        }
    }

    private static var options: [String] {
        ActionName.allCases.filter { !$0.reference.options.isEmpty }.map { name in
            optionTable(optionClass(name), name.reference.options)
        }
    }

    private static func optionClass(_ name: ActionName) -> String {
        name.rawValue.prefix(1).uppercased() + name.rawValue.dropFirst() + "Options"
    }

    private static func object(_ object: ReferenceObject) -> String {
        var lines = ["---\(object.text)", "---@class \(object.name)"] + object.fields.map { field($0) }
        if let element = object.element {
            lines.append("---@field [\(element.key.annotation)] \(element.value.annotation)")
        }
        guard !object.methods.isEmpty else { return lines.joined(separator: "\n") }
        lines.append("local \(object.name) = {}")
        let methods = object.methods.map { method in
            function("\(object.name):\(method.name)", method.text, method.parameters ?? [], method.type)
        }
        return ([lines.joined(separator: "\n")] + methods).joined(separator: "\n\n")
    }

    private static var message: String {
        let lines =
            ["---The message that a function gets.", "---@class Message"]
            + MessageField.allCases.map { field($0.reference) } + ["local Message = {}"]
        let asking = MessageMethod.allCases.map { method in
            let reference = method.reference
            return function(
                "Message:\(method.rawValue)", reference.text, reference.parameters ?? [], reference.type)
        }
        let actions = ActionName.allCases.map { name in
            function("Message:\(name.rawValue)", name.reference.text, parameters(name), .nothing)
        }
        return ([lines.joined(separator: "\n")] + asking + actions).joined(separator: "\n\n")
    }

    // MARK: Globals

    private static var globals: [String] {
        let subjects = SubjectName.allCases.map { name in
            value(name.rawValue, name.reference.text, .named(name.reference.group.rawValue))
        }
        let conditions = ConditionName.allCases.map { name in
            name.isValue
                ? value(name.rawValue, name.reference.text, name.reference.type)
                : function(name.rawValue, name.reference.text, name.reference.parameters ?? [], name.reference.type)
        }
        return subjects + conditions + ActionName.allCases.map(action) + helpers
    }

    private static var helpers: [String] {
        var lists: [ReferenceEntry] = []
        var helpers: [String] = []
        for helper in Helper.allCases {
            let entry = helper.reference
            if entry.name.contains(".") {
                lists.append(entry)
            } else if let parameters = entry.parameters {
                helpers.append(function(entry.name, entry.text, parameters, entry.type))
            } else {
                helpers.append(value(entry.name, entry.text, entry.type))
            }
        }
        return helpers + ["list = {}"] + lists.map { function($0.name, $0.text, $0.parameters ?? [], $0.type) }
    }

    private static var testLanguage: [String] {
        [
            "---@class TestMessage",
            "---@class AttachmentDefinition\n---@field filename? string\n---@field type? string\n---@field content string",
            "---@class EventDefinition\n---@field kind RuleEvent\n---@field added? string[]\n---@field removed? string[]",
            definition(
                "TestDefinition", "The table of a test.", TestKey.allCases.map { ($0.reference, $0.isRequired) }),
            definition(
                "MessageDefinition", "The table of a message in a test.",
                TestMessageKey.allCases.map { ($0.reference, false) }),
        ]
            + TestGlobal.allCases.map { global in
                function(
                    global.rawValue,
                    "In tests: " + global.reference.text.prefix(1).lowercased()
                        + global.reference.text.dropFirst(), global.reference.parameters ?? [], global.reference.type)
            }
    }

    private static func value(_ name: String, _ text: String, _ type: ReferenceType) -> String {
        "\(comment(text))\n---@type \(type.annotation)\n\(name) = nil"
    }

    private static func function(
        _ name: String, _ text: String, _ parameters: [ReferenceParameter], _ result: ReferenceType
    ) -> String {
        var lines = [comment(text)]
        lines += parameters.map { parameter in
            let name = "\(parameter.name)\(parameter.isOptional ? "?" : "")"
            return "---@param \(name) \(parameter.type.annotation) \(parameter.text)".trimmed
        }
        if case .nothing = result {} else { lines.append("---@return \(result.annotation)") }
        lines.append("function \(name)(\(parameters.map(\.name).joined(separator: ", "))) end")
        return lines.joined(separator: "\n")
    }

    /// As a method it is a function; as a global it may also be a value: `{ trash }`.
    private static func action(_ name: ActionName) -> String {
        let reference = name.reference
        switch reference.form {
        case .value, .table: return function(name.rawValue, reference.text, parameters(name), .named("Action"))
        case .nothing: return value(name.rawValue, reference.text, .named("Action"))
        case .bare:
            let type = "\(name.rawValue.prefix(1).uppercased())\(name.rawValue.dropFirst())Action"
            return """
                ---@class \(type): Action
                ---@overload fun(options?: \(optionClass(name))): Action

                \(value(name.rawValue, reference.text, .named(type)))
                """
        }
    }

    private static func parameters(_ name: ActionName) -> [ReferenceParameter] {
        let reference = name.reference
        func options(_ isOptional: Bool) -> [ReferenceParameter] {
            guard !reference.options.isEmpty else { return [] }
            return [ReferenceParameter("options", .named(optionClass(name)), optional: isOptional, "")]
        }
        return switch reference.form {
        case .value(let parameter, _): [parameter] + options(true)
        case .table: options(false)
        case .bare: options(true)
        case .nothing: []
        }
    }
}
