import MailModel

/// What stands behind a handle in Lua.
enum HandleValue {
    case subject(RuleSubject)
    case condition(Condition)
    case action(ActionTemplate)
    case constructor(ActionName)
    case role(MailboxRole)
    case expression(RegularExpression)

    var kind: HandleKind {
        switch self {
        case .subject: .subject
        case .condition: .condition
        case .action: .action
        case .constructor: .constructor
        case .role: .role
        case .expression: .expression
        }
    }
}

/// The things that Lua holds by handle, and whether something became of those that must not be dropped.
///
/// Lua's collector says when the last reference is gone: what then was used by nothing had no effect, which is a mistake
/// of the rule's author (`a and b` is just `b`).
struct HandleTable {
    struct Entry {
        var value: HandleValue
        var position: SourcePosition?
        var isUsed: Bool
    }

    private var entries: [UInt32: Entry] = [:]
    private var last: UInt32 = 0
    /// Identifiers of what was made since `beginEvaluation`, kept until `endEvaluation`.
    private var made: [UInt32]?
    private var released: [UInt32] = []

    /// What was made and collected without use while loading.
    private(set) var dropped: [Entry] = []

    mutating func add(_ value: HandleValue, at position: SourcePosition?, isUsed: Bool = false) -> RuleValue {
        repeat { last &+= 1 } while entries[last] != nil
        entries[last] = Entry(value: value, position: position, isUsed: isUsed)
        made?.append(last)
        return .handle(value.kind, last)
    }

    subscript(_ value: RuleValue) -> HandleValue? {
        guard case .handle(_, let identifier) = value else { return nil }
        return entries[identifier]?.value
    }

    mutating func use(_ value: RuleValue) {
        guard case .handle(_, let identifier) = value else { return }
        entries[identifier]?.isUsed = true
    }

    mutating func release(_ identifier: UInt32) {
        guard made == nil else {
            released.append(identifier)
            return
        }
        guard let entry = entries.removeValue(forKey: identifier), !entry.isUsed else { return }
        switch entry.value {
        case .condition, .action: dropped.append(entry)
        case .subject, .constructor, .role, .expression: break
        }
    }

    mutating func forgetDropped() { dropped = [] }

    mutating func beginEvaluation() { made = [] }

    /// Ends the evaluation and answers with what it made and used for nothing, in order.
    mutating func endEvaluation() -> [Entry] {
        let unused = (made ?? []).compactMap { entries[$0] }.filter { !$0.isUsed }
        // They are told now, and not once more when Lua lets go of them.
        for identifier in made ?? [] { entries[identifier]?.isUsed = true }
        made = nil
        for identifier in released { entries[identifier] = nil }
        released = []
        return unused.filter { entry in
            switch entry.value {
            case .condition, .action: true
            case .subject, .constructor, .role, .expression: false
            }
        }
    }
}
