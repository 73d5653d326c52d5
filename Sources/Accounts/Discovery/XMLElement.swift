/// An element of a small XML document, read strictly and by ourselves: the document comes from a stranger.
///
/// UTF-8 only. There is no document type, so no entities but the five of XML itself and no way to name other files; what
/// is not well-formed is refused as a whole.
struct XMLElement: Equatable {
    var name: String
    var attributes: [String: String] = [:]
    var children: [XMLElement] = []
    /// The text directly in it, references resolved, without white space at its ends.
    var text = ""

    struct Failure: Error, Equatable {
        var reason: String
    }

    /// Bounds on what is read.
    enum Limit {
        static let bytes = 65_536
        static let depth = 16
        static let elements = 1_000
    }

    init(name: String) { self.name = name }

    /// The document's root.
    init(parsing bytes: [UInt8]) throws(Failure) {
        guard bytes.count <= Limit.bytes else { throw Failure(reason: "it is longer than \(Limit.bytes) bytes") }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw Failure(reason: "it is not UTF-8") }
        var parser = XMLParser(Array(text.unicodeScalars))
        self = try parser.document()
    }

    func first(_ name: String) -> XMLElement? { children.first { $0.name == name } }
    func all(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }
}

/// Reads one document.
private struct XMLParser {
    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var count = 0

    init(_ scalars: [Unicode.Scalar]) {
        // A byte order mark is none of the document's.
        self.scalars = scalars.first == "\u{FEFF}" ? Array(scalars.dropFirst()) : scalars
    }

    mutating func document() throws(XMLElement.Failure) -> XMLElement {
        try skipMiscellany()
        guard take("<") else { throw failure("it does not begin with an element") }
        let root = try element(depth: 1)
        try skipMiscellany()
        guard position == scalars.count else { throw failure("something follows its end") }
        return root
    }

    /// Behind the `<`.
    private mutating func element(depth: Int) throws(XMLElement.Failure) -> XMLElement {
        count += 1
        guard depth <= XMLElement.Limit.depth, count <= XMLElement.Limit.elements else {
            throw failure("it has too many elements, or too deep ones")
        }
        var element = XMLElement(name: try name())
        while true {
            let hadSpace = skipSpace()
            if take("/>") { return element }
            if take(">") { break }
            guard hadSpace else { throw failure("<\(element.name) does not end") }
            let attribute = try name()
            skipSpace()
            guard take("=") else { throw failure("an attribute of <\(element.name)> has no value") }
            skipSpace()
            guard let quote = next(), quote == "\"" || quote == "'" else {
                throw failure("the value of an attribute of <\(element.name)> has no quotation marks")
            }
            let value = try text(until: [quote, "<"])
            guard take(quote), element.attributes.updateValue(value, forKey: attribute) == nil else {
                throw failure("an attribute of <\(element.name)> is wrong")
            }
        }
        var text = ""
        while true {
            text += try self.text(until: ["<"])
            if take("<!--") {
                try skip(behind: "-->")
            } else if take("<![CDATA[") {
                let start = position
                try skip(behind: "]]>")
                text.unicodeScalars.append(contentsOf: scalars[start..<(position - 3)])
            } else if take("</") {
                guard try name() == element.name else { throw failure("<\(element.name)> does not end") }
                skipSpace()
                guard take(">") else { throw failure("</\(element.name) does not end") }
                element.text = Self.trimmed(text)
                return element
            } else if take("<?") {
                try skip(behind: "?>")
            } else if take("<") {
                element.children.append(try self.element(depth: depth + 1))
            } else {
                throw failure("<\(element.name)> does not end")
            }
        }
    }

    /// Between elements at the top.
    private mutating func skipMiscellany() throws(XMLElement.Failure) {
        while true {
            skipSpace()
            if take("<?") {
                try skip(behind: "?>")
            } else if take("<!--") {
                try skip(behind: "-->")
            } else if starts("<!") {
                throw failure("it declares a document type")
            } else {
                return
            }
        }
    }

    private mutating func text(until ends: [Unicode.Scalar]) throws(XMLElement.Failure) -> String {
        var text = String.UnicodeScalarView()
        while position < scalars.count, !ends.contains(scalars[position]) {
            guard take("&") else {
                text.append(scalars[position])
                position += 1
                continue
            }
            text.append(try reference())
        }
        return String(text)
    }

    /// Behind the `&`.
    private mutating func reference() throws(XMLElement.Failure) -> Unicode.Scalar {
        let start = position
        while position < scalars.count, scalars[position] != ";", position - start < 10 { position += 1 }
        let name = String(String.UnicodeScalarView(scalars[start..<position]))
        guard take(";") else { throw failure("a reference does not end") }
        switch name {
        case "amp": return "&"
        case "lt": return "<"
        case "gt": return ">"
        case "quot": return "\""
        case "apos": return "'"
        default:
            let isHexadecimal = name.hasPrefix("#x")
            let digits = name.dropFirst(isHexadecimal ? 2 : 1)
            guard name.hasPrefix("#"), let number = UInt32(digits, radix: isHexadecimal ? 16 : 10),
                number >= 0x20 || [0x09, 0x0A, 0x0D].contains(number), let scalar = Unicode.Scalar(number)
            else { throw failure("it has a reference to what XML does not know") }
            return scalar
        }
    }

    private mutating func name() throws(XMLElement.Failure) -> String {
        let start = position
        while position < scalars.count, Self.isNamePart(scalars[position]) { position += 1 }
        guard position > start else { throw failure("a name is missing") }
        return String(String.UnicodeScalarView(scalars[start..<position]))
    }

    private static func isNamePart(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || ["-", "_", ".", ":"].contains(scalar)
    }

    @discardableResult
    private mutating func skipSpace() -> Bool {
        let start = position
        while position < scalars.count, Self.isSpace(scalars[position]) { position += 1 }
        return position > start
    }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool { [" ", "\t", "\r", "\n"].contains(scalar) }

    private static func trimmed(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: { !isSpace($0) }),
            let last = scalars.lastIndex(where: { !isSpace($0) })
        else { return "" }
        return String(scalars[first...last])
    }

    private func starts(_ mark: String) -> Bool { scalars[position...].starts(with: mark.unicodeScalars) }

    private mutating func take(_ mark: String) -> Bool {
        guard starts(mark) else { return false }
        position += mark.unicodeScalars.count
        return true
    }

    private mutating func take(_ mark: Unicode.Scalar) -> Bool { take(String(mark)) }

    private mutating func next() -> Unicode.Scalar? {
        guard position < scalars.count else { return nil }
        defer { position += 1 }
        return scalars[position]
    }

    private mutating func skip(behind mark: String) throws(XMLElement.Failure) {
        while position < scalars.count {
            if take(mark) { return }
            position += 1
        }
        throw failure("\(mark) is missing")
    }

    private func failure(_ reason: String) -> XMLElement.Failure { XMLElement.Failure(reason: reason) }
}
