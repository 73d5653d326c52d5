import TOMLKit

/// One value of a TOML document with the line it stands on. Tables keep the order of the file.
struct TOMLNode: Sendable {
    enum Value: Sendable {
        case table([Entry])
        case array([TOMLNode])
        case string(String)
        case integer(Int)
        case double(Double)
        case boolean(Bool)
        case date
    }

    struct Entry: Sendable {
        var key: String
        var node: TOMLNode
    }

    var value: Value
    var line: Int

    /// What it is, for a sentence: `a whole number`.
    var kind: String {
        switch value {
        case .table: "a table"
        case .array: "a list"
        case .string: "a text"
        case .integer: "a whole number"
        case .double: "a number with a point"
        case .boolean: "true or false"
        case .date: "a date"
        }
    }
}

/// A parsed TOML document: the parser's tree joined with the scanner's lines.
struct TOMLDocument: Sendable {
    /// Always a table.
    let root: TOMLNode

    struct SyntaxError: Error {
        var line: Int
        var message: String
    }

    init(_ bytes: [UInt8]) throws(SyntaxError) {
        if let null = bytes.firstIndex(of: 0) {
            let line = bytes[..<null].count { $0 == UInt8(ascii: "\n") } + 1
            throw SyntaxError(line: line, message: "a NUL byte does not belong in this file")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw SyntaxError(line: 1, message: "the file is not UTF-8")
        }
        let table: TOMLTable
        do {
            table = try TOMLTable(string: text)
        } catch let error as TOMLParseError {
            throw SyntaxError(line: max(1, error.source.begin.line), message: Self.sentence(error.description))
        } catch {
            throw SyntaxError(line: 1, message: "not valid TOML")
        }
        let scanner = TOMLLineScanner(bytes)
        if let line = scanner.nullEscapeLine {
            throw SyntaxError(line: line, message: "a NUL character does not belong in this file")
        }
        root = Self.node(of: table, at: TOMLPath(), lines: scanner.lines, enclosing: 1)
    }

    /// The parser quotes what it stumbled over, and that may be a password without its quotation marks.
    private static func sentence(_ description: String) -> String {
        var text = Substring(description)
        for quoting in [", saw '", "; saw '", " saw '", ": '"] {
            if let range = text.firstRange(of: quoting) { text = text[..<range.lowerBound] }
        }
        guard let first = text.first else { return "not valid TOML" }
        return "not valid TOML: \(first.lowercased())\(text.dropFirst())"
    }

    private static func node(
        of value: any TOMLValueConvertible, at path: TOMLPath, lines: [TOMLPath: Int], enclosing: Int
    ) -> TOMLNode {
        let line = lines[path] ?? enclosing
        if let table = value.table {
            let entries = table.keys.map { key in
                TOMLNode.Entry(
                    key: key,
                    node: table[key].map { node(of: $0, at: path.appending(key), lines: lines, enclosing: line) }
                        ?? TOMLNode(value: .date, line: line))
            }
            // The parser sorts keys by name. On one line that order stays.
            return TOMLNode(value: .table(entries.sorted { $0.node.line < $1.node.line }), line: line)
        }
        if let array = value.array {
            let nodes = array.enumerated().map { offset, element in
                node(of: element, at: path.appending(offset), lines: lines, enclosing: line)
            }
            return TOMLNode(value: .array(nodes), line: line)
        }
        if let string = value.string { return TOMLNode(value: .string(string), line: line) }
        if let integer = value.int { return TOMLNode(value: .integer(integer), line: line) }
        if let double = value.double { return TOMLNode(value: .double(double), line: line) }
        if let boolean = value.bool { return TOMLNode(value: .boolean(boolean), line: line) }
        return TOMLNode(value: .date, line: line)
    }
}
