import MailModel

/// Takes `file:line: text` apart, as Lua and the shim write it.
enum LuaPlace {
    /// The place an error names itself, else the one where it was raised; and its text alone.
    static func split(_ error: LuaError, files: RuleFolder) -> (SourcePosition?, String) {
        for file in files.files {
            // Long names are shortened by Lua: `...ts/family.lua`.
            for shown in [file.name, "...\(file.name.suffix(56))"] where error.message.hasPrefix("\(shown):") {
                let rest = error.message.dropFirst(shown.count + 1)
                let digits = rest.prefix { $0.isASCII && $0.isNumber }
                guard let line = Int(digits), rest.dropFirst(digits.count).hasPrefix(":") else { continue }
                let text = rest.dropFirst(digits.count + 1)
                return (SourcePosition(file: file.name, line: line), String(text.drop { $0 == " " }))
            }
        }
        return (error.position, error.message)
    }

    /// A traceback with the frames of rule files only.
    static func shown(_ traceback: String) -> String {
        traceback.split(separator: "\n").filter { line in
            !line.contains("[C]:") && !Prelude.parts.contains { line.contains("[\($0.name)]:") }
        }.joined(separator: "\n")
    }
}
