import Foundation
import MailModel
import Testing

@testable import RuleRuntime

/// The table of the rule language against the files made of it, and against the language itself.
@Suite struct ReferenceTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func file(_ name: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent(name), encoding: .utf8)
    }

    @Test(arguments: [
        ("rules/types/postmoon.lua", RuleReference.types), ("rules/.luarc.json", RuleReference.editorSettings),
        ("rules/.luacheckrc", RuleReference.luacheck), ("docs/rules.md", RuleReference.manual),
    ])
    func theFilesAreWhatTheTableGives(name: String, text: String) throws {
        #expect(try Self.file(name) == text, "scripts/reference writes it anew")
    }

    @Test func theAnnotationsAreLua() async throws {
        let problems = await RuleBench.problems("local function types()\n\(RuleReference.types)\nend")
        #expect(problems == [])
    }

    /// What a rule file sees, as it is: names, and those of the tables behind them.
    private func liveGlobals() async throws -> [String] {
        let bench = try await RuleBench(
            """
            for name, value in pairs(_ENV) do
              local inner = {}
              if type(value) == "table" and name ~= "state" then
                for field in pairs(value) do inner[#inner + 1] = name .. "." .. field end
              end
              if #inner == 0 then inner = { name } end
              for _, full in ipairs(inner) do print(full) end
            end
            """)
        return bench.runtime.loadLog.sorted()
    }

    @Test func everyGlobalIsInTheTable() async throws {
        let described = Set(RuleReference.globals).subtracting(["role"])
        #expect(try await Set(liveGlobals()).symmetricDifference(described).sorted() == [])
        #expect(RuleReference.globals.count == Set(RuleReference.globals).count)
    }

    @Test func theGlobalsAreThoseOfTheGoldenFile() async throws {
        let golden = try Self.file("Tests/Golden/rule-globals.txt").split(separator: "\n").map(String.init)
        #expect(try await liveGlobals() == golden)
    }

    @Test(arguments: RuleReference.examples.map { [$0.name, $0.code, "\($0.place)"] })
    func everyExampleRuns(_ example: [String]) async throws {
        let code = example[1]
        let vip = "local vip = list.file \"vip.txt\"\n"
        let rule =
            switch example[2] {
            case "file": code
            case "body": "\(vip)rule \"r\" { run = function(m)\n\(code)\nend }"
            case "condition": "rule \"r\" { when = \(code), run = { mark \"seen\" } }"
            case "action": "rule \"r\" { account = \"home\", run = { \(code) } }"
            case "key" where code.hasPrefix("run ="): "rule \"r\" { \(code) }"
            case "key": "rule \"r\" { run = { mark \"seen\" }, \(code) }"
            // The globals of tests are not there in a rule file: that it is Lua is what can be said here.
            case "test": "local function f()\n\(code)\nend"
            default: "local function f() return { \(code) } end"
            }
        let bench = try await RuleBench(
            files: ["rules.lua": rule, "lists/family.lua": "return from:domain \"example.org\""],
            lists: ["vip.txt": "sam@example.org", "contacts.vcf": "EMAIL:sam@example.org"])
        for message in [RuleMessage.whole(), .whole(ConditionTests.list), .whole("")] {
            _ = try await bench.decide(message)
        }
    }

    @Test(arguments: ActionName.allCases)
    func everyOptionIsTakenAndChecked(name: ActionName) async throws {
        let values: (ReferenceParameter) -> String = { option in
            switch (option.name, option.type) {
            case ("to", _): "\"x@example.com\""
            case ("from", _): "\"jane@icloud.com\""
            case ("channel", _): "\"phone\""
            case (_, .boolean): "true"
            case (_, .duration): "\"1d\""
            case (_, .choice(let choices)): "\"\(choices[0])\""
            default: "\"text\""
            }
        }
        let reference = name.reference
        let all = reference.options.map { "\($0.name) = \(values($0))" }
        func source(_ options: [String]) -> String {
            let table = "{ \(options.joined(separator: ", ")) }"
            let call =
                switch reference.form {
                case .value: "(\(name == .pipe ? "\"archiver\"" : name == .snooze ? "\"1h\"" : "\"X\""), \(table))"
                case .table, .bare: table
                case .nothing: ""
                }
            return "rule \"r\" { account = \"home\", run = { \(name.rawValue)\(call) } }"
        }
        #expect(await RuleBench.problems(source(all)) == [])
        for (index, option) in reference.options.enumerated() {
            var options = all
            options[index] = "\(option.name) = print"
            let problems = await RuleBench.problems(source(options))
            #expect(
                problems == ["rules.lua:1: \(name.rawValue): \(option.name) is \(option.type.expected), not a function"]
            )
        }
    }

    /// A field's type in Lua, by its type in the table.
    private func luaType(_ type: ReferenceType) -> String {
        switch type {
        case .text, .choice: "string"
        case .boolean: "boolean"
        case .integer: "number"
        case .optional(let inner): luaType(inner)
        default: "table"
        }
    }

    @Test func everyFieldHasItsType() async throws {
        let expressions =
            MessageField.allCases.map { ("m.\($0.rawValue)", $0.reference.type) }
            + ReferenceObject.all.flatMap { object in
                object.fields.map { ("(\(object.getting)).\($0.name)", $0.type) }
            }
        let body = expressions.map { "print(\(ConditionSyntax.literal(.string($0.0))), type(\($0.0)))" }
        let message = ConditionTests.list.replacing(
            "From: Bot", with: "Date: Mon, 02 Mar 2026 11:58:00 +0000\nSender: s@x.example\nFrom: Bot")
        let bench = try await RuleBench(
            "rule \"r\" { run = function(m)\n\(body.joined(separator: "\n"))\nend }")
        let log = try await bench.decide(.whole(message)).log
        #expect(log == expressions.map { "\($0.0)\t\(luaType($0.1))" })
    }

    @Test func everyMethodIsThereAndNothingElse() async throws {
        let methods = ActionName.allCases.map(\.rawValue) + MessageMethod.allCases.map(\.rawValue)
        let objects = ReferenceObject.all.flatMap { object in
            object.methods.map { "type((\(object.getting)).\($0.name))" }
        }
        let body = methods.map { "print(type(m.\($0)))" } + objects.map { "print(\($0))" }
        let bench = try await RuleBench(
            "local vip = list.file \"vip.txt\"\nrule \"r\" { run = function(m) \(body.joined(separator: " ")) end }",
            lists: ["vip.txt": "x"])
        #expect(try await bench.decide(.whole()).log == Array(repeating: "function", count: body.count))
    }

    @Test(arguments: ReferenceObject.all.filter { $0.element?.key.annotation != "string" }.map(\.name))
    func aMisspeltFieldNamesTheNearest(name: String) async throws {
        let object = try #require(ReferenceObject.all.first { $0.name == name })
        let known = object.names.sorted { $0.count > $1.count }[0]
        let misspelt = known + "s"
        let bench = try await RuleBench(
            "local vip = list.file \"vip.txt\"\nrule \"r\" { run = function(m)\nprint((\(object.getting)).\(misspelt))\nend }",
            lists: ["vip.txt": "x"])
        let failure = try await bench.failure(.whole(ConditionTests.list))
        #expect(
            failure.description
                == "rules.lua:3: rule r: \(object.title) has no field \"\(misspelt)\"; did you mean \"\(known)\"?")
    }

    @Test(arguments: SubjectName.allCases)
    func aSubjectHasTheTestsOfItsGroup(name: SubjectName) async {
        let tests = name.reference.group.tests.map(\.rawValue)
        let problems = await RuleBench.problems("local x = \(name.rawValue):zzzzzz \"x\"")
        #expect(
            problems == [
                "rules.lua:1: \(name.rawValue) has no test \"zzzzzz\" (it has \(tests.joined(separator: ", ")))"
            ])
    }
}
