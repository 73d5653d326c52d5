import ArgumentParser
import Foundation
import RuleRuntime

/// `postmoon reference`: prints what is made of the table of the rule language, and of the commands themselves.
struct Reference: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reference",
        abstract: "Prints the rule language: for editors, for luacheck, or as a manual; and the manual pages.",
        discussion: """
            types     annotations for the Lua language server: types/postmoon.lua in the rules folder
            editor    its settings, which find them: .luarc.json in the rules folder
            luacheck  the globals for luacheck: .luacheckrc in the rules folder
            manual    the manual, as Markdown
            pages     the names of the manual pages of all commands
            page      one of them, in mdoc
            """
    )

    enum Form: String, ExpressibleByArgument, CaseIterable {
        case types, editor, luacheck, manual, pages, page
    }

    @Argument(help: "One of: types, editor, luacheck, manual, pages, page.")
    var form: Form

    @Argument(help: ArgumentHelp("Which page, such as postmoon-run.", valueName: "NAME"))
    var name: String?

    func run() throws {
        switch form {
        case .types: print(RuleReference.types, terminator: "")
        case .editor: print(RuleReference.editorSettings, terminator: "")
        case .luacheck: print(RuleReference.luacheck, terminator: "")
        case .manual: print(RuleReference.manual, terminator: "")
        case .pages: for name in try ManualPage.names(of: Postmoon._dumpHelp()) { print(name) }
        case .page: try printPage()
        }
    }

    /// Packages are to come out the same wherever they are built (reproducible-builds.org).
    private static var date: Int {
        ProcessInfo.processInfo.environment["SOURCE_DATE_EPOCH"].flatMap { Int($0) }
            ?? Int(Date().timeIntervalSince1970)
    }

    private func printPage() throws {
        guard let name, let page = try ManualPage(name, help: Postmoon._dumpHelp()) else {
            throw CommandStatus.wrong("there is no page “\(name ?? "")”; `postmoon reference pages` names them")
        }
        print(page.text(date: Self.date), terminator: "")
    }
}
