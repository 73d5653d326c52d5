/// Durations and sizes as rules write them: `"7d"`, `"1h30m"`, `"5MB"`; a bare number is seconds or bytes.
enum Quantity {
    /// Seconds; `nil` when it is none.
    static func duration(_ value: RuleValue) -> Int64? {
        if let number = value.integer { return bounded(number) }
        guard let text = value.string else { return nil }
        return sum(text, units: ["s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800])
    }

    /// Bytes; `nil` when it is none.
    static func size(_ value: RuleValue) -> Int64? {
        if let number = value.integer { return bounded(number) }
        guard let text = value.string else { return nil }
        let units: [String: Int64] = [
            "b": 1, "kb": 1_000, "mb": 1_000_000, "gb": 1_000_000_000, "kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30,
        ]
        return sum(text.lowercased(), units: units)
    }

    /// Adds up `number unit` pairs; a number may have a fraction.
    private static func sum(_ text: String, units: [String: Int64]) -> Int64? {
        var rest = Substring(text).trimmingSpaces()
        guard !rest.isEmpty else { return nil }
        if let number = Int64(rest) { return bounded(number) }
        var total = 0.0
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            rest = rest.dropFirst(digits.count).trimmingSpaces()
            let unit = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(unit.count).trimmingSpaces()
            guard let number = Double(digits), let factor = units[String(unit)] else { return nil }
            total += number * Double(factor)
        }
        guard total < Double(limit) else { return nil }
        return Int64(total)
    }

    /// 2^53: sums with times cannot overflow.
    private static let limit: Int64 = 1 << 53

    private static func bounded(_ number: Int64) -> Int64? { (0...limit).contains(number) ? number : nil }
}

extension Substring {
    func trimmingSpaces() -> Substring {
        var rest = self
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return rest
    }
}
