import ArgumentParser
import RuleRuntime

/// `postmoon reference`: prints what is made of the table of the rule language.
struct Reference: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reference",
        abstract: "Prints the rule language: for editors, for luacheck, or as a manual.",
        discussion: """
            types     annotations for the Lua language server: types/postmoon.lua in the rules folder
            editor    its settings, which find them: .luarc.json in the rules folder
            luacheck  the globals for luacheck: .luacheckrc in the rules folder
            manual    the manual, as Markdown
            """
    )

    enum Form: String, ExpressibleByArgument, CaseIterable {
        case types, editor, luacheck, manual
    }

    @Argument(help: "One of: types, editor, luacheck, manual.")
    var form: Form

    func run() {
        switch form {
        case .types: print(RuleReference.types, terminator: "")
        case .editor: print(RuleReference.editorSettings, terminator: "")
        case .luacheck: print(RuleReference.luacheck, terminator: "")
        case .manual: print(RuleReference.manual, terminator: "")
        }
    }
}
