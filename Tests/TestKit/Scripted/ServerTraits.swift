/// What a scripted server offers, and how it differs from a good one.
public struct ServerTraits: Sendable, CustomStringConvertible {
    public enum CopyUIDs: Sendable, CaseIterable {
        case told
        /// As servers without UIDPLUS: none.
        case missing
        /// The numbers of sources and targets differ.
        case malformed
    }

    public var capabilities: Set<String>
    public var copyUIDs = CopyUIDs.told
    /// COPY and MOVE give the copy a new INTERNALDATE, against RFC 3501 §6.4.7.
    public var copyChangesDate = false
    /// What stands before personal mailboxes, such as `INBOX.`.
    public var prefix = ""
    public var delimiter = "/"
    /// STATUS and SELECT leave UIDNEXT out.
    public var hidesUIDNext = false
    /// Answers go out byte by byte.
    public var dribbles = false
    /// Keywords that are forgotten at once, though PERMANENTFLAGS has `\*`.
    public var forgetsKeywords = false

    /// MOVE, UIDPLUS, IDLE and the like.
    public static let modern = ServerTraits(["MOVE", "UIDPLUS", "IDLE", "NAMESPACE", "LITERAL+", "SASL-IR", "ENABLE"])
    /// As iCloud: COPY, STORE, UID EXPUNGE.
    public static let withoutMove = ServerTraits(["UIDPLUS", "IDLE", "NAMESPACE", "SASL-IR"])
    /// The same, and it tells the states of messages.
    public static let withoutMoveWithStates = ServerTraits(["UIDPLUS", "IDLE", "NAMESPACE", "SASL-IR", "CONDSTORE"])
    /// As Gmail: mailboxes are labels of one message, which has a number of its own.
    public static let labels = ServerTraits(["MOVE", "UIDPLUS", "IDLE", "NAMESPACE", "SASL-IR", "X-GM-EXT-1"])
    /// RFC 3501 and IDLE.
    public static let minimal = ServerTraits(["IDLE"], copyUIDs: .missing)

    public init(_ extensions: Set<String>, copyUIDs: CopyUIDs = .told) {
        capabilities = extensions.union(["IMAP4rev1", "AUTH=PLAIN"])
        self.copyUIDs = copyUIDs
    }

    public var description: String {
        let extensions = ["MOVE", "UIDPLUS"].filter(has)
        return "IMAP with " + (extensions.isEmpty ? "nothing" : extensions.joined(separator: ", "))
            + ", COPYUID \(copyUIDs)"
    }

    public func has(_ capability: String) -> Bool { capabilities.contains(capability) }
}

/// What goes wrong at one command.
public enum Mishap: Hashable, Sendable {
    /// The connection is cut before the command took effect.
    case cutBefore
    /// The command took effect, and the connection was cut before its answer went out.
    case cutAfter
    /// NO, with this response code.
    case refused(code: String?)
    /// OK, though nothing was done.
    case ignored
}
