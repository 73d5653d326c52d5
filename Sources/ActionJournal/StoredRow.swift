import GRDB
import MailModel

/// The columns of a query in the order of its SELECT list. GRDB finds a column by its name in a slow way, and plans are
/// read by the hundred.
protocol StoredColumn: CaseIterable, Hashable, RawRepresentable<String> {
    static var table: String { get }
    static var all: [Self] { get }
}

extension StoredColumn {
    static var list: String { all.map { "\(table).\($0.rawValue)" }.joined(separator: ", ") }
}

/// A row of a query that selected a list of columns. A damaged value throws and never traps.
struct StoredRow<Column: StoredColumn> {
    let row: Row

    subscript<Value: DatabaseValueConvertible & StatementColumnConvertible>(_ column: Column) -> Value {
        get throws { try row.decode(atIndex: Column.all.firstIndex(of: column) ?? 0) }
    }

    /// Text that stands for something.
    func value<Value>(_ column: Column, _ make: (String) throws -> Value?) throws -> Value {
        guard let value = try make(self[column]) else { throw UnreadableValue(column: column.rawValue) }
        return value
    }

    /// A number of 32 bits that stands for something.
    func number<Value>(_ column: Column, _ make: (UInt32) -> Value?) throws -> Value {
        guard let number = UInt32(exactly: try self[column] as Int64), let value = make(number) else {
            throw UnreadableValue(column: column.rawValue)
        }
        return value
    }
}

enum PlanColumn: String, StoredColumn {
    case id, account, mailbox, uid, trigger, time, identity, subject, sender, event, generation, state, actions, error
    case flags
    case uidValidity = "uid_validity"
    case messageID = "message_id"
    case flagChange = "flag_change"

    static let table = "plan"
    static let all = Array(allCases)
}

enum StepColumn: String, StoredColumn {
    case id, plan, position, action, kind, arguments, state, released, precondition, outcome, attempt
    case notBefore = "not_before"
    case begunAt = "begun_at"
    case finishedAt = "finished_at"

    static let table = "step"
    static let all = Array(allCases)
}
