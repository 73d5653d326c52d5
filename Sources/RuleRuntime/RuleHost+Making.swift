import MailModel

/// Conditions, actions, and what they are made of.
extension RuleHost {
    func make(
        _ operation: HostOperation, _ arguments: [RuleValue], at position: SourcePosition?
    ) throws -> [RuleValue] {
        // What Swift keeps for a handle is not in Lua's memory: it is paid for in steps.
        charge(200)
        return switch operation {
        case .subject: [try subject(arguments)]
        case .test: [try test(arguments, at: position)]
        case .predicate: [try predicate(arguments, at: position)]
        case .combine: [try combine(arguments, at: position)]
        case .constructor: [try constructor(arguments)]
        case .action: [try action(arguments, at: position)]
        case .role: [try role(arguments)]
        case .regex: [try regex(arguments)]
        default: [try list(operation, arguments)]
        }
    }

    // MARK: Conditions

    private func subject(_ arguments: [RuleValue]) throws(RuleMisuse) -> RuleValue {
        let name = arguments.first?.string ?? ""
        if name == "header" {
            guard arguments.count == 2, let field = arguments[1].string, Self.isFieldName(field) else {
                throw RuleMisuse("header takes the name of a header field: header \"X-Name\"")
            }
            guard evaluation == nil || fields.names.count < 2_000 else {
                throw RuleMisuse("too many names of headers; m.headers[name] takes any")
            }
            return handles.add(.subject(RuleSubject(header: field, in: fields)), at: nil)
        }
        guard let known = SubjectName(rawValue: name) else { throw RuleMisuse("no subject \"\(name)\"") }
        return handles.add(.subject(RuleSubject(known, in: fields)), at: nil, isUsed: true)
    }

    /// Printable ASCII without a colon (RFC 5322 §3.6.8).
    static func isFieldName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 200
            && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") }
    }

    private func test(_ arguments: [RuleValue], at position: SourcePosition?) throws(RuleMisuse) -> RuleValue {
        let name = arguments.count > 1 ? arguments[1].string ?? "" : ""
        guard let first = arguments.first, case .subject(let subject)? = handles[first] else {
            throw RuleMisuse("\(name) is called with a colon: subject:\(name) \"...\"")
        }
        guard let test = SubjectTest(rawValue: name), subject.tests.contains(test) else {
            throw unknownTest(name, of: subject)
        }
        let syntax = ConditionSyntax(
            subject: subject, test: test, clock: clock,
            compile: { (pattern, options) throws(RegularExpression.Failure) in
                try self.expression(pattern, options)
            }, position: position)
        return handles.add(.condition(try syntax.parse(Array(arguments.dropFirst(2)))), at: position)
    }

    func unknownTest(_ name: String, of subject: RuleSubject) -> RuleMisuse {
        let known = subject.tests.map(\.rawValue)
        return RuleMisuse(
            "\(subject.name) has no test \"\(name)\" (it has \(known.joined(separator: ", ")))"
                + NearestName.hint(name, in: known))
    }

    /// `flag`, `older`, `newer`, and the conditions without arguments.
    private func predicate(_ arguments: [RuleValue], at position: SourcePosition?) throws(RuleMisuse) -> RuleValue {
        guard let name = arguments.first?.string.flatMap(ConditionName.init) else { throw RuleMisuse("no condition") }
        let values = Array(arguments.dropFirst()).trimmingNulls
        let test: ConditionTest
        switch name {
        case .flag:
            guard values.count == 1, let flag = values[0].string.flatMap(Flag.init(name:)) else {
                throw RuleMisuse("flag takes the name of a flag: flag \"seen\"")
            }
            test = .flag(flag)
        case .older, .newer:
            guard values.count == 1, let seconds = Quantity.duration(values[0]) else {
                throw RuleMisuse("\(name.rawValue) takes a duration: \(name.rawValue) \"7d\"")
            }
            test = name == .older ? .older(seconds) : .newer(seconds)
        case .hasAttachment: test = .hasAttachment
        case .bulk: test = .bulk
        case .automated: test = .automated
        case .all, .any, .none: throw RuleMisuse("\(name.rawValue) takes a list of conditions")
        }
        let text = name.isValue ? name.rawValue : "\(name.rawValue) \(ConditionSyntax.literal(values[0]))"
        return handles.add(
            .condition(Condition(.test(test), text: text, position: position)), at: position, isUsed: name.isValue)
    }

    private func combine(_ arguments: [RuleValue], at position: SourcePosition?) throws(RuleMisuse) -> RuleValue {
        let name = arguments.first?.string ?? ""
        var operands: [RuleValue] = Array(arguments.dropFirst())
        if ["all", "any", "none"].contains(name) {
            guard operands.count == 1, let parts = operands[0].tableParts, parts.fields.isEmpty, !parts.hasOtherKeys
            else { throw RuleMisuse("\(name) takes a list of conditions: \(name) { a, b }") }
            if let hole = parts.hole { throw RuleMisuse("\(name): condition \(hole) is nil") }
            guard !parts.items.isEmpty else { throw RuleMisuse("\(name) {} has no conditions") }
            operands = parts.items
        }
        var conditions: [Condition] = []
        for operand in operands {
            guard case .condition(let condition)? = handles[operand] else { throw noCondition(operand, in: name) }
            conditions.append(condition)
        }
        for operand in operands { handles.use(operand) }
        let size = conditions.reduce(0) { $0 + $1.size }
        charge(UInt64(size))
        guard size <= Condition.sizeLimit, conditions.allSatisfy({ $0.depth < Condition.depthLimit }) else {
            throw RuleMisuse("this condition has become too large; lists of values go to :one_of")
        }
        let texts = conditions.map(\.text)
        let condition =
            switch name {
            case "&":
                // `a & b & c` is one list of three.
                Condition(
                    .all(conditions.flatMap { if case .all(let operands) = $0.kind { operands } else { [$0] } }),
                    text: texts.joined(separator: " & "), position: position)
            case "|":
                Condition(
                    .any(conditions.flatMap { if case .any(let operands) = $0.kind { operands } else { [$0] } }),
                    text: "(\(texts.joined(separator: " | ")))", position: position)
            case "~": Condition(.none(conditions), text: "~\(texts[0])", position: position)
            case "all": Condition(.all(conditions), text: "all {...}", position: position)
            case "any": Condition(.any(conditions), text: "any {...}", position: position)
            default: Condition(.none(conditions), text: "none {...}", position: position)
            }
        return handles.add(.condition(condition), at: position)
    }

    private func noCondition(_ value: RuleValue, in name: String) -> RuleMisuse {
        if case .subject(let subject)? = handles[value] {
            return RuleMisuse("\(name): \(subject.name) alone is no condition; it needs a test like :contains \"...\"")
        }
        return RuleMisuse("\(name) combines conditions, not \(value.shown)")
    }

    // MARK: Actions

    private func constructor(_ arguments: [RuleValue]) throws(RuleMisuse) -> RuleValue {
        guard let name = arguments.first?.string.flatMap(ActionName.init) else { throw RuleMisuse("no such action") }
        return handles.add(.constructor(name), at: nil, isUsed: true)
    }

    private func action(_ arguments: [RuleValue], at position: SourcePosition?) throws -> RuleValue {
        guard let first = arguments.first, case .constructor(let name)? = handles[first] else {
            throw RuleMisuse("no such action")
        }
        let template = try parse(name, Array(arguments.dropFirst()), at: position)
        if name == .log {
            // A helper in functions as well: it writes at once, and nothing is dropped when nobody lists it.
            try evaluation?.add(template)
            return handles.add(.action(template), at: position, isUsed: true)
        }
        return handles.add(.action(template), at: position)
    }

    func parse(
        _ name: ActionName, _ arguments: [RuleValue], at position: SourcePosition?
    ) throws(RuleMisuse) -> ActionTemplate {
        try ActionSyntax(
            name: name, environment: environment, clock: clock, position: position,
            role: { value in
                if case .role(let role)? = self.handles[value] { role } else { nil }
            }
        ).parse(arguments)
    }

    /// The actions of a list, or of what a function returned. `lines`: where the list's items stand, when that is known.
    func actions(
        _ value: RuleValue, at position: SourcePosition?, lines: [Int] = []
    ) throws(RuleMisuse) -> [ActionTemplate] {
        switch handles[value] {
        case .action(let template):
            handles.use(value)
            // In a function it was written when it was made.
            return template.name == .log && evaluation != nil ? [] : [template]
        case .constructor(let name): return [try parse(name, [], at: position)]
        case .condition, .subject:
            throw RuleMisuse("\(value.withArticle) stands among the actions")
        case .role: throw RuleMisuse("a role stands among the actions; write move(role.archive)")
        case .expression: throw RuleMisuse("a regex stands among the actions")
        case nil: break
        }
        guard let parts = value.tableParts else {
            throw RuleMisuse("\(value.shown) stands where an action or a list of actions belongs")
        }
        if let key = parts.fields.keys.sorted().first {
            throw RuleMisuse("the list of actions has a key \"\(key)\"; options go into the action's own parentheses")
        }
        if let hole = parts.hole { throw RuleMisuse("action \(hole) of the list is nil") }
        guard !parts.hasOtherKeys else { throw RuleMisuse("the list of actions has a key that is no index") }
        var actions: [ActionTemplate] = []
        for (index, item) in parts.items.enumerated() {
            var place = position
            if lines.count == parts.items.count { place?.line = lines[index] }
            guard handles[item] != nil else {
                throw RuleMisuse("value \(index + 1) of the list is no action, but \(item.shown)", at: place)
            }
            do {
                actions += try self.actions(item, at: place)
            } catch {
                throw RuleMisuse(error.message, at: error.position ?? place)
            }
        }
        return actions
    }

    // MARK: Roles, expressions, lists

    private func role(_ arguments: [RuleValue]) throws(RuleMisuse) -> RuleValue {
        let name = arguments.first?.string ?? ""
        guard let role = MailboxRole(rawValue: name) else {
            let known = MailboxRole.allCases.map(\.rawValue)
            throw RuleMisuse(
                "no role \"\(name)\" (\(known.joined(separator: ", ")))" + NearestName.hint(name, in: known))
        }
        return handles.add(.role(role), at: nil, isUsed: true)
    }

    private func regex(_ arguments: [RuleValue]) throws(RuleMisuse) -> RuleValue {
        guard let pattern = arguments.first?.string else { throw RuleMisuse("regex takes an expression as text") }
        let options = try OptionReader(
            arguments.count > 1 ? arguments[1] : nil, of: "regex", options: [.expressionCase],
            usage: "regex(\"expression\", { case = false })")
        let expressionOptions = RegularExpression.Options(caseSensitive: options.bool(.expressionCase) ?? true)
        do {
            return handles.add(.expression(try expression(pattern, expressionOptions)), at: nil)
        } catch .syntax(let reason) {
            throw RuleMisuse("regex: the expression is wrong: \(reason)")
        } catch {
            throw RuleMisuse("regex: the expression cannot be used")
        }
    }

    private func list(_ operation: HostOperation, _ arguments: [RuleValue]) throws(RuleMisuse) -> RuleValue {
        guard let name = arguments.first?.string else {
            throw RuleMisuse("list.\(operation == .list ? "file" : "vcard") takes a file name")
        }
        guard case .loading = phase else {
            throw RuleMisuse(
                "lists are read while the rules load: put list.\(operation == .list ? "file" : "vcard") outside functions"
            )
        }
        do {
            let text = String(decoding: try dependency(name), as: UTF8.self)
            let entries = operation == .list ? ListFile.lines(text) : VCardFile.addresses(text)
            return .object(metatable: "list", .list(entries.map { .string($0) }))
        } catch {
            throw RuleMisuse(error.message)
        }
    }
}
