/// An enhanced status code (RFC 3463): class, subject, detail, such as `5.1.1`.
public struct EnhancedStatus: Hashable, Sendable, CustomStringConvertible {
    public var category: Int
    public var subject: Int
    public var detail: Int

    public init(_ category: Int, _ subject: Int, _ detail: Int) {
        self.category = category
        self.subject = subject
        self.detail = detail
    }

    /// The code at the beginning of a reply's text (RFC 2034 §4); `nil` when there is none.
    public init?(startOf text: Substring) {
        let token = text.prefix { $0 != " " && $0 != "\t" }
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].utf8.count == 1 else { return nil }
        var numbers: [Int] = []
        for part in parts {
            let digits = part.utf8
            guard (1...3).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            numbers.append(digits.reduce(0) { $0 * 10 + Int($1 - 0x30) })
        }
        guard [2, 4, 5].contains(numbers[0]) else { return nil }
        self.init(numbers[0], numbers[1], numbers[2])
    }

    public var description: String { "\(category).\(subject).\(detail)" }
}
