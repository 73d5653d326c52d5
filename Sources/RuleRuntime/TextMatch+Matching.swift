import Foundation

extension TextMatch {
    /// Whether the text passes. Fails when an expression goes past its limits.
    func matches(_ text: FoldedText, charge: (UInt64) -> Void = { _ in }) throws(RegularExpression.Failure) -> Bool {
        switch kind {
        case .equal(let needle): return text.bytes(caseSensitive: caseSensitive) == needle
        case .contains(let needle): return Self.contains(text.bytes(caseSensitive: caseSensitive), needle)
        case .starts(let needle): return text.bytes(caseSensitive: caseSensitive).starts(with: needle)
        case .ends(let needle):
            let bytes = text.bytes(caseSensitive: caseSensitive)
            return bytes.count >= needle.count && bytes.suffix(needle.count).elementsEqual(needle)
        case .anyOf(let needles): return needles.contains(text.bytes(caseSensitive: caseSensitive))
        case .glob(let glob): return glob.matches(text.bytes(caseSensitive: caseSensitive))
        // Case is the expression's own affair, compiled into it.
        case .expression(let expression): return try expression.isFound(in: text.plain, charge: charge)
        }
    }

    private static func contains(_ bytes: [UInt8], _ needle: [UInt8]) -> Bool {
        guard let first = needle.first else { return true }
        return bytes.withUnsafeBufferPointer { bytes in
            needle.withUnsafeBufferPointer { needle in
                guard let text = bytes.baseAddress, let wanted = needle.baseAddress else { return false }
                var at = 0
                while bytes.count - at >= needle.count {
                    let rest = bytes.count - needle.count - at + 1
                    guard let found = memchr(text + at, Int32(first), rest) else { return false }
                    if memcmp(found, wanted, needle.count) == 0 { return true }
                    at = found - UnsafeMutableRawPointer(mutating: text) + 1
                }
                return false
            }
        }
    }
}

extension AddressMatch {
    func matches(
        _ address: FoldedAddress, own: Set<[UInt8]>
    ) throws(RegularExpression.Failure) -> Bool {
        switch kind {
        case .equal(let wanted): return address.address.bytes(caseSensitive: caseSensitive) == wanted
        case .anyOf(let wanted): return wanted.contains(address.address.bytes(caseSensitive: caseSensitive))
        case .domain(let domains):
            let domain = address.domain.folded
            return domains.contains { wanted in
                guard domain.count > wanted.count else { return domain == wanted }
                return domain[domain.count - wanted.count - 1] == UInt8(ascii: ".")
                    && domain.suffix(wanted.count).elementsEqual(wanted)
            }
        case .detail(let wanted): return wanted.contains(address.detail.bytes(caseSensitive: caseSensitive))
        case .name(let match): return try match.matches(address.name)
        case .me: return own.contains(address.address.folded)
        }
    }
}
