/// Takes the keys of one table, remembers which it knows, and reports the others.
final class TableReader {
    let line: Int
    /// For sentences: `[accounts.home]`, or `imap in [accounts.home]`; empty for the top of the file.
    let title: String
    private let entries: [TOMLNode.Entry]
    private var known: Set<String> = []
    let problems: ProblemCollector

    /// Reports and gives `nil` when the node is no table.
    init?(_ node: TOMLNode, title: String, problems: ProblemCollector) {
        guard case .table(let entries) = node.value else {
            problems.add(line: node.line, "\(title) must be a table, not \(node.kind)")
            return nil
        }
        self.entries = entries
        self.title = title
        self.problems = problems
        line = node.line
    }

    /// ` in [accounts.home]`, to put behind a key's name.
    var place: String { title.isEmpty ? "" : " in \(title)" }

    func take(_ key: String) -> TOMLNode? {
        known.insert(key)
        return entries.first { $0.key == key }?.node
    }

    /// Every entry; then no key counts as unknown.
    func takeAll() -> [TOMLNode.Entry] {
        known.formUnion(entries.map(\.key))
        return entries
    }

    func has(_ key: String) -> Bool { entries.contains { $0.key == key } }

    /// Reports every key that nobody has asked for.
    func finish() {
        for entry in entries where !known.contains(entry.key) {
            let hint = NearestName.find(entry.key, among: known.sorted()).map { "; did you mean `\($0)`?" } ?? ""
            problems.add(line: entry.node.line, "unknown key `\(Self.shown(entry.key))`\(place)\(hint)")
        }
    }

    // MARK: Values

    func text(_ key: String) -> (value: String, line: Int)? {
        guard let node = take(key) else { return nil }
        return text(node, key).map { ($0, node.line) }
    }

    func text(_ node: TOMLNode, _ key: String) -> String? {
        guard case .string(let text) = node.value else {
            wrongType(key, "a text in quotation marks", node)
            return nil
        }
        guard !text.isEmpty else {
            problems.add(line: node.line, "`\(key)`\(place) is empty")
            return nil
        }
        guard text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
            problems.add(line: node.line, "`\(key)`\(place) holds a control character")
            return nil
        }
        return text
    }

    func boolean(_ key: String) -> Bool? {
        guard let node = take(key) else { return nil }
        guard case .boolean(let value) = node.value else {
            wrongType(key, "true or false", node)
            return nil
        }
        return value
    }

    func integer(_ key: String, in range: ClosedRange<Int>) -> Int? {
        guard let node = take(key) else { return nil }
        guard case .integer(let value) = node.value else {
            wrongType(key, "a whole number", node)
            return nil
        }
        guard range.contains(value) else {
            problems.add(
                line: node.line,
                "`\(key)`\(place) must be from \(range.lowerBound) to \(range.upperBound), not \(value)")
            return nil
        }
        return value
    }

    /// Seconds.
    func duration(_ key: String, in range: ClosedRange<Int64>) -> Int64? {
        guard let node = take(key) else { return nil }
        guard case .string(let text) = node.value else {
            wrongType(key, "a duration in quotation marks such as \"4m\"", node)
            return nil
        }
        guard let seconds = DurationText.parse(text) else {
            problems.add(
                line: node.line,
                "`\(key)`\(place) is no duration: write a whole number and s, m, h, d or w, such as \"4m\"")
            return nil
        }
        guard range.contains(seconds) else {
            let bounds = [range.lowerBound, range.upperBound].map(DurationText.format)
            problems.add(line: node.line, "`\(key)`\(place) must be from \(bounds[0]) to \(bounds[1]), not \(text)")
            return nil
        }
        return seconds
    }

    /// One of the words; reports any other.
    func choice<Choice: RawRepresentable<String> & CaseIterable>(_ key: String, of type: Choice.Type) -> Choice? {
        guard let (word, line) = text(key) else { return nil }
        if let choice = Choice(rawValue: word) { return choice }
        unknownWord(word, key, among: Choice.allCases.map(\.rawValue), line)
        return nil
    }

    func unknownWord(_ word: String, _ key: String, among words: [String], _ line: Int) {
        let list = words.map { "\"\($0)\"" }
        let choices = list.dropLast().joined(separator: ", ") + (list.count > 1 ? " or " : "") + (list.last ?? "")
        let hint = NearestName.find(word, among: words).map { "; did you mean \"\($0)\"?" } ?? ""
        problems.add(
            line: line, "`\(key)`\(place) must be \(choices), not \"\(Self.shown(word))\"\(hint)")
    }

    /// The texts of a list with their lines; reports each element that is none.
    func texts(_ key: String) -> [(value: String, line: Int)]? {
        guard let node = take(key) else { return nil }
        guard case .array(let elements) = node.value else {
            wrongType(key, "a list of texts", node)
            return nil
        }
        return elements.compactMap { element in
            guard case .string = element.value else {
                problems.add(
                    line: element.line, "`\(key)`\(place) must be a list of texts, but one of them is \(element.kind)")
                return nil
            }
            return text(element, key).map { ($0, element.line) }
        }
    }

    /// A program and its arguments.
    func command(_ key: String) -> [String]? {
        guard let node = take(key) else { return nil }
        guard case .array(let elements) = node.value else {
            wrongType(key, "a list: the program, then its arguments (there is no shell)", node)
            return nil
        }
        var words: [String] = []
        for element in elements {
            guard case .string(let word) = element.value else {
                problems.add(
                    line: element.line, "`\(key)`\(place) must be a list of texts, but one of them is \(element.kind)")
                return nil
            }
            words.append(word)
        }
        guard let program = words.first, !program.isEmpty else {
            problems.add(line: node.line, "`\(key)`\(place) names no program")
            return nil
        }
        return words
    }

    func table(_ key: String) -> TableReader? {
        guard let node = take(key) else { return nil }
        return TableReader(node, title: title.isEmpty ? "[\(key)]" : "`\(key)`\(place)", problems: problems)
    }

    func missing(_ key: String, _ example: String) {
        problems.add(line: line, "\(title) has no `\(key)`: \(example)")
    }

    func wrongType(_ key: String, _ wanted: String, _ node: TOMLNode) {
        problems.add(line: node.line, "`\(key)`\(place) must be \(wanted), not \(node.kind)")
    }

    /// A name of the file, made fit for one line of a terminal.
    static func shown(_ text: String) -> String {
        let cut = text.unicodeScalars.prefix(64).map { $0.properties.generalCategory.isPrintable ? Character($0) : "?" }
        return String(cut)
    }
}

extension Unicode.GeneralCategory {
    fileprivate var isPrintable: Bool {
        switch self {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
        default: true
        }
    }
}
