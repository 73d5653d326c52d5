import GRDB
import MailModel

// How values stand in columns.

extension String {
    /// For people to read: GRDB cuts text at a NUL, and a subject should not end there.
    var storedText: String { utf8.contains(0) ? replacing("\u{0}", with: "\u{FFFD}") : self }

    /// For keys that rules choose: two that differ only behind a NUL stay two.
    var storedKey: String {
        guard utf8.contains(where: { $0 == 0 || $0 == UInt8(ascii: "\\") }) else { return self }
        var stored = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "\0": stored += "\\0"
            case "\\": stored += "\\\\"
            default: stored.unicodeScalars.append(scalar)
            }
        }
        return stored
    }

    init(storedKey: String) {
        guard storedKey.utf8.contains(UInt8(ascii: "\\")) else {
            self = storedKey
            return
        }
        self = ""
        var escaped = false
        for scalar in storedKey.unicodeScalars {
            switch (escaped, scalar) {
            case (false, "\\"): escaped = true
            case (true, "0"):
                unicodeScalars.append("\u{0}")
                escaped = false
            default:
                unicodeScalars.append(scalar)
                escaped = false
            }
        }
    }
}

/// A stored value that cannot be one of ours: somebody else wrote into the file, or it is damaged.
struct UnreadableValue: Error {
    var column: String
}

extension Row {
    /// The column's text as the value it stands for.
    func value<T>(_ column: String, _ make: (String) throws -> T?) throws -> T {
        guard let value = try make(decode(forColumn: column)) else {
            throw UnreadableValue(column: column)
        }
        return value
    }

    func account(_ column: String = "account") throws -> AccountName { try value(column, AccountName.init) }
    func mailbox(_ column: String = "mailbox") throws -> MailboxName { try value(column, MailboxName.init) }

    func uid(_ column: String = "uid") throws -> UID {
        guard let exact = UInt32(exactly: try decode(forColumn: column) as Int64), let uid = UID(exact) else {
            throw UnreadableValue(column: column)
        }
        return uid
    }

    func uidValidity(_ column: String = "uid_validity") throws -> UIDValidity {
        guard let exact = UInt32(exactly: try decode(forColumn: column) as Int64),
            let validity = UIDValidity(exact)
        else { throw UnreadableValue(column: column) }
        return validity
    }

    func modSeq(_ column: String) throws -> ModSeq? {
        try (decode(forColumn: column) as Int64?).flatMap { UInt64(exactly: $0) }.map(ModSeq.init)
    }

    func messageKey() throws -> MessageKey {
        MessageKey(account: try account(), mailbox: try mailbox(), uidValidity: try uidValidity(), uid: try uid())
    }
}

extension ModSeq {
    /// RFC 7162 allows 63 bits; what is above counts as unknown, which costs a look and loses nothing.
    var stored: Int64? { Int64(exactly: rawValue) }
}

extension Set<Flag> {
    /// Flags have no spaces.
    var stored: String { sorted().map(\.rawValue).joined(separator: " ") }

    init(stored: String) {
        self.init(stored.split(separator: " ").compactMap { Flag(wire: String($0)) })
    }
}

extension PlanTrigger {
    /// Reads what `description` wrote.
    init?(stored text: String) {
        if text.hasSuffix(":dry") {
            guard let trigger = PlanTrigger(stored: String(text.dropLast(4))) else { return nil }
            self = .dry(trigger)
            return
        }
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let rest = parts.count == 2 ? String(parts[1]) : nil
        switch (parts.first ?? "", rest) {
        case ("new", nil): self = .new
        case ("moved_in", nil): self = .movedIn
        case ("removed", nil): self = .removed
        case ("flags", let rest?):
            guard let count = Int(rest) else { return nil }
            self = .flags(count)
        case ("schedule", let rest?):
            // The rule's name may hold colons; the time does not.
            guard let colon = rest.lastIndex(of: ":"), let due = Int64(rest[rest.index(after: colon)...]) else {
                return nil
            }
            self = .schedule(rule: String(rest[..<colon]), due: due)
        case ("sweep", let rest?):
            guard let run = Int64(rest) else { return nil }
            self = .sweep(run: run)
        case ("after", let rest?):
            let numbers = rest.split(separator: ":", omittingEmptySubsequences: false).map { Int64($0) }
            guard (1...2).contains(numbers.count), let plan = numbers[0] else { return nil }
            guard numbers.count == 2 else {
                self = .after(plan: PlanID(plan))
                return
            }
            guard let part = numbers[1].flatMap(Int.init(exactly:)), part > 0 else { return nil }
            self = .after(plan: PlanID(plan), part: part)
        case ("undo", let rest?):
            guard let plan = Int64(rest) else { return nil }
            self = .undo(plan: PlanID(plan))
        default: return nil
        }
    }
}

extension Database {
    /// Runs a statement that is kept prepared.
    func run(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws {
        try cachedStatement(sql: sql).execute(arguments: arguments)
    }

    /// Runs a statement that must change something: a fact about what is not there, or may not be, is refused.
    func change(_ sql: String, _ arguments: StatementArguments, otherwise refusal: String) throws {
        try run(sql, arguments)
        guard changesCount > 0 else { throw RefusedFact(detail: refusal) }
    }

    /// The one number that the query gives; `nil` for none or NULL.
    func number(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws -> Int64? {
        try Int64.fetchOne(try cachedStatement(sql: sql), arguments: arguments)
    }

    func count(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws -> Int {
        try Int.fetchOne(try cachedStatement(sql: sql), arguments: arguments) ?? 0
    }

    /// The one column that the query gives.
    func texts(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws -> [String] {
        try String.fetchAll(try cachedStatement(sql: sql), arguments: arguments)
    }

    func rows(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws -> [Row] {
        try Row.fetchAll(try cachedStatement(sql: sql), arguments: arguments)
    }

    /// As `rows`, one after the other: a row is valid until the next one is asked for.
    func cursor(_ sql: String, _ arguments: StatementArguments) throws -> RowCursor {
        try Row.fetchCursor(try cachedStatement(sql: sql), arguments: arguments)
    }

    func row(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws -> Row? {
        try Row.fetchOne(try cachedStatement(sql: sql), arguments: arguments)
    }
}

/// A fact that contradicts the journal, told by a statement that changed nothing.
struct RefusedFact: Error {
    /// Names rows by number only.
    var detail: String
}
