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
            guard levels.allSatisfy({ !$0.contains(separator) }) else { return nil }
        }
        if levels[0] == "INBOX", prefix.uppercased().hasPrefix("INBOX") { levels.removeFirst() }
        guard let separator else { return levels.count == 1 ? WireMailboxName(decoded: prefix + levels[0]) : nil }
        return WireMailboxName(decoded: prefix + levels.joined(separator: String(separator)))
    }

    /// The name as people write it; `nil` when it cannot be written so (a `/` within a level, an empty level).
    public func name(_ wire: WireMailboxName) -> MailboxName? {
        var text = wire.decoded
        if text.uppercased() == "INBOX" { return .inbox }
        if !prefix.isEmpty, text.hasPrefix(prefix) { text.removeFirst(prefix.count) }
        guard let separator, separator != "/" else { return MailboxName(text) }
        guard !text.contains("/") else { return nil }
        return MailboxName(text.split(separator: separator, omittingEmptySubsequences: false).joined(separator: "/"))
    }
}
