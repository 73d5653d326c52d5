import Foundation
import MailModel

// What is stored as JSON is read as a whole and never asked for in SQL. Encoders and decoders of the library take as
// long for one value as SQLite does for several rows; in a batch the same actions come again and again, so each is
// encoded and decoded once, and what differs from message to message is written by hand.

/// Encodes values that are likely to repeat, each once.
struct StoredEncoder<Value: Encodable & Hashable> {
    private var known: [Value: String] = [:]
    private let encoder = JSONEncoder()

    init() { encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes] }

    mutating func text(_ value: Value) throws -> String {
        if let text = known[value] { return text }
        let text = String(decoding: try encoder.encode(value), as: UTF8.self)
        known[value] = text
        return text
    }
}

/// Decodes texts that are likely to repeat, each once.
struct StoredDecoder<Value: Decodable> {
    private var known: [String: Value] = [:]
    private let decoder = JSONDecoder()

    mutating func value(_ text: String) throws -> Value {
        if let value = known[text] { return value }
        let value = try decoder.decode(Value.self, from: Data(text.utf8))
        known[text] = value
        return value
    }
}

/// A value that writes its own JSON, in the form that its `Decodable` reads.
protocol JSONWriting {
    func write(to json: inout JSONText)
}

extension JSONWriting {
    /// As it is stored: JSON in one line.
    var storedJSON: String {
        var json = JSONText()
        write(to: &json)
        return json.text
    }
}

extension Decodable {
    init(storedJSON text: String) throws {
        self = try JSONDecoder().decode(Self.self, from: Data(text.utf8))
    }
}

/// JSON text as it grows (RFC 8259). Keys are ours and need no escaping.
struct JSONText {
    private var bytes: [UInt8] = []
    private var needsComma = false

    var text: String { String(decoding: bytes, as: UTF8.self) }

    mutating func object(_ members: (inout JSONText) -> Void) { enclose("{", "}", members) }

    mutating func array(_ elements: (inout JSONText) -> Void) { enclose("[", "]", elements) }

    /// The name of the member whose value is written next.
    mutating func key(_ name: String) {
        separate()
        append("\"")
        append(name)
        append("\":")
        needsComma = false
    }

    mutating func number(_ value: some BinaryInteger) {
        separate()
        append(String(value))
    }

    mutating func bool(_ value: Bool) {
        separate()
        append(value ? "true" : "false")
    }

    mutating func string(_ value: String) {
        separate()
        append("\"")
        if value.utf8.contains(where: Self.isEscaped) {
            for byte in value.utf8 { append(escaping: byte) }
        } else {
            append(value)
        }
        append("\"")
    }

    mutating func strings(_ values: [String]) {
        array { json in for value in values { json.string(value) } }
    }

    private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

    private static func isEscaped(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func append(escaping byte: UInt8) {
        if Self.isEscaped(byte) { append(byte < 0x20 ? "\\u00" : "\\") }
        if byte < 0x20 {
            append(byte < 0x10 ? "0" : "")
            append(String(byte, radix: 16))
        } else {
            bytes.append(byte)
        }
    }

    private mutating func enclose(_ opening: String, _ closing: String, _ body: (inout JSONText) -> Void) {
        separate()
        append(opening)
        needsComma = false
        body(&self)
        append(closing)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { append(",") }
        needsComma = true
    }
}

extension Array: JSONWriting where Element: JSONWriting {
    func write(to json: inout JSONText) {
        json.array { json in for element in self { element.write(to: &json) } }
    }
}

extension RuleEvidence: JSONWriting {
    func write(to json: inout JSONText) {
        json.object { json in
            json.key("rule")
            json.string(rule)
            json.key("matched")
            json.bool(matched)
            json.key("tests")
            json.array { json in
                for test in tests {
                    json.object { json in
                        json.key("test")
                        json.string(test.test)
                        json.key("value")
                        json.string(test.value)
                        json.key("result")
                        json.bool(test.result)
                    }
                }
            }
        }
    }
}

extension StepPrecondition: JSONWriting {
    func write(to json: inout JSONText) {
        json.object { json in
            if let flagsBefore {
                json.key("flagsBefore")
                json.strings(flagsBefore)
            }
            json.member("targetUIDValidity", targetUIDValidity)
            json.member("targetUIDNext", targetUIDNext)
            json.member("copyUIDValidity", copyUIDValidity)
            json.member("copyUID", copyUID)
            json.member("idempotencyKey", idempotencyKey)
            json.member("contentIdentity", contentIdentity)
        }
    }
}

extension StepOutcome: JSONWriting {
    func write(to json: inout JSONText) {
        json.object { json in
            json.member("targetUIDValidity", targetUIDValidity)
            json.member("targetUID", targetUID)
            json.member("detail", detail)
            json.member("code", code)
            if let flagsBefore {
                json.key("flagsBefore")
                json.strings(flagsBefore)
            }
        }
    }
}

extension JSONText {
    fileprivate mutating func member(_ name: String, _ value: UInt32?) {
        guard let value else { return }
        key(name)
        number(value)
    }

    fileprivate mutating func member(_ name: String, _ value: String?) {
        guard let value else { return }
        key(name)
        string(value)
    }
}
