import MailModel

/// Rules as their files are run.
extension RuleHost {
    func load(
        _ operation: HostOperation, _ arguments: [RuleValue], at position: SourcePosition?
    ) throws -> [RuleValue] {
        let position = position ?? SourcePosition(file: "?", line: 0)
        switch operation {
        case .pending:
            try begin(arguments, at: position)
            return []
        case .rule: return [.integer(Int64(try finish(arguments, at: position)))]
        case .module: return try module(arguments)
        default:
            globalNames = arguments.first?.tableParts?.items.compactMap(\.string) ?? []
            return []
        }
    }

    /// `rule "name"`, its table still to come.
    private func begin(_ arguments: [RuleValue], at position: SourcePosition) throws(RuleMisuse) {
        guard case .loading = phase else { throw RuleMisuse("rules are made while their file loads") }
        guard let name = arguments.first?.string else {
            throw RuleMisuse("rule takes a name: rule \"name\" { ... }")
        }
        guard !name.isEmpty, name.utf8.count <= 200, name.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw RuleMisuse("a rule's name is 1 to 200 bytes without control characters")
        }
        if let first = rules.first(where: { $0.name == name }) {
            throw RuleMisuse("a rule named \"\(name)\" is already at \(first.summary.position)")
        }
        pending.append((name, position))
    }

    /// The table of the rule; the answer is its index, by which the prelude keeps its functions.
    private func finish(_ arguments: [RuleValue], at position: SourcePosition) throws(RuleMisuse) -> Int {
        let name = arguments.first?.string ?? ""
        guard case .loading = phase else { throw RuleMisuse("rules are made while their file loads") }
        guard let begun = pending.lastIndex(where: { $0.name == name }) else {
            throw RuleMisuse("rule \"\(name)\" has its table already")
        }
        let start = pending.remove(at: begun).position
        let writesWhen = scans[start.file]?.writesWhen(rule: name, line: start.line) ?? false
        let syntax = RuleSyntax(
            name: name, position: start, environment: environment, writesWhen: writesWhen,
            condition: { value in
                guard case .condition(let condition)? = self.handles[value] else { return nil }
                self.handles.use(value)
                return condition
            },
            actions: { value throws(RuleMisuse) in
                let lines = self.scans[start.file]?.linesOfActions(rule: name, line: start.line) ?? []
                return try self.actions(value, at: start, lines: lines)
            })
        do {
            rules.append(try syntax.parse(arguments.count > 1 ? arguments[1] : .null))
        } catch {
            throw RuleMisuse(error.message, at: error.position ?? start)
        }
        return rules.count - 1
    }

    /// The text of a file that `require` names, with its name.
    private func module(_ arguments: [RuleValue]) throws(RuleMisuse) -> [RuleValue] {
        guard let name = arguments.first?.string else {
            throw RuleMisuse("require takes a name: require \"lists/family\"")
        }
        let file = name.hasSuffix(".lua") ? name : "\(name).lua"
        guard let content = folder.file(file) else {
            let known = folder.files.map { String($0.name.dropLast(4)) }
            throw RuleMisuse("no file \"\(file)\" in the rules folder" + NearestName.hint(name, in: known))
        }
        return [.string(file), .string(content)]
    }
}
