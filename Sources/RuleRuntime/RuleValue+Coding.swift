/// Reads the shim's bytes. Malformed ones cannot come from it; they end the list.
struct RuleValueReader {
    private let bytes: UnsafeRawBufferPointer
    private var next = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    mutating func readAll() -> [RuleValue] {
        var values: [RuleValue] = []
        while let value = read() { values.append(value) }
        return values
    }

    private mutating func read() -> RuleValue? {
        guard let tag = byte() else { return nil }
        switch tag {
        case UInt8(ascii: "n"): return .null
        case UInt8(ascii: "t"): return .bool(true)
        case UInt8(ascii: "f"): return .bool(false)
        case UInt8(ascii: "i"): return unsigned(8).map { .integer(Int64(bitPattern: $0)) }
        case UInt8(ascii: "d"): return unsigned(8).map { .number(Double(bitPattern: $0)) }
        case UInt8(ascii: "s"): return text().map { .string($0) }
        case UInt8(ascii: "c"): return .function
        case UInt8(ascii: "{"): return table()
        case UInt8(ascii: "h"):
            guard let kind = byte().flatMap(HandleKind.init), let identifier = unsigned(4) else { return nil }
            return .handle(kind, UInt32(identifier))
        default: return nil
        }
    }

    private mutating func table() -> RuleValue? {
        var pairs: [RulePair] = []
        while next < bytes.count {
            if bytes[next] == UInt8(ascii: "}") {
                next += 1
                return .table(pairs)
            }
            guard let key = read(), let value = read() else { return nil }
            pairs.append(RulePair(key: key, value: value))
        }
        return nil
    }

    private mutating func byte() -> UInt8? {
        guard next < bytes.count else { return nil }
        defer { next += 1 }
        return bytes[next]
    }

    private mutating func unsigned(_ count: Int) -> UInt64? {
        guard bytes.count - next >= count else { return nil }
        var value: UInt64 = 0
        for offset in 0..<count { value |= UInt64(bytes[next + offset]) << UInt64(8 * offset) }
        next += count
        return value
    }

    private mutating func text() -> String? {
        guard let count = unsigned(4).map({ Int($0) }), bytes.count - next >= count else { return nil }
        defer { next += count }
        return String(decoding: UnsafeRawBufferPointer(rebasing: bytes[next..<next + count]), as: UTF8.self)
    }
}

/// Writes values in the shim's format.
struct RuleValueWriter {
    private(set) var bytes: [UInt8] = []

    init(_ values: [RuleValue] = []) {
        for value in values { write(value) }
    }

    mutating func write(_ value: RuleValue) {
        switch value {
        case .null, .function: tag("n")
        case .bool(let value): tag(value ? "t" : "f")
        case .integer(let value):
            tag("i")
            unsigned(UInt64(bitPattern: value), 8)
        case .number(let value):
            tag("d")
            unsigned(value.bitPattern, 8)
        case .string(let text):
            var text = text
            text.withUTF8 { string($0) }
        case .bytes(let bytes): bytes.withUnsafeBufferPointer { string($0) }
        case .list(let values):
            tag("[")
            unsigned(UInt64(values.count), 4)
            for value in values { write(value) }
        case .table(let pairs):
            tag("{")
            for pair in pairs {
                write(pair.key)
                write(pair.value)
            }
            tag("}")
        case .object(let metatable, let value):
            tag("m")
            write(.string(metatable))
            write(value)
        case .handle(let kind, let identifier):
            tag("h")
            bytes.append(kind.rawValue)
            unsigned(UInt64(identifier), 4)
        }
    }

    private mutating func tag(_ tag: Unicode.Scalar) { bytes.append(UInt8(ascii: tag)) }

    private mutating func unsigned(_ value: UInt64, _ count: Int) {
        for offset in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * offset))) }
    }

    private mutating func string(_ text: UnsafeBufferPointer<UInt8>) {
        tag("s")
        unsigned(UInt64(text.count), 4)
        bytes.append(contentsOf: text)
    }
}
