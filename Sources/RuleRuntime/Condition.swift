import MailModel

/// What `when` compiles to: a tree that is evaluated in Swift, without entering Lua.
final class Condition: Sendable {
    enum Kind: Sendable {
        case all([Condition])
        case any([Condition])
        case none([Condition])
        case test(ConditionTest)
    }

    let kind: Kind
    /// As a rule writes it.
    let text: String
    let position: SourcePosition?
    /// Tests in it; a shared operand counts each time.
    let size: Int
    let depth: Int

    static let sizeLimit = 10_000
    static let depthLimit = 200

    init(_ kind: Kind, text: String, position: SourcePosition?) {
        self.kind = kind
        self.text = text.utf8.count <= 400 ? text : String(text.prefix(100)) + "..."
        self.position = position
        switch kind {
        case .all(let operands), .any(let operands), .none(let operands):
            size = operands.reduce(0) { $0 + $1.size }
            depth = 1 + (operands.map(\.depth).max() ?? 0)
        case .test: (size, depth) = (1, 1)
        }
    }

    var operands: [Condition] {
        switch kind {
        case .all(let operands), .any(let operands), .none(let operands): operands
        case .test: []
        }
    }

    /// Every test in it, in order.
    func forEachTest(_ body: (ConditionTest) -> Void) {
        if case .test(let test) = kind { body(test) }
        for operand in operands { operand.forEachTest(body) }
    }
}

/// One question about a message.
enum ConditionTest: Sendable {
    /// Each address alone.
    case address([Int], AddressMatch)
    /// Decoded text; a header that repeats is joined for address fields, looked at one by one for others.
    case text(TextSource, TextMatch)
    case exists(TextSource)
    case flag(Flag)
    case sizeOver(Int64)
    case sizeUnder(Int64)
    /// Seconds since `received`.
    case older(Int64)
    case newer(Int64)
    case before(TimeSource, Int64)
    case after(TimeSource, Int64)
    /// Seconds of the day; past midnight when the first is later.
    case between(TimeSource, Int64, Int64)
    case weekday(TimeSource, Set<Int>)
    case hasAttachment
    case bulk
    case automated
    /// The method's result in the topmost Authentication-Results is `pass`.
    case authenticated(method: String)
}

enum TimeSource: Sendable {
    case date
    case received
}

/// Where the text of a test comes from; numbers are slots of the `FieldTable`.
enum TextSource: Sendable, Hashable {
    case addresses([Int])
    case header(Int)
    case listID
    case messageID
    case body
    case filename
}

/// How an address is tested.
struct AddressMatch: Sendable {
    enum Kind: Sendable {
        case equal([UInt8])
        case anyOf(Set<[UInt8]>)
        case domain([[UInt8]])
        case detail(Set<[UInt8]>)
        case name(TextMatch)
        case me
    }

    var kind: Kind
    var caseSensitive: Bool
}

/// How a text is tested; needles are in the form that is compared.
struct TextMatch: Sendable {
    enum Kind: Sendable {
        case equal([UInt8])
        case contains([UInt8])
        case starts([UInt8])
        case ends([UInt8])
        case anyOf(Set<[UInt8]>)
        case glob(Glob)
        case expression(RegularExpression)
    }

    var kind: Kind
    var caseSensitive: Bool
}
