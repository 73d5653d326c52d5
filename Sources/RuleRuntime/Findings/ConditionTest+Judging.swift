import MailModel

/// What tests say about each other, whatever the message is.
extension ConditionTest {
    /// Whether it compares with nothing.
    var hasEmptyList: Bool {
        switch self {
        case .address(_, let match):
            switch match.kind {
            case .anyOf(let values), .detail(let values): values.isEmpty
            case .domain(let values): values.isEmpty
            case .equal, .name, .me: false
            }
        case .text(_, let match): if case .anyOf(let values) = match.kind { values.isEmpty } else { false }
        case .weekday(_, let days): days.isEmpty
        default: false
        }
    }

    /// Why no message meets it; `nil`: some may.
    var neverHolds: String? {
        switch self {
        case .sizeUnder(0): "no message is smaller than nothing"
        case .between(_, let start, let end) where start == end: "no time lies between these"
        default: nil
        }
    }

    /// Whether no message meets both.
    func excludes(_ other: ConditionTest) -> Bool {
        switch (self, other) {
        case (.sizeOver(let over), .sizeUnder(let under)): under - over < 2
        case (.older(let older), .newer(let newer)): newer < older
        case (.before(let first, let before), .after(let second, let after)): first == second && before <= after
        case (.weekday(let first, let days), .weekday(let second, let others)):
            first == second && days.isDisjoint(with: others)
        case (.between(let first, let start, let end), .between(let second, let otherStart, let otherEnd)):
            first == second && !Self.lies(start, from: otherStart, to: otherEnd)
                && !Self.lies(otherStart, from: start, to: end)
        case (.text(let source, let match), .text(let other, let otherMatch)):
            source == other && source.isSingle && match.excludes(otherMatch)
        default: false
        }
    }

    /// Whether only a message with two values where one belongs meets both.
    func hardlyMeets(_ other: ConditionTest) -> Bool {
        switch (self, other) {
        case (.text(let source, let match), .text(let other, let otherMatch)):
            return source == other && source.isUsuallySingle && match.excludes(otherMatch)
        case (.address(let slots, let match), .address(let others, let otherMatch)):
            guard slots == others, TextSource.addresses(slots).isUsuallySingle else { return false }
            if let values = match.values, let others = otherMatch.values {
                return match.caseSensitive == otherMatch.caseSensitive && values.isDisjoint(with: others)
            }
            switch (match.kind, otherMatch.kind) {
            case (.domain(let domains), .domain(let others)):
                return !domains.contains { domain in others.contains { Self.isWithin($0, domain) } }
            default: return false
            }
        default: return false
        }
    }

    private static func lies(_ second: Int64, from start: Int64, to end: Int64) -> Bool {
        start <= end ? start <= second && second < end : start <= second || second < end
    }

    /// Whether one domain is the other or below it.
    private static func isWithin(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        let dot = [UInt8(ascii: ".")]
        return left == right || left.suffix(right.count + 1) == (dot + right)[...]
            || right.suffix(left.count + 1) == (dot + left)[...]
    }
}

extension TextSource {
    /// Whether a message has one value of it for certain.
    fileprivate var isSingle: Bool { self == .listID || self == .messageID }

    /// Slots of the `FieldTable` are the same in every one for the standard names.
    fileprivate var isUsuallySingle: Bool {
        let single = ["From", "Sender", "Subject"].compactMap(FieldTable.standard.firstIndex)
        return switch self {
        case .header(let slot): single.contains(slot)
        case .addresses(let slots): slots.count == 1 && single.contains(slots[0])
        default: false
        }
    }
}

extension TextMatch {
    /// Whether no text meets both; only what is certain.
    fileprivate func excludes(_ other: TextMatch) -> Bool {
        guard caseSensitive == other.caseSensitive else { return false }
        if let values, let others = other.values { return values.isDisjoint(with: others) }
        if let values { return !values.contains { other.admits($0) } }
        if let others = other.values { return !others.contains { admits($0) } }
        switch (kind, other.kind) {
        case (.starts(let left), .starts(let right)): return !left.starts(with: right) && !right.starts(with: left)
        case (.ends(let left), .ends(let right)):
            return left.suffix(right.count) != right[...] && right.suffix(left.count) != left[...]
        default: return false
        }
    }

    /// The only texts that meet it.
    private var values: Set<[UInt8]>? {
        switch kind {
        case .equal(let value): [value]
        case .anyOf(let values): values
        default: nil
        }
    }

    private func admits(_ value: [UInt8]) -> Bool {
        switch kind {
        case .equal(let needle): value == needle
        case .anyOf(let needles): needles.contains(value)
        case .starts(let needle): value.starts(with: needle)
        case .ends(let needle): value.suffix(needle.count) == needle[...]
        case .contains(let needle): needle.isEmpty || value.firstRange(of: needle) != nil
        case .glob(let glob): glob.matches(value)
        case .expression: true
        }
    }
}

extension AddressMatch {
    /// The only addresses that meet it.
    fileprivate var values: Set<[UInt8]>? {
        switch kind {
        case .equal(let value): [value]
        case .anyOf(let values): values
        case .domain, .name, .detail, .me: nil
        }
    }
}
