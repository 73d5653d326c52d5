/// Punycode (RFC 3492), without the `xn--`.
enum Punycode {
    private static let base: UInt32 = 36
    private static let initialBias: UInt32 = 72
    private static let initialN: UInt32 = 128

    /// `nil` for what is no punycode, is longer than a label can be, or holds characters no host name has.
    static func decode(_ label: some StringProtocol) -> String? {
        let bytes = Array(label.utf8)
        guard !bytes.isEmpty, bytes.count <= 63, bytes.allSatisfy({ $0 < 0x80 }) else { return nil }
        var output: [Unicode.Scalar] = []
        var index = 0
        if let delimiter = bytes.lastIndex(of: ASCII.hyphen) {
            output = bytes[..<delimiter].map { Unicode.Scalar($0) }
            index = delimiter + 1
        }
        guard index < bytes.count else { return nil }
        var n = initialN
        var i: UInt32 = 0
        var bias = initialBias
        while index < bytes.count {
            let previous = i
            var weight: UInt32 = 1
            var k = base
            while true {
                guard index < bytes.count, let digit = digit(bytes[index]) else { return nil }
                index += 1
                let (product, overflow) = digit.multipliedReportingOverflow(by: weight)
                let (sum, sumOverflow) = i.addingReportingOverflow(product)
                guard !overflow, !sumOverflow else { return nil }
                i = sum
                let threshold = threshold(k, bias)
                if digit < threshold { break }
                let (next, weightOverflow) = weight.multipliedReportingOverflow(by: base - threshold)
                guard !weightOverflow else { return nil }
                weight = next
                k += base
            }
            let count = UInt32(output.count) + 1
            bias = adapt(i - previous, count, isFirst: previous == 0)
            let (sum, overflow) = n.addingReportingOverflow(i / count)
            guard !overflow, let scalar = Unicode.Scalar(sum), isAllowed(scalar) else { return nil }
            n = sum
            i %= count
            output.insert(scalar, at: Int(i))
            i += 1
        }
        var view = String.UnicodeScalarView()
        view.append(contentsOf: output)
        return String(view)
    }

    static func encode(_ label: some StringProtocol) -> String {
        let scalars = label.unicodeScalars.prefix(256).map(\.value)
        var output = scalars.filter { $0 < 0x80 }.map { UInt8(truncatingIfNeeded: $0) }
        var handled = UInt32(output.count)
        let basic = handled
        if basic > 0 { output.append(ASCII.hyphen) }
        var n = initialN
        var delta: UInt32 = 0
        var bias = initialBias
        while Int(handled) < scalars.count, let next = scalars.filter({ $0 >= n }).min() {
            delta &+= (next - n) &* (handled + 1)
            n = next
            for scalar in scalars {
                if scalar < n { delta &+= 1 }
                guard scalar == n else { continue }
                var quotient = delta
                var k = base
                while true {
                    let threshold = threshold(k, bias)
                    if quotient < threshold { break }
                    output.append(character(threshold + (quotient - threshold) % (base - threshold)))
                    quotient = (quotient - threshold) / (base - threshold)
                    k += base
                }
                output.append(character(quotient))
                bias = adapt(delta, handled + 1, isFirst: handled == basic)
                delta = 0
                handled += 1
            }
            delta &+= 1
            n += 1
        }
        return String(decoding: output, as: UTF8.self)
    }

    private static func threshold(_ k: UInt32, _ bias: UInt32) -> UInt32 {
        k <= bias ? 1 : min(k - bias, 26)
    }

    private static func adapt(_ delta: UInt32, _ count: UInt32, isFirst: Bool) -> UInt32 {
        var delta = isFirst ? delta / 700 : delta / 2
        delta += delta / count
        var k: UInt32 = 0
        while delta > 455 {
            delta /= 35
            k += base
        }
        return k + 36 * delta / (delta + 38)
    }

    private static func digit(_ byte: UInt8) -> UInt32? {
        if byte.isDigit { return UInt32(byte &- 0x30) + 26 }
        return byte.isLetter ? UInt32((byte | 0x20) &- 0x61) : nil
    }

    private static func character(_ digit: UInt32) -> UInt8 {
        UInt8(truncatingIfNeeded: digit < 26 ? digit + 0x61 : digit - 26 + 0x30)
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        guard scalar.value >= 0xA1 else { return false }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .unassigned, .privateUse, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            return false
        default: return true
        }
    }
}
