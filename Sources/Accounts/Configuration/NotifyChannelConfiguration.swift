import MailModel

/// `[notify.NAME]`: a way to tell the person something.
public struct NotifyChannelConfiguration: Sendable {
    public enum Kind: Sendable {
        /// A JSON POST, signed with the secret if there is one.
        case webhook(url: ConfiguredText, headers: [Header], secret: ConfiguredText?)
        /// A topic of an ntfy server: the URL ends in the topic's name.
        case ntfy(url: ConfiguredText, headers: [Header])
        /// The desktop's own notifications.
        case desktop
        case command([String])
        /// A message to somebody through one of the accounts.
        case mail(account: AccountName, to: EnvelopeAddress)
    }

    public struct Header: Sendable {
        public var name: String
        public var value: ConfiguredText
    }

    public var name: String
    public var kind: Kind
    /// Most deliveries in an hour; what goes beyond is told in one.
    public var ceilingHour: Int
    public var position: SourcePosition
}

/// `[programs.NAME]`: a program that rules may run, by this name only.
public struct ProgramConfiguration: Sendable, Hashable {
    public var name: String
    public var command: [String]
    /// Whether it may be run again when nobody knows whether it ended.
    public var `repeat`: Bool
    public var position: SourcePosition
}
