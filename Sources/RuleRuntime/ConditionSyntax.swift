import MIMEParsing
import MailModel

/// Makes a condition of a subject, a test and its arguments.
struct ConditionSyntax {
    let subject: RuleSubject
    let test: SubjectTest
    let clock: RuleClock
    let compile: (String, RegularExpression.Options) throws(RegularExpression.Failure) -> RegularExpression
    let position: SourcePosition?

    func parse(_ arguments: [RuleValue]) throws(RuleMisuse) -> Condition {
        let values = arguments.trimmingNulls
        let text = Self.written(subject.name, test.rawValue, values)
        return Condition(.test(try conditionTest(values)), text: text, position: position)
    }

    private var title: String { "\(subject.name):\(test.rawValue)" }

    private func conditionTest(_ values: [RuleValue]) throws(RuleMisuse) -> ConditionTest {
        switch subject.kind {
        case .addresses(let slots): return try addressTest(slots, values)
        case .text(let source): return try textTest(source, values)
        case .size:
            let bytes = try quantity(values, Quantity.size)
            return test == .over ? .sizeOver(bytes) : .sizeUnder(bytes)
        case .time(let source): return try timeTest(source, values)
        case .authentication:
            let methods = SubjectTest.authenticationMethods
            let method = try text(values).text.lowercased()
            guard methods.contains(method) else {
                throw RuleMisuse("auth:pass takes spf, dkim, dmarc or arc" + NearestName.hint(method, in: methods))
            }
            return .authenticated(method: method)
        }
    }

    // MARK: Addresses and text

    private func addressTest(_ slots: [Int], _ values: [RuleValue]) throws(RuleMisuse) -> ConditionTest {
        func match(_ caseSensitive: Bool, _ kind: AddressMatch.Kind) -> ConditionTest {
            .address(slots, AddressMatch(kind: kind, caseSensitive: caseSensitive))
        }
        switch test {
        case .me:
            guard values.isEmpty else { throw RuleMisuse("\(title)() takes nothing") }
            return match(false, .me)
        case .equal:
            let (text, sensitive) = try self.text(values)
            return match(sensitive, .equal(Self.needle(EmailAddress.compared(text), caseSensitive: sensitive)))
        case .oneOf:
            let (texts, sensitive) = try self.texts(values)
            let needles = texts.map { Self.needle(EmailAddress.compared($0), caseSensitive: sensitive) }
            return match(sensitive, .anyOf(Set(needles)))
        case .detail:
            let (texts, sensitive) = try self.texts(values)
            return match(sensitive, .detail(Set(texts.map { Self.needle($0, caseSensitive: sensitive) })))
        case .domain:
            let (texts, _) = try self.texts(values)
            let domains = texts.map { DomainName.unicode($0.hasPrefix("@") ? String($0.dropFirst()) : $0) }
            return match(false, .domain(domains.map(FoldedText.fold)))
        case .name:
            let (text, sensitive) = try self.text(values)
            let needle = Self.needle(text, caseSensitive: sensitive)
            return match(sensitive, .name(TextMatch(kind: .equal(needle), caseSensitive: sensitive)))
        default: return try textTest(.addresses(slots), values)
        }
    }

    private func textTest(_ source: TextSource, _ values: [RuleValue]) throws(RuleMisuse) -> ConditionTest {
        if test == .exists {
            guard values.isEmpty else { throw RuleMisuse("\(title)() takes nothing") }
            return .exists(source)
        }
        if test == .oneOf {
            let (texts, sensitive) = try self.texts(values)
            let needles = Set(texts.map { Self.needle($0, caseSensitive: sensitive) })
            return .text(source, TextMatch(kind: .anyOf(needles), caseSensitive: sensitive))
        }
        let (text, sensitive) = try self.text(values)
        let kind: TextMatch.Kind
        let needle = Self.needle(text, caseSensitive: sensitive)
        switch test {
        case .contains: kind = .contains(needle)
        case .starts: kind = .starts(needle)
        case .ends: kind = .ends(needle)
        case .glob: kind = .glob(Glob(needle))
        case .matches:
            do {
                kind = .expression(try compile(text, RegularExpression.Options(caseSensitive: sensitive)))
            } catch .syntax(let reason) {
                throw RuleMisuse("\(title): the expression is wrong: \(reason)")
            } catch {
                throw RuleMisuse("\(title): the expression cannot be used")
            }
        default: kind = .equal(needle)
        }
        return .text(source, TextMatch(kind: kind, caseSensitive: sensitive))
    }

    private static func needle(_ text: String, caseSensitive: Bool) -> [UInt8] {
        caseSensitive ? FoldedText.plain(text) : FoldedText.fold(text)
    }

    /// One text, and whether case counts.
    private func text(_ values: [RuleValue]) throws(RuleMisuse) -> (text: String, Bool) {
        guard let text = values.first?.string, values.count <= 2 else {
            if case .table? = values.first, subject.tests.contains(.oneOf) {
                throw RuleMisuse("\(title) takes one text; a list goes to \(subject.name):one_of")
            }
            throw RuleMisuse("\(title) takes a text, not \(values.first?.shown ?? "nothing")")
        }
        return (text, try caseOption(values))
    }

    /// A text or a list of texts, and whether case counts.
    private func texts(_ values: [RuleValue]) throws(RuleMisuse) -> (texts: [String], Bool) {
        if values.first?.string != nil {
            guard test != .oneOf else { throw RuleMisuse("\(title) takes a list: \(title) { \"a\", \"b\" }") }
            let (text, sensitive) = try text(values)
            return ([text], sensitive)
        }
        guard let parts = values.first?.tableParts, values.count <= 2 else {
            throw RuleMisuse("\(title) takes a list of texts, not \(values.first?.shown ?? "nothing")")
        }
        if parts.fields["case"] != nil {
            throw RuleMisuse("\(title): options go second: \(title)({ ... }, { case = true })")
        }
        guard parts.fields.isEmpty, !parts.hasOtherKeys else { throw RuleMisuse("\(title) takes a list of texts") }
        if let hole = parts.hole { throw RuleMisuse("\(title): value \(hole) is nil") }
        var texts: [String] = []
        for (index, item) in parts.items.enumerated() {
            guard let text = item.string else {
                throw RuleMisuse("\(title): value \(index + 1) is \(item.shown), not a text")
            }
            texts.append(text)
        }
        return (texts, try caseOption(values))
    }

    private func caseOption(_ values: [RuleValue]) throws(RuleMisuse) -> Bool {
        let options = try OptionReader(
            values.count == 2 ? values[1] : nil, of: title, options: test.reference.options,
            usage: "\(title)(\"text\", { case = true })")
        return options.bool(.textCase) ?? false
    }

    // MARK: Numbers and times

    private func quantity(
        _ values: [RuleValue], _ read: (RuleValue) -> Int64?
    ) throws(RuleMisuse) -> Int64 {
        guard values.count == 1, let quantity = read(values[0]) else {
            let expected = test.reference.parameters.first?.type.expected ?? ""
            throw RuleMisuse("\(title) takes \(expected), not \(values.first?.shown ?? "nothing")")
        }
        return quantity
    }

    private func timeTest(_ source: TimeSource, _ values: [RuleValue]) throws(RuleMisuse) -> ConditionTest {
        switch test {
        case .before, .after:
            let time = try quantity(
                values
            ) { $0.integer ?? $0.string.flatMap(clock.date) }
            return test == .before ? .before(source, time) : .after(source, time)
        case .between:
            let seconds = values.compactMap { $0.string.flatMap(RuleClock.secondOfDay) }
            guard seconds.count == 2, values.count == 2 else {
                throw RuleMisuse("\(title) takes two times of day: \(title)(\"22:00\", \"07:00\")")
            }
            return .between(source, seconds[0], seconds[1])
        default:
            let (names, _) = try texts(values)
            var days: Set<Int> = []
            for name in names {
                guard let day = RuleClock.weekday(named: name) else {
                    throw RuleMisuse("\(title): \"\(name)\" is no weekday (mon tue wed thu fri sat sun)")
                }
                days.insert(day)
            }
            return .weekday(source, days)
        }
    }

    // MARK: As written

    /// `subject:contains "receipt"`, long lists shortened.
    static func written(_ subject: String, _ test: String, _ values: [RuleValue]) -> String {
        if values.isEmpty { return "\(subject):\(test)()" }
        if values.count == 1, values[0].string != nil { return "\(subject):\(test) \(literal(values[0]))" }
        if values.count == 1, case .table = values[0] { return "\(subject):\(test) \(literal(values[0]))" }
        return "\(subject):\(test)(\(values.map(literal).joined(separator: ", ")))"
    }

    static func literal(_ value: RuleValue) -> String {
        switch value {
        case .string(let text):
            // As people write expressions: without doubled backslashes.
            if text.contains("\\"), !text.contains("]]"), !text.hasSuffix("]"), text.count <= 200 {
                return "[[\(text)]]"
            }
            let escaped = text.prefix(200).replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            return "\"\(escaped)\""
        case .integer(let number): return String(number)
        case .number(let number): return String(number)
        case .bool(let value): return String(value)
        case .table(let pairs):
            let parts = TableParts(pairs)
            let items = parts.items.prefix(3).map(literal) + (parts.items.count > 3 ? ["..."] : [])
            let fields = parts.fields.keys.sorted().map { "\($0) = \(literal(parts.fields[$0] ?? .null))" }
            return "{ \((items + fields).joined(separator: ", ")) }"
        default: return value.typeName
        }
    }
}

extension EmailAddress {
    /// An address that a person wrote, with its domain in the form that messages' addresses have here.
    static func compared(_ text: String) -> String {
        guard let at = text.lastIndex(of: "@") else { return text }
        return text[...at] + DomainName.unicode(String(text[text.index(after: at)...]))
    }
}
