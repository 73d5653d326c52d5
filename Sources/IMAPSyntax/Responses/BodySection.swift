/// Which piece of a message (RFC 3501 §6.4.5). Prints as it stands between the brackets.
public enum BodySection: Hashable, Sendable, CustomStringConvertible {
    case whole, header, text
    /// Names in upper case when they come from the server.
    case headerFields([String])
    case headerFieldsNot([String])
    case part([Int])
    case partMIME([Int])
    case partHeader([Int])
    case partText([Int])

    public var description: String {
        switch self {
        case .whole: ""
        case .header: "HEADER"
        case .text: "TEXT"
        case .headerFields(let names): "HEADER.FIELDS (\(names.joined(separator: " ")))"
        case .headerFieldsNot(let names): "HEADER.FIELDS.NOT (\(names.joined(separator: " ")))"
        case .part(let path): Self.text(of: path)
        case .partMIME(let path): Self.text(of: path) + ".MIME"
        case .partHeader(let path): Self.text(of: path) + ".HEADER"
        case .partText(let path): Self.text(of: path) + ".TEXT"
        }
    }

    private static func text(of path: [Int]) -> String { path.map(String.init).joined(separator: ".") }
}
