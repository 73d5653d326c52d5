/// Values of rules as JSON text (RFC 8259), for the durable table.
enum JSONValue {
    /// `nil` when something in it has no JSON form.
    static func encode(_ value: RuleValue) -> String? {
        var text = ""
        return write(value, to: &text) ? text : nil
    }

    static func decode(_ text: String) -> RuleValue? {
        var reader = Reader(bytes: Array(text.utf8))
        guard let value = reader.value(depth: 0), reader.isAtEnd else { return nil }
        return value
    }

    private static func write(_ value: RuleValue, to text: inout String) -> Bool {
        switch value {
        case .null: text += "null"
        case .bool(let value): text += String(value)
        case .integer(let number): text += String(number)
        case .number(let number):
            guard number.isFinite else { return false }
            text += String(number)
        case .string(let string): text += quoted(string)
        case .table(let pairs): return write(TableParts(pairs), to: &text)
        case .bytes, .list, .object, .handle, .function: return false
        }
        return true
    }

    private static func write(_ parts: TableParts, to text: inout String) -> Bool {
        guard !parts.hasOtherKeys, parts.hole == nil, parts.fields.isEmpty || parts.items.isEmpty else { return false }
        if parts.fields.isEmpty, !parts.items.isEmpty {
            text += "["
            for (index, item) in parts.items.enumerated() {
                if index > 0 { text += "," }
                guard write(item, to: &text) else { return false }
            }
            text += "]"
        } else {
            text += "{"
            for (index, field) in parts.fields.sorted(by: { $0.key < $1.key }).enumerated() {
                if index > 0 { text += "," }
                text += quoted(field.key) + ":"
                guard write(field.value, to: &text) else { return false }
            }
            text += "}"
        }
        return true
    }

    private static func quoted(_ string: String) -> String {
        var text = "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }

    private struct Reader {
        let bytes: [UInt8]
        var next = 0

        var isAtEnd: Bool {
            mutating get {
                skipSpace()
                return next == bytes.count
            }
        }

        mutating func value(depth: Int) -> RuleValue? {
            skipSpace()
            guard depth < 32, next < bytes.count else { return nil }
            switch bytes[next] {
            case UInt8(ascii: "n"): return word("null", .null)
            case UInt8(ascii: "t"): return word("true", .bool(true))
            case UInt8(ascii: "f"): return word("false", .bool(false))
            case UInt8(ascii: "\""): return string().map { .string($0) }
            case UInt8(ascii: "["): return list(depth)
            case UInt8(ascii: "{"): return object(depth)
            default: return number()
            }
        }

        private mutating func skipSpace() {
            while next < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[next]) { next += 1 }
        }

        private mutating func take(_ byte: Unicode.Scalar) -> Bool {
            skipSpace()
            guard next < bytes.count, bytes[next] == UInt8(ascii: byte) else { return false }
            next += 1
            return true
        }

        private mutating func word(_ word: String, _ value: RuleValue) -> RuleValue? {
            guard bytes[next...].starts(with: word.utf8) else { return nil }
            next += word.utf8.count
            return value
        }

        private mutating func number() -> RuleValue? {
            let start = next
            while next < bytes.count, "+-.eE0123456789".utf8.contains(bytes[next]) { next += 1 }
            let text = String(decoding: bytes[start..<next], as: UTF8.self)
            return Int64(text).map { .integer($0) } ?? Double(text).map { .number($0) }
        }

        private mutating func string() -> String? {
            next += 1
            var units: [UInt8] = []
            while next < bytes.count {
                let byte = bytes[next]
                next += 1
                switch byte {
                case UInt8(ascii: "\""): return String(decoding: units, as: UTF8.self)
                case UInt8(ascii: "\\"):
                    guard let scalar = escape() else { return nil }
                    units += Array(String(scalar).utf8)
                default: units.append(byte)
                }
            }
            return nil
        }

        private mutating func escape() -> Unicode.Scalar? {
            guard next < bytes.count else { return nil }
            let byte = bytes[next]
            next += 1
            switch byte {
            case UInt8(ascii: "n"): return "\n"
            case UInt8(ascii: "t"): return "\t"
            case UInt8(ascii: "r"): return "\r"
            case UInt8(ascii: "b"): return "\u{8}"
            case UInt8(ascii: "f"): return "\u{c}"
            case UInt8(ascii: "u"):
                guard bytes.count - next >= 4 else { return nil }
                let digits = String(decoding: bytes[next..<next + 4], as: UTF8.self)
                next += 4
                return UInt32(digits, radix: 16).flatMap(Unicode.Scalar.init)
            default: return Unicode.Scalar(byte)
            }
        }

        private mutating func list(_ depth: Int) -> RuleValue? {
            next += 1
            var pairs: [RulePair] = []
            if take("]") { return .table([]) }
            repeat {
                guard let value = value(depth: depth + 1) else { return nil }
                pairs.append(RulePair(key: .integer(Int64(pairs.count + 1)), value: value))
            } while take(",")
            return take("]") ? .table(pairs) : nil
        }

        private mutating func object(_ depth: Int) -> RuleValue? {
            next += 1
            var pairs: [RulePair] = []
            if take("}") { return .table([]) }
            repeat {
                skipSpace()
                guard next < bytes.count, bytes[next] == UInt8(ascii: "\""), let key = string(), take(":"),
                    let value = value(depth: depth + 1)
                else { return nil }
                pairs.append(RulePair(key: .string(key), value: value))
            } while take(",")
            return take("}") ? .table(pairs) : nil
        }
    }
}
