/// Finds conditions and subjects that stand where a value is asked for: `if bulk then` is always true in Lua, and
/// `subject == "x"` always false, without a word.
enum TruthGuard {
    static func scan(_ source: String) -> [ConditionGuard.Finding] {
        let tokens = LuaTokenizer.tokens(source)
        let known = names.subtracting(declared(tokens))
        var findings: [ConditionGuard.Finding] = []
        for (index, token) in tokens.enumerated() {
            guard case .word(let name) = token.kind, known.contains(name) else { continue }
            let before = index > 0 ? tokens[index - 1] : nil
            let after = index + 1 < tokens.count ? tokens[index + 1] : nil
            // A field of something else, or a key.
            if let before, before.isSymbol(".") || before.isSymbol(":") { continue }
            if let message = finding(name, before, after) {
                findings.append(ConditionGuard.Finding(line: token.line, message: message))
            }
        }
        return findings
    }

    private static let names = Set(SubjectName.allCases.map(\.rawValue)).union(conditions)
    private static let conditions = Set(ConditionName.allCases.filter(\.isValue).map(\.rawValue))

    private static func finding(_ name: String, _ before: LuaToken?, _ after: LuaToken?) -> String? {
        let isCondition = conditions.contains(name)
        if isComparison(after) || isComparison(before) && !continues(after) {
            return isCondition
                ? "\"\(name)\" is a condition and equals nothing; write m:is(\(name))"
                : "\"\(name)\" is a subject of conditions and equals nothing; in a function the message's is m.\(name)"
        }
        let isAsked = ["if", "elseif", "while", "and", "or"].contains { before?.isWord($0) ?? false }
        let isDecided = ["then", "do", "and", "or"].contains { after?.isWord($0) ?? false }
        let isNegated = before?.isWord("not") ?? false
        guard isAsked && isDecided || isNegated && !continues(after) || isOperand(after) else { return nil }
        return isCondition
            ? "\"\(name)\" is a condition and always counts as true here; write m:is(\(name))"
            : "\"\(name)\" is a subject of conditions and always counts as true here; in a function the message's is"
                + " m.\(name)"
    }

    private static func isComparison(_ token: LuaToken?) -> Bool {
        token.map { $0.isSymbol("==") || $0.isSymbol("~=") } ?? false
    }

    /// Whether more of the condition follows: a test, a call, `&`, `|`.
    private static func continues(_ token: LuaToken?) -> Bool {
        guard let token else { return false }
        if case .string = token.kind { return true }
        return [":", ".", "(", "{", "[", "&", "|"].contains { token.isSymbol($0) }
    }

    private static func isOperand(_ token: LuaToken?) -> Bool {
        token.map { $0.isWord("and") || $0.isWord("or") } ?? false
    }

    /// Names that the file makes its own: by `local`, `for` or as a parameter.
    private static func declared(_ tokens: [LuaToken]) -> Set<String> {
        var names: Set<String> = []
        for (index, token) in tokens.enumerated() {
            if token.isWord("local") || token.isWord("for") {
                names.formUnion(list(tokens[(index + 1)...]))
            } else if token.isWord("function"),
                let open = tokens[index...].prefix(8).firstIndex(where: { $0.isSymbol("(") })
            {
                names.formUnion(list(tokens[(open + 1)...]))
            }
        }
        return names
    }

    /// `a, b <const>, c`.
    private static func list(_ tokens: ArraySlice<LuaToken>) -> [String] {
        var names: [String] = []
        var rest = tokens
        while case .word(let name)? = rest.popFirst()?.kind {
            names.append(name)
            if rest.first?.isSymbol("<") ?? false { rest = rest.dropFirst(3) }
            guard rest.popFirst()?.isSymbol(",") ?? false else { break }
        }
        return names
    }
}
