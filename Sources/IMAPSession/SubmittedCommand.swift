import IMAPSyntax
import MailModel
import NIOCore

/// A command's number on its connection.
struct CommandID: Hashable, Comparable, Sendable {
    let rawValue: UInt64

    static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// Bytes for the wire that never print: they may hold a password.
struct OutboundBytes: Equatable, CustomStringConvertible {
    let buffer: ByteBuffer

    init(_ buffer: ByteBuffer) { self.buffer = buffer }

    var description: String { "<\(buffer.readableBytes) bytes>" }
}

/// How the server greeted us.
struct Greeting: Equatable, Sendable {
    var isPreauthenticated: Bool
    var text: String
}

/// A command with what the session has to know to run it.
struct SubmittedCommand: Sendable {
    enum Kind: Equatable {
        case capability, enable, namespace, list, status, select, unselect, search, fetch, copy, move, idle, quota
        case exclusive
        case other
    }

    let command: IMAPCommand
    let kind: Kind
    /// Lines for the continuations that the server asks for (SASL), after the command's own literals.
    let continuations: [ByteBuffer]
    /// What APPEND hands over.
    let message: OutgoingMessage?

    init(_ command: IMAPCommand, continuations: [ByteBuffer] = [], message: OutgoingMessage? = nil) {
        self.command = command
        self.continuations = continuations
        self.message = message
        kind =
            switch command {
            case .capability: .capability
            case .enable: .enable
            case .namespace: .namespace
            case .list: .list
            case .status: .status
            case .select, .examine: .select
            case .unselect: .unselect
            case .uidSearch: .search
            case .uidFetch, .uidResync: .fetch
            case .uidCopy: .copy
            case .uidMove: .move
            case .idle: .idle
            case .quotaRoot: .quota
            case .startTLS, .login, .authenticate, .logout: .exclusive
            default: .other
            }
    }

    var carriesSecret: Bool {
        switch command {
        case .login, .authenticate: true
        default: false
        }
    }

    var isIdle: Bool { kind == .idle }

    /// Commands after which the server may speak differently: nothing overtakes them and they overtake nothing.
    var isExclusive: Bool { kind == .exclusive }

    /// Whether VANISHED (EARLIER) answers this command.
    var asksForVanished: Bool {
        if case .uidResync = command { true } else { false }
    }

    /// Whether it copies or moves these messages.
    func files(_ uids: OrderedUIDs) -> Bool {
        guard let first = uids.first else { return false }
        switch command {
        case .uidCopy(let own, _), .uidMove(let own, _): return own.set.contains(first)
        default: return false
        }
    }

    /// Whether a FETCH response answers this command: it has something that only an answer has. Others are news.
    func expects(_ message: FetchedMessage) -> Bool {
        switch command {
        case .uidFetch(let selection, let items, _):
            guard let uid = message.uid, selection.mayContain(uid) else { return false }
            let onlyFlags = items.allSatisfy { [.uid, .flags, .modSeq].contains($0) }
            if onlyFlags { return message.flags != nil || !items.contains(.flags) }
            return message.internalDate != nil || message.size != nil || !message.bodies.isEmpty
                || message.gmMessageID != nil || message.emailID != nil || message.structure != nil
        case .uidResync(let selection, _):
            return message.flags != nil && (message.uid.map(selection.mayContain) ?? false)
        case .uidStore(let uids, _, _, let silent, _):
            return !silent && (message.uid.map(uids.set.contains) ?? false)
        case .uidExpunge(let uids):
            // What was changed just before the removal is told here or never.
            return message.flags != nil && (message.uid.map(uids.set.contains) ?? false)
        default:
            return false
        }
    }
}

extension UIDSelection {
    /// Whether a response for this UID can answer the selection. `n:*` always includes the last message (RFC 3501 §6.4.8).
    func mayContain(_ uid: UID) -> Bool {
        switch self {
        case .set(let set): set.contains(uid)
        case .from, .last: true
        }
    }
}
