import IMAPSyntax
import MailModel

/// One command of the client, cut into its arguments.
struct ClientCommand: Equatable {
    indirect enum Argument: Equatable {
        case word(String)
        case string([UInt8])
        case list([Argument])

        /// The text of a word or string.
        var text: String? {
            switch self {
            case .word(let word): word
            case .string(let bytes): String(decoding: bytes, as: UTF8.self)
            case .list: nil
            }
        }

        var list: [Argument] {
            if case .list(let items) = self { return items }
            return []
        }

        /// As a mailbox name, decoded.
        var mailbox: String? { text.map { WireMailboxName(raw: Array($0.utf8)).decoded } }
    }

    let tag: String
    /// In upper case, with the word that follows UID: `UID MOVE`.
    let verb: String
    let arguments: [Argument]

    /// `nil` when the bytes are no command.
    init?(_ bytes: [UInt8]) {
        var reader = ArgumentReader(bytes: bytes[...])
        guard let parts = reader.arguments(), parts.count >= 2, let tag = parts[0].text, let first = parts[1].text
        else { return nil }
        self.tag = tag
        if first.uppercased() == "UID", parts.count > 2, let second = parts[2].text {
            verb = "UID " + second.uppercased()
            arguments = Array(parts[3...])
        } else {
            verb = first.uppercased()
            arguments = Array(parts[2...])
        }
    }

    /// For a test's eyes: the verb and what follows, without what a password could be in.
    var summary: String {
        if ["LOGIN", "AUTHENTICATE"].contains(verb) { return verb }
        if verb == "APPEND" { return ([verb] + arguments.prefix(1).map(Self.print)).joined(separator: " ") }
        return ([verb] + arguments.map(Self.print)).joined(separator: " ")
    }

    private static func print(_ argument: Argument) -> String {
        switch argument {
        case .word(let word): word
        case .string(let bytes): "\"\(String(decoding: bytes, as: UTF8.self))\""
        case .list(let items): "(" + items.map(print).joined(separator: " ") + ")"
        }
    }
}

/// Reads words, quoted strings, literals and lists (RFC 3501 §4).
private struct ArgumentReader {
    var bytes: ArraySlice<UInt8>

    mutating func arguments(closing: UInt8? = nil) -> [ClientCommand.Argument]? {
        var result: [ClientCommand.Argument] = []
        while let byte = bytes.first {
            switch byte {
            case 0x20, 0x0D, 0x0A:
                bytes.removeFirst()
            case UInt8(ascii: ")"):
                bytes.removeFirst()
                return closing == byte ? result : nil
            case UInt8(ascii: "("):
                bytes.removeFirst()
                guard let items = arguments(closing: UInt8(ascii: ")")) else { return nil }
                result.append(.list(items))
            case UInt8(ascii: "\""):
                bytes.removeFirst()
                guard let text = quoted() else { return nil }
                result.append(.string(text))
            case UInt8(ascii: "{"):
                guard let text = literal() else { return nil }
                result.append(.string(text))
            default:
                result.append(.word(word()))
            }
        }
        return closing == nil ? result : nil
    }

    private mutating func quoted() -> [UInt8]? {
        var text: [UInt8] = []
        while let byte = bytes.popFirst() {
            if byte == UInt8(ascii: "\"") { return text }
            if byte == UInt8(ascii: "\\") {
                guard let escaped = bytes.popFirst() else { return nil }
                text.append(escaped)
            } else {
                text.append(byte)
            }
        }
        return nil
    }

    private mutating func literal() -> [UInt8]? {
        guard let end = bytes.firstIndex(of: 0x0A) else { return nil }
        let digits = bytes[..<end].filter { (0x30...0x39).contains($0) }
        guard let count = Int(String(decoding: digits, as: UTF8.self)) else { return nil }
        bytes = bytes[(end + 1)...]
        guard bytes.count >= count else { return nil }
        defer { bytes = bytes.dropFirst(count) }
        return Array(bytes.prefix(count))
    }

    /// Up to a space or parenthesis; what stands between brackets is part of it.
    private mutating func word() -> String {
        var text: [UInt8] = []
        var depth = 0
        while let byte = bytes.first {
            if depth == 0, [0x20, 0x0D, 0x0A, UInt8(ascii: "("), UInt8(ascii: ")")].contains(byte) { break }
            if byte == UInt8(ascii: "[") { depth += 1 }
            if byte == UInt8(ascii: "]") { depth -= 1 }
            text.append(byte)
            bytes.removeFirst()
        }
        return String(decoding: text, as: UTF8.self)
    }
}

/// The client's bytes, cut into commands.
struct ClientInput {
    enum Piece: Equatable {
        /// A whole command or line, without its CRLF.
        case line([UInt8])
        /// The client waits to send a literal.
        case literalAnnounced
    }

    private var bytes: [UInt8] = []
    /// How far literals were announced to the client already.
    private var answered = 0

    mutating func append(_ more: some Sequence<UInt8>) { bytes += more }

    mutating func next() -> Piece? {
        var start = 0
        while let end = lineEnd(from: start) {
            guard let literal = literal(before: end) else {
                let line = Array(bytes[..<end])
                bytes.removeFirst(end + 2)
                answered = 0
                return .line(line)
            }
            start = end + 2
            if literal.waits, answered < start {
                answered = start
                return .literalAnnounced
            }
            guard bytes.count >= start + literal.size else { return nil }
            start += literal.size
        }
        return nil
    }

    private func lineEnd(from start: Int) -> Int? {
        guard bytes.count >= start + 2 else { return nil }
        return (start..<bytes.count - 1).first { bytes[$0] == 0x0D && bytes[$0 + 1] == 0x0A }
    }

    private func literal(before end: Int) -> (size: Int, waits: Bool)? {
        guard end > 0, bytes[end - 1] == UInt8(ascii: "}"),
            let open = bytes[..<end].lastIndex(of: UInt8(ascii: "{"))
        else { return nil }
        var digits = String(decoding: bytes[(open + 1)..<(end - 1)], as: UTF8.self)
        let waits = !digits.hasSuffix("+")
        if !waits { digits.removeLast() }
        return Int(digits).map { ($0, waits) }
    }
}
