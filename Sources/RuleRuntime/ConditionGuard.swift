/// Finds what Lua would do silently: `and`, `or`, `not` and comparisons in a `when` that is no function, and a `when` that
/// is written as a constant.
enum ConditionGuard {
    struct Finding: Equatable {
        var line: Int
        var message: String
    }

    /// What one file shows.
    struct Scan {
        var findings: [Finding] = []
        fileprivate var rulesWithWhen: Set<String> = []
        fileprivate var actionLines: [String: [Int]] = [:]

        /// Whether the table of this rule has a `when =`.
        func writesWhen(rule: String, line: Int) -> Bool { rulesWithWhen.contains("\(line) \(rule)") }

        /// Where each action of the rule's list stands, as far as the list stands in its table: a bare name is no call, so
        /// Lua does not know its line.
        func linesOfActions(rule: String, line: Int) -> [Int] { actionLines["\(line) \(rule)"] ?? [] }
    }

    private static let instead = ["and": "&", "or": "|", "not": "~"]
    private static let comparisons: Set<String> = ["==", "~=", "<", ">", "<=", ">="]

    static func scan(_ source: String) -> Scan {
        let tokens = LuaTokenizer.tokens(source)
        var scan = Scan()
        /// Open brackets; for braces, what `rule "name" {` they belong to.
        var open: [(symbol: String, rule: String?)] = []
        var at = 0
        while at < tokens.count {
            let token = tokens[at]
            if let value = value(of: "when", at, tokens), open.last?.symbol == "{" {
                if let rule = open.last?.rule { scan.rulesWithWhen.insert(rule) }
                at = look(value, tokens, &scan)
                continue
            }
            if let rule = open.last?.rule, let value = value(of: "run", at, tokens) {
                scan.actionLines[rule] = lines(ofItemsAt: value, tokens)
            }
            if case .symbol(let symbol) = token.kind {
                switch symbol {
                case "(", "[", "{": open.append((symbol, ruleBefore(at, tokens)))
                case ")", "]", "}": _ = open.popLast()
                default: break
                }
            }
            at += 1
        }
        return scan
    }

    /// `line name` when the brace at this token follows `rule "name"` or `rule("name")`.
    private static func ruleBefore(_ at: Int, _ tokens: [LuaToken]) -> String? {
        var name = at - 1
        if name >= 0, tokens[name].isSymbol(")") { name -= 1 }
        guard name >= 1, case .string(let text) = tokens[name].kind else { return nil }
        let word = tokens[name - 1].isSymbol("(") ? name - 2 : name - 1
        guard word >= 0, tokens[word].isWord("rule") else { return nil }
        return "\(tokens[word].line) \(text)"
    }

    /// Where the value begins when a field `when =` or `["when"] =` begins here.
    private static func value(of key: String, _ at: Int, _ tokens: [LuaToken]) -> Int? {
        func symbol(_ offset: Int, _ symbol: String) -> Bool {
            at + offset >= 0 && at + offset < tokens.count && tokens[at + offset].isSymbol(symbol)
        }
        guard symbol(-1, "{") || symbol(-1, ",") || symbol(-1, ";") else { return nil }
        if tokens[at].isWord(key), symbol(1, "=") { return at + 2 }
        if symbol(0, "["), at + 1 < tokens.count, tokens[at + 1].kind == .string(key), symbol(2, "]"), symbol(3, "=") {
            return at + 4
        }
        return nil
    }

    /// Looks over the value that begins here and answers with where it ends.
    private static func look(_ start: Int, _ tokens: [LuaToken], _ scan: inout Scan) -> Int {
        var at = start
        var depth = 0
        while at < tokens.count {
            let token = tokens[at]
            switch token.kind {
            case .word("function"):
                at = endOfFunction(at, tokens)
                continue
            case .word(let word):
                if let operation = instead[word] {
                    scan.findings.append(
                        Finding(
                            line: token.line,
                            message: "\"\(word)\" cannot combine conditions and would drop some: use & | ~"
                                + " (here \(operation))"))
                }
            case .symbol(let symbol):
                if depth == 0, [",", ";", "}"].contains(symbol) {
                    constant(start..<at, tokens, &scan)
                    return at
                }
                if comparisons.contains(symbol) {
                    scan.findings.append(
                        Finding(
                            line: token.line,
                            message: "\"\(symbol)\" cannot compare in a condition: use tests like subject:is"
                                + " and size:over, and & | ~"))
                }
                if ["(", "[", "{"].contains(symbol) { depth += 1 }
                if [")", "]", "}"].contains(symbol) { depth -= 1 }
            case .string, .number: break
            }
            at += 1
        }
        return at
    }

    /// The lines on which the items of the list that begins here begin.
    private static func lines(ofItemsAt start: Int, _ tokens: [LuaToken]) -> [Int] {
        guard start < tokens.count, tokens[start].isSymbol("{") else { return [] }
        var lines: [Int] = []
        var depth = 0
        var isFirst = false
        var at = start
        while at < tokens.count {
            let token = tokens[at]
            if isFirst, !token.isSymbol("}") { lines.append(token.line) }
            isFirst = false
            if token.isWord("function") {
                at = endOfFunction(at, tokens)
                continue
            }
            if case .symbol(let symbol) = token.kind {
                if ["(", "[", "{"].contains(symbol) { depth += 1 }
                if [")", "]", "}"].contains(symbol) { depth -= 1 }
                if depth == 0 { break }
                isFirst = depth == 1 && (at == start || symbol == "," || symbol == ";")
            }
            at += 1
        }
        return lines
    }

    private static func constant(_ value: Range<Int>, _ tokens: [LuaToken], _ scan: inout Scan) {
        guard value.count == 1, case .word(let word) = tokens[value.lowerBound].kind else { return }
        guard ["nil", "true", "false"].contains(word) else { return }
        let advice =
            word == "false" ? "a rule is switched off by enabled = false" : "leave when out to match every message"
        scan.findings.append(
            Finding(line: tokens[value.lowerBound].line, message: "when = \(word) is no condition; \(advice)"))
    }

    /// Behind the `end` of the function that begins here.
    private static func endOfFunction(_ start: Int, _ tokens: [LuaToken]) -> Int {
        var depth = 0
        var at = start
        while at < tokens.count {
            if case .word(let word) = tokens[at].kind {
                switch word {
                // `while` and `for` end with the `end` of their `do`.
                case "function", "if", "do", "repeat": depth += 1
                case "end", "until": depth -= 1
                default: break
                }
            }
            at += 1
            if depth == 0 { return at }
        }
        return at
    }
}
