import MailModel

/// A command of the client, as a value. There is no EXPUNGE and no CLOSE: they remove what others marked.
public enum IMAPCommand: Sendable {
    case capability
    case noop
    case logout
    case startTLS
    case login(user: String, password: Secret)
    /// `initialResponse`: the mechanism's bytes as UTF-8, not yet base64; only where the server has SASL-IR (RFC 4959).
    case authenticate(mechanism: String, initialResponse: Secret?)
    case enable([String])
    /// `nil` asks without telling (RFC 2971).
    case id([Identification.Field]?)
    case namespace
    /// The pattern in UTF-8, `*` and `%` being wildcards. `returning` needs LIST-EXTENDED, SPECIAL-USE, LIST-STATUS.
    case list(reference: String, pattern: String, returning: [ListReturn])
    case lsub(reference: String, pattern: String)
    case status(WireMailboxName, [StatusItem])
    case select(WireMailboxName, condstore: Bool)
    case examine(WireMailboxName, condstore: Bool)
    case unselect
    case create(WireMailboxName)
    case subscribe(WireMailboxName)
    /// Takes the mailbox away with every message in it: only for one that its sender has made itself, and nobody else uses.
    case deleteMailbox(WireMailboxName)
    /// Needs QUOTA (RFC 9208).
    case quotaRoot(WireMailboxName)
    case idle
    /// Asks to be told of what happens in the selected mailbox as it happens, and to be shown new messages at once
    /// (RFC 5465). Needs NOTIFY.
    case notify([FetchItem])
    case uidFetch(UIDSelection, [FetchItem], changedSince: ModSeq?)
    /// UID and flags of what changed since then, and the UIDs that vanished (RFC 7162 §3.2.6). Needs QRESYNC enabled, and
    /// a mod-sequence above 0.
    case uidResync(UIDSelection, since: ModSeq)
    case uidStore(NonEmptyUIDSet, FlagChange, [Flag], silent: Bool, unchangedSince: ModSeq?)
    case uidCopy(NonEmptyUIDSet, WireMailboxName)
    case uidMove(NonEmptyUIDSet, WireMailboxName)
    case uidExpunge(NonEmptyUIDSet)
    /// `returnAll` needs ESEARCH.
    case uidSearch([SearchKey], returnAll: Bool)
    /// The message's `size` bytes and a CRLF follow what is encoded (see `EncodedCommand.message`).
    case append(WireMailboxName, [Flag], internalDate: Int64?, size: Int)
}

/// What LIST is to tell besides (RFC 5258, RFC 5819, RFC 6154).
public enum ListReturn: Hashable, Sendable {
    case subscribed, children, specialUse
    case status([StatusItem])
}

/// What STATUS is asked for.
public enum StatusItem: String, Hashable, Sendable {
    case messages = "MESSAGES"
    case recent = "RECENT"
    case unseen = "UNSEEN"
    case uidNext = "UIDNEXT"
    case uidValidity = "UIDVALIDITY"
    case highestModSeq = "HIGHESTMODSEQ"
    case size = "SIZE"
    case mailboxID = "MAILBOXID"
}

/// The messages of a UID command.
public enum UIDSelection: Hashable, Sendable {
    case set(UIDSet)
    /// `n:*`: the server answers with the last message even when its UID is less.
    case from(UID)
    /// `*`: the last message.
    case last
}

/// What UID FETCH is asked for. Bodies always by `BODY.PEEK`: it sets no `\Seen`, and iCloud answers RFC822 with nothing.
public enum FetchItem: Hashable, Sendable {
    case uid, flags, internalDate, size, envelope, bodyStructure, modSeq
    case emailID, threadID
    case gmMessageID, gmThreadID, gmLabels
    /// `partial`: the bytes wanted, from the first.
    case bodyPeek(BodySection, partial: Range<Int>?)
}

/// What STORE does with its flags.
public enum FlagChange: Hashable, Sendable {
    case add, remove, replace
}

/// A criterion of SEARCH: none looks at text, since servers differ there.
public indirect enum SearchKey: Hashable, Sendable {
    case all
    case uid(UIDSelection)
    case has(Flag)
    case lacks(Flag)
    /// INTERNALDATE on this UTC day (given by any of its seconds since 1970) or later.
    case since(Int64)
    /// INTERNALDATE before this UTC day.
    case before(Int64)
    /// Needs CONDSTORE.
    case modSeq(ModSeq)
    /// Gmail's number of a message; needs X-GM-EXT-1.
    case gmMessageID(UInt64)
    case not(SearchKey)
}

// MARK: - For logs

extension IMAPCommand: CustomStringConvertible, CustomReflectable {
    /// The verb alone: `UID FETCH`.
    public var name: String {
        switch self {
        case .capability: "CAPABILITY"
        case .noop: "NOOP"
        case .logout: "LOGOUT"
        case .startTLS: "STARTTLS"
        case .login: "LOGIN"
        case .authenticate: "AUTHENTICATE"
        case .enable: "ENABLE"
        case .id: "ID"
        case .namespace: "NAMESPACE"
        case .list: "LIST"
        case .lsub: "LSUB"
        case .status: "STATUS"
        case .select: "SELECT"
        case .examine: "EXAMINE"
        case .unselect: "UNSELECT"
        case .create: "CREATE"
        case .subscribe: "SUBSCRIBE"
        case .deleteMailbox: "DELETE"
        case .quotaRoot: "GETQUOTAROOT"
        case .idle: "IDLE"
        case .notify: "NOTIFY"
        case .uidFetch, .uidResync: "UID FETCH"
        case .uidStore: "UID STORE"
        case .uidCopy: "UID COPY"
        case .uidMove: "UID MOVE"
        case .uidExpunge: "UID EXPUNGE"
        case .uidSearch: "UID SEARCH"
        case .append: "APPEND"
        }
    }

    /// The mailbox that it names.
    public var mailbox: WireMailboxName? {
        switch self {
        case .status(let mailbox, _), .select(let mailbox, _), .examine(let mailbox, _), .create(let mailbox),
            .subscribe(let mailbox), .deleteMailbox(let mailbox), .quotaRoot(let mailbox), .uidCopy(_, let mailbox),
            .uidMove(_, let mailbox), .append(let mailbox, _, _, _):
            mailbox
        case .capability, .noop, .logout, .startTLS, .login, .authenticate, .enable, .id, .namespace, .list, .lsub,
            .unselect, .idle, .notify, .uidFetch, .uidResync, .uidStore, .uidExpunge, .uidSearch:
            nil
        }
    }

    /// The verb and the mailbox; no user, password, or content.
    public var description: String { mailbox.map { "\(name) \($0)" } ?? name }

    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
