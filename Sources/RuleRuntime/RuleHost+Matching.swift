/// `regex(p)` at work.
extension RuleHost {
    func match(_ operation: HostOperation, _ arguments: [RuleValue]) throws -> [RuleValue] {
        guard let first = arguments.first, case .expression(let expression)? = handles[first] else {
            throw RuleMisuse("match and test are called with a colon: regex(\"...\"):match(text)")
        }
        guard arguments.count == 2, let text = arguments[1].string else {
            throw RuleMisuse(
                "a regex is matched on a text, not \(arguments.count > 1 ? arguments[1].shown : "nothing")")
        }
        let bytes = Array(text.utf8)
        charge(UInt64(bytes.count / 8))
        let ranges: [Range<Int>?]?
        do {
            ranges = try expression.firstMatch(in: bytes, charge: charge)
        } catch {
            throw RuleMisuse("regex: the expression went past its steps on this text")
        }
        guard operation == .expressionMatch else { return [.bool(ranges != nil)] }
        guard let ranges else { return [.null] }
        // Like string.match: the captures, or all of it when there are none.
        let captures = ranges.count > 1 ? ranges[1...] : ranges[...]
        return captures.map { range in
            range.map { .string(String(decoding: bytes[$0], as: UTF8.self)) } ?? .bool(false)
        }
    }
}
