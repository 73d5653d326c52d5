import Foundation

/// Manual pages (mdoc(7)), made of what the commands say of themselves: nothing has to be written twice.
struct ManualPage {
    /// What the argument parser tells of a command.
    private struct Tool: Decodable {
        var command: Command
    }

    private struct Command: Decodable {
        var commandName: String
        var abstract: String?
        var discussion: String?
        var subcommands: [Command]?
        var arguments: [Argument]?
        var shouldDisplay: Bool?
    }

    private struct Argument: Decodable {
        struct Name: Decodable {
            var kind: String
            var name: String
        }

        var kind: String
        var shouldDisplay: Bool
        var isOptional: Bool
        var isRepeating: Bool
        var names: [Name]?
        var valueName: String?
        var defaultValue: String?
        var abstract: String?

        /// `--config FILE`, `--json`, `PLAN`.
        var macro: String {
            let value = (valueName ?? "value").uppercased()
            guard kind != "positional" else { return "Ar \(ManualPage.safe(value))" }
            let flags = (names ?? []).map { "Fl \($0.kind == "long" ? "-" : "")\(ManualPage.safe($0.name))" }
            return flags.joined(separator: " , ") + (kind == "option" ? " Ar \(ManualPage.safe(value))" : "")
        }
    }

    private let tool: String
    /// `nil`: the program's own page.
    private let command: Command
    private let isWhole: Bool

    /// The names of all pages, without the section.
    static func names(of help: String) throws -> [String] {
        let root = try read(help)
        return [root.commandName] + shown(root).map { "\(root.commandName)-\($0.commandName)" }
    }

    /// - Parameters:
    ///   - name: one of the names.
    ///   - help: what the argument parser tells, as JSON.
    init?(_ name: String, help: String) throws {
        let root = try Self.read(help)
        tool = root.commandName
        isWhole = name == root.commandName
        guard !isWhole else {
            command = root
            return
        }
        guard let found = Self.shown(root).first(where: { "\(root.commandName)-\($0.commandName)" == name }) else {
            return nil
        }
        command = found
    }

    /// The page.
    ///
    /// - Parameter date: of the program, in seconds since 1970.
    func text(date: Int) -> String {
        let name = isWhole ? tool : "\(tool)-\(command.commandName)"
        var lines = [
            ".Dd \(Self.day(date))", ".Dt \(name.uppercased()) 1", ".Os", ".Sh NAME", ".Nm \(Self.safe(name))",
            ".Nd \(Self.description(command.abstract))", ".Sh SYNOPSIS",
        ]
        lines += isWhole ? [".Nm \(tool)", ".Ar command", ".Op Ar argument ..."] : synopsis(name)
        lines += [".Sh DESCRIPTION"] + Self.paragraphs(command.abstract, command.discussion)
        if isWhole { lines += Self.list(Self.shown(command), of: tool) } else { lines += options }
        lines += [
            ".Sh EXIT STATUS", ".Bl -tag -width 4n", ".It 0", "Done.", ".It 1", "Something was found, or failed.",
            ".It 2", "Wrong usage or configuration.", ".It 75", "It is worth trying again later.", ".El",
        ]
        lines += files
        lines += [".Sh SEE ALSO"]
        let others = isWhole ? Self.shown(command).map { "\(tool)-\($0.commandName)" } : [tool]
        lines += others.enumerated().map { ".Xr \(Self.safe($1)) 1\($0 == others.count - 1 ? "" : " ,")" }
        return lines.joined(separator: "\n") + "\n"
    }

    private func synopsis(_ name: String) -> [String] {
        let arguments = (command.arguments ?? []).filter(\.shouldDisplay).map { argument in
            let repeated = argument.isRepeating ? " ..." : ""
            return argument.isOptional || argument.kind != "positional"
                ? ".Op \(argument.macro)\(repeated)" : ".\(argument.macro)\(repeated)"
        }
        return [".Nm \(tool)", ".Cm \(Self.safe(command.commandName))"] + arguments
    }

    private var options: [String] {
        let shown = (command.arguments ?? []).filter(\.shouldDisplay)
        guard !shown.isEmpty else { return [] }
        return [".Sh OPTIONS", ".Bl -tag -width Ds"]
            + shown.flatMap { argument -> [String] in
                let usual = argument.defaultValue.map { ["The usual is \(Self.safe($0))."] } ?? []
                return [".It \(argument.macro)"] + Self.lines(argument.abstract ?? "") + usual
            } + [".El"]
    }

    private var files: [String] {
        [
            ".Sh FILES", ".Bl -tag -width Ds", ".It Pa ~/.config/postmoon/postmoon.toml , /etc/postmoon/postmoon.toml",
            "The configuration, unless", ".Fl -config", "or", ".Ev POSTMOON_CONFIG", "name another.",
            ".It Pa ~/.local/state/postmoon/ , /var/lib/postmoon/", "The journal, and what waits to be sent.", ".El",
        ]
    }

    private static func list(_ commands: [Command], of tool: String) -> [String] {
        [".Sh COMMANDS", "Each has a page of its own.", ".Bl -tag -width Ds"]
            + commands.flatMap { [".It Cm \(safe($0.commandName))"] + lines($0.abstract ?? "") } + [".El"]
    }

    // MARK: Reading

    private static func read(_ help: String) throws -> Command {
        try JSONDecoder().decode(Tool.self, from: Data(help.utf8)).command
    }

    private static func shown(_ command: Command) -> [Command] {
        (command.subcommands ?? []).filter { $0.commandName != "help" && $0.shouldDisplay ?? true }
    }

    // MARK: roff

    /// As mdoc(7) has it: `November 27, 2026`.
    private static func day(_ seconds: Int) -> String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let parts = calendar.dateComponents(
            [.year, .month, .day], from: Date(timeIntervalSince1970: Double(seconds)))
        let months = [
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November", "December",
        ]
        return "\(months[(parts.month ?? 1) - 1]) \(parts.day ?? 1), \(parts.year ?? 1970)"
    }

    /// For the line behind a name: no full stop.
    private static func description(_ abstract: String?) -> String {
        let text = lines(abstract ?? "").joined(separator: " ")
        return text.hasSuffix(".") ? String(text.dropLast()) : text
    }

    private static func paragraphs(_ texts: String?...) -> [String] {
        let paragraphs = texts.compactMap { $0 }.flatMap { $0.split(separator: "\n\n") }
        return paragraphs.enumerated().flatMap { index, paragraph in
            // A table of words and what they mean stays one.
            let isTable = paragraph.split(separator: "\n").contains { $0.contains("  ") }
            return (index == 0 ? [] : [".Pp"])
                + (isTable ? [".Bd -literal"] : []) + lines(String(paragraph)) + (isTable ? [".Ed"] : [])
        }
    }

    private static func lines(_ text: String) -> [String] { text.split(separator: "\n").map { safe(String($0)) } }

    /// Text that is no request of roff, whatever it begins with.
    fileprivate static func safe(_ text: String) -> String {
        let escaped = text.replacing("\\", with: "\\e").replacing("-", with: "\\-")
        return escaped.hasPrefix(".") || escaped.hasPrefix("'") ? "\\&\(escaped)" : escaped
    }
}
