/// The tokens of a rule file, with where its rules and their functions begin and end.
struct RuleSource {
    struct Rule {
        var name: String
        var line: Int
        /// Of its table, braces included.
        var tokens: Range<Int>
    }

    /// A function that is the value of `when` or `run`.
    struct Function {
        /// What it calls the message; `nil`: it takes none.
        var parameter: String?
        var body: Range<Int>
    }

    /// A call with what stands behind it.
    struct Call {
        var name: String
        var line: Int
        /// Whether it is called on something, as `m:move`.
        var isMethod: Bool
        /// The first token of its arguments.
        var arguments: Int
    }

    let tokens: [LuaToken]
    private(set) var rules: [Rule] = []

    init(_ source: String) {
        tokens = LuaTokenizer.tokens(source)
        for at in tokens.indices where tokens[at].isSymbol("{") {
            guard let (name, line) = ruleName(before: at) else { continue }
            rules.append(Rule(name: name, line: line, tokens: at..<end(ofBracket: at)))
        }
    }

    func rule(_ name: String, line: Int) -> Range<Int>? { rules.first { $0.name == name && $0.line == line }?.tokens }

    func rule(at token: Int) -> Rule? { rules.last { $0.tokens.contains(token) } }

    /// The functions of rules, anywhere in the file.
    var functions: [Function] {
        tokens.indices.compactMap { at in
            guard at >= 2, tokens[at].isWord("function"), tokens[at - 1].isSymbol("="),
                tokens[at - 2].isWord("run") || tokens[at - 2].isWord("when"), isSymbol("(", at + 1)
            else { return nil }
            var parameter: String?
            if at + 2 < tokens.count, case .word(let name) = tokens[at + 2].kind { parameter = name }
            return Function(parameter: parameter, body: at..<end(ofFunction: at))
        }
    }

    /// Calls of these names, as constructors or as methods.
    func calls(_ names: Set<String>) -> [Call] {
        tokens.indices.compactMap { at in
            guard case .word(let name) = tokens[at].kind, names.contains(name), at + 1 < tokens.count else {
                return nil
            }
            // `local move = ...` and `t.move` are other things.
            if at > 0, tokens[at - 1].isSymbol(".") || tokens[at - 1].isWord("local") { return nil }
            var arguments = at + 1
            if isSymbol("(", arguments) { arguments += 1 }
            guard arguments < tokens.count else { return nil }
            switch tokens[arguments].kind {
            case .string: break
            case .symbol("{") where arguments > at: break
            default: guard isSymbol("(", at + 1) else { return nil }
            }
            return Call(
                name: name, line: tokens[at].line, isMethod: at > 0 && tokens[at - 1].isSymbol(":"),
                arguments: arguments)
        }
    }

    /// The text that stands alone as an argument or a field's value at this token.
    func text(at token: Int) -> String? {
        guard token < tokens.count, case .string(let text) = tokens[token].kind, !text.contains("\\") else {
            return nil
        }
        // `"a" .. b` is another text.
        guard token + 1 < tokens.count, case .symbol(let next) = tokens[token + 1].kind else { return text }
        return next == ".." || next == ":" ? nil : text
    }

    /// The text of a field of the table that begins at this token.
    func field(_ name: String, ofTable start: Int) -> String? {
        guard isSymbol("{", start) else { return nil }
        var depth = 0
        for at in start..<tokens.count {
            if case .symbol(let symbol) = tokens[at].kind {
                if ["{", "(", "["].contains(symbol) { depth += 1 }
                if ["}", ")", "]"].contains(symbol) { depth -= 1 }
                if depth == 0 { return nil }
            }
            if depth == 1, tokens[at].isWord(name), isSymbol("=", at + 1) { return text(at: at + 2) }
        }
        return nil
    }

    /// Whether a variable of that name is made there: by `local`, `for`, or as a parameter.
    func declares(_ name: String, in range: Range<Int>) -> Bool {
        range.contains { at in
            guard case .word(let word) = tokens[at].kind, ["local", "for", "function"].contains(word) else {
                return false
            }
            var next = at + 1
            if word == "function" {
                while next < tokens.count, !tokens[next].isSymbol("(") { next += 1 }
                next += 1
            }
            while next < tokens.count {
                if tokens[next].isWord(name) { return true }
                switch tokens[next].kind {
                case .word("in"), .word("function"): return false
                case .word, .symbol(","): next += 1
                // An attribute: `local x <const>`.
                case .symbol("<"), .symbol(">"): next += 1
                default: return false
                }
            }
            return false
        }
    }

    /// Calls of actions on a message, with the token at which each stands.
    var actionCalls: [(call: RuleOutline.Call, at: Int)] {
        calls(Set(ActionName.allCases.map(\.rawValue))).filter(\.isMethod).map { call in
            let text = text(at: call.arguments)
            return (RuleOutline.Call(action: call.name, line: call.line, text: text), call.arguments)
        }
    }

    func isSymbol(_ symbol: String, _ at: Int) -> Bool {
        tokens.indices.contains(at) && tokens[at].isSymbol(symbol)
    }

    /// `rule "name" {` or `rule("name") {`.
    private func ruleName(before brace: Int) -> (String, Int)? {
        var name = brace - 1
        if isSymbol(")", name) { name -= 1 }
        guard name >= 1, case .string(let text) = tokens[name].kind else { return nil }
        let word = isSymbol("(", name - 1) ? name - 2 : name - 1
        guard word >= 0, tokens[word].isWord("rule") else { return nil }
        return (text, tokens[word].line)
    }

    private func end(ofBracket start: Int) -> Int {
        var depth = 0
        for at in start..<tokens.count {
            guard case .symbol(let symbol) = tokens[at].kind else { continue }
            if ["{", "(", "["].contains(symbol) { depth += 1 }
            if ["}", ")", "]"].contains(symbol) { depth -= 1 }
            if depth == 0 { return at + 1 }
        }
        return tokens.count
    }

    private func end(ofFunction start: Int) -> Int {
        var depth = 0
        for at in start..<tokens.count {
            guard case .word(let word) = tokens[at].kind else { continue }
            switch word {
            // `while` and `for` end with the `end` of their `do`.
            case "function", "if", "do", "repeat": depth += 1
            case "end", "until": depth -= 1
            default: break
            }
            if depth == 0 { return at + 1 }
        }
        return tokens.count
    }
}
