import IMAPSyntax
import MailModel

/// How an account's server writes mailbox names: separator and prefix of the personal namespace (RFC 2342).
public struct MailboxLayout: Hashable, Sendable {
    /// `nil`: the server has no levels.
    public var separator: Character?
    /// What stands before personal mailboxes but INBOX, such as `INBOX.`; often empty.
    public var prefix: String

    public init(separator: Character?, prefix: String) {
        self.separator = separator
        self.prefix = prefix
    }

    init(namespace: NamespaceResponse?, separator: Character?) {
        let personal = namespace?.personal.first
        self.separator = personal?.delimiter ?? separator
        prefix = personal?.prefix.decoded ?? ""
    }

    /// The name on the wire; `nil` when a level holds the server's separator, which would make other levels of it.
    public func wireName(_ name: MailboxName) -> WireMailboxName? {
        if name.isInbox { return WireMailboxName(decoded: "INBOX") }
        var levels = name.levels.map(String.init)
        if let separator, separator != "/" {
            // By scalars: a separator with a combining mark behind it is one character here and two on the wire.
            guard levels.allSatisfy({ !$0.unicodeScalars.contains(where: separator.unicodeScalars.contains) }) else {
                return nil
            }
        }
        if levels[0] == "INBOX", levels.count > 1, prefixIsInbox { levels.removeFirst() }
        guard let separator else { return levels.count == 1 ? WireMailboxName(decoded: prefix + levels[0]) : nil }
        return WireMailboxName(decoded: prefix + levels.joined(separator: String(separator)))
    }

    /// The name as people write it; `nil` when it cannot be written so (a `/` within a level, an empty level, a mailbox
    /// outside the personal namespace).
    public func name(_ wire: WireMailboxName) -> MailboxName? {
        if wire.isInbox { return .inbox }
        var text = wire.decoded
        if !prefix.isEmpty {
            guard text.hasPrefix(prefix) else { return nil }
            text.removeFirst(prefix.count)
        }
        if separator == nil || separator != "/" {
            guard !text.unicodeScalars.contains("/") else { return nil }
        }
        if let separator, let scalar = separator.unicodeScalars.first, separator != "/" {
            text = String(String.UnicodeScalarView(text.unicodeScalars.map { $0 == scalar ? "/" : $0 }))
        }
        guard let name = MailboxName(text) else { return nil }
        // `INBOX.INBOX` is not INBOX.
        return name.isInbox ? nil : name
    }

    private var prefixIsInbox: Bool { prefix.utf8.count >= 5 && prefix.prefix(5).lowercased() == "inbox" }
}
