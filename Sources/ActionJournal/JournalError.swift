import GRDB
import MailModel

/// Why the state folder cannot be read or written.
public struct JournalError: Fault, Hashable {
    /// What went wrong. Open: more may be told apart later.
    public struct Reason: Hashable, Sendable, RawRepresentable, CustomStringConvertible {
        public let rawValue: String

        public init(rawValue: String) { self.rawValue = rawValue }

        public var description: String { rawValue }

        public static let diskFull = Self(rawValue: "disk_full")
        public static let readOnly = Self(rawValue: "read_only")
        public static let corrupt = Self(rawValue: "corrupt")
        /// Its file, or the folder, was moved away or replaced while it was in use.
        public static let moved = Self(rawValue: "moved")
        /// Another process has it.
        public static let locked = Self(rawValue: "locked")
        /// There is no journal yet.
        public static let missing = Self(rawValue: "missing")
        /// The folder or file cannot be opened or made.
        public static let inaccessible = Self(rawValue: "inaccessible")
        /// Others may read or write it.
        public static let notPrivate = Self(rawValue: "not_private")
        /// A newer Postmoon wrote it.
        public static let newer = Self(rawValue: "newer")
        /// An older Postmoon wrote it, and it was opened only to be read.
        public static let older = Self(rawValue: "older")
        /// Writes would not survive a power loss.
        public static let notDurable = Self(rawValue: "not_durable")
        /// The disk failed in the middle of reading or writing.
        public static let inputOutput = Self(rawValue: "input_output")
        /// What was to be stored contradicts what is stored.
        public static let contradiction = Self(rawValue: "contradiction")
        public static let closed = Self(rawValue: "closed")
        /// SQLite said something that has no name here.
        public static let unexpected = Self(rawValue: "unexpected")
    }

    public var reason: Reason
    /// The file or folder.
    public var path: String
    /// What the system said; never mail content.
    public var detail: String
    /// Who holds the lock, when that is why and it is known.
    public var holder: Int32?

    public init(reason: Reason, path: String, detail: String = "", holder: Int32? = nil) {
        self.reason = reason
        self.path = path
        self.detail = detail
        self.holder = holder
    }

    public var code: FaultCode { .journalUnavailable }

    /// A contradiction concerns the message whose facts it was; everything else stops all acting.
    public var scope: FaultScope { reason == .contradiction ? .message : .process }

    public var description: String {
        let tail = detail.isEmpty ? "" : " (\(detail))"
        switch reason {
        case .diskFull:
            return "\(path): no space is left on the disk; free some, nothing is acted on until then\(tail)"
        case .readOnly:
            return "\(path) can only be read; make its folder and files writable\(tail)"
        case .corrupt:
            return "\(path) is damaged; move it away or put back a backup, nothing is acted on until then\(tail)"
        case .moved:
            return "\(path) was moved away or replaced while in use; put it back, or start again\(tail)"
        case .locked:
            guard let holder else { return "\(path) is in use by another process; stop it first\(tail)" }
            return "\(path) is in use by process \(holder); stop it first\(tail)"
        case .missing:
            return "\(path) does not exist; `postmoon run` makes it\(tail)"
        case .inaccessible:
            return "\(path) cannot be opened or made; check the folder, its owner and its mode\(tail)"
        case .notPrivate:
            return "\(path) must belong to you and to nobody else; chmod 700 a folder, chmod 600 a file\(tail)"
        case .newer:
            return "\(path) was written by a newer Postmoon; use that one\(tail)"
        case .older:
            return "\(path) was written by an older Postmoon; `postmoon run` brings it up to date\(tail)"
        case .notDurable:
            return "\(path) would not survive a power loss, so nothing is acted on; put it on another disk\(tail)"
        case .inputOutput:
            return "\(path): the disk failed; check it, nothing is acted on until it works\(tail)"
        case .contradiction:
            return "\(path): what was to be stored contradicts what is stored; please report it\(tail)"
        case .closed:
            return "\(path) is closed\(tail)"
        default:
            return "\(path) cannot be used\(tail)"
        }
    }
}

extension JournalError {
    /// The named fault for whatever the database or a file operation threw.
    init(_ error: any Error, path: String) {
        if let error = error as? JournalError {
            self = error
        } else if let error = error as? DatabaseError {
            self.init(reason: Reason(error), path: path, detail: Self.detail(of: error))
        } else if let error = error as? RefusedFact {
            self.init(reason: .contradiction, path: path, detail: error.detail)
        } else if let error = error as? UnreadableValue {
            self.init(reason: .corrupt, path: path, detail: "the value of \(error.column) cannot be read")
        } else if error is DecodingError || error is RowDecodingError {
            self.init(reason: .corrupt, path: path, detail: "a stored value cannot be read")
        } else {
            self.init(reason: .unexpected, path: path, detail: String(describing: type(of: error)))
        }
    }

    // SQLite's message names tables, columns and constraints; statements and their values are left out.
    private static func detail(of error: DatabaseError) -> String {
        let name = "SQLite \(error.extendedResultCode.rawValue)"
        guard let message = error.message else { return name }
        return "\(name): \(message)"
    }
}

extension JournalError.Reason {
    fileprivate init(_ error: DatabaseError) {
        switch error.extendedResultCode {
        case .SQLITE_IOERR_SHMSIZE: self = .diskFull
        default:
            switch error.resultCode {
            case .SQLITE_FULL: self = .diskFull
            case .SQLITE_READONLY, .SQLITE_PERM: self = .readOnly
            case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_FORMAT: self = .corrupt
            case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_PROTOCOL: self = .locked
            case .SQLITE_CANTOPEN: self = .inaccessible
            case .SQLITE_IOERR: self = .inputOutput
            case .SQLITE_CONSTRAINT, .SQLITE_MISMATCH: self = .contradiction
            case .SQLITE_MISUSE: self = .closed
            default: self = .unexpected
            }
        }
    }
}
