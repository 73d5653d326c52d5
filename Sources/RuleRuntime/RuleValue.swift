/// A value that travels between Lua and the host.
enum RuleValue: Equatable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    /// Bytes that need not be text; only to Lua.
    case bytes([UInt8])
    case list([RuleValue])
    /// As found, in no particular order.
    case table([RulePair])
    /// A table with a metatable of the prelude; only to Lua.
    indirect case object(metatable: String, RuleValue)
    case handle(HandleKind, UInt32)
    case function

    /// How messages call its type.
    var typeName: String {
        switch self {
        case .null: "nil"
        case .bool: "boolean"
        case .integer, .number: "number"
        case .string, .bytes: "string"
        case .list, .table, .object: "table"
        case .handle(let kind, _): kind.name
        case .function: "function"
        }
    }

    var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// A whole number, also when written as `5.0`.
    var integer: Int64? {
        switch self {
        case .integer(let value): value
        case .number(let value): Int64(exactly: value)
        default: nil
        }
    }

    var isNull: Bool { self == .null }

    /// A table's fields with text keys, and its values at 1, 2, 3...; `nil` when it is no table.
    var tableParts: TableParts? {
        guard case .table(let pairs) = self else { return nil }
        return TableParts(pairs)
    }
}

struct RulePair: Equatable {
    var key: RuleValue
    var value: RuleValue
}

/// A table taken apart.
struct TableParts {
    var fields: [String: RuleValue] = [:]
    var items: [RuleValue] = []
    /// The first index that has no value though a later one has.
    var hole: Int?
    /// Keys that are neither text nor an index.
    var hasOtherKeys = false

    init(_ pairs: [RulePair]) {
        var indexed: [Int64: RuleValue] = [:]
        for pair in pairs {
            switch pair.key {
            case .string(let key): fields[key] = pair.value
            case .integer(let index) where index >= 1: indexed[index] = pair.value
            default: hasOtherKeys = true
            }
        }
        items.reserveCapacity(indexed.count)
        for index in 1...Int64(max(1, indexed.count)) {
            guard let value = indexed[index] else {
                if !indexed.isEmpty { hole = Int(index) }
                break
            }
            items.append(value)
        }
    }
}

/// What a handle stands for, as a number in the shim and as a metatable in the prelude.
enum HandleKind: UInt8, CaseIterable {
    case subject = 1
    case condition
    case action
    case constructor
    case role
    case expression

    var name: String {
        switch self {
        case .subject: "subject"
        case .condition: "condition"
        case .action: "action"
        case .constructor: "action"
        case .role: "role"
        case .expression: "regex"
        }
    }
}
