/// The server's reading of a message's header (RFC 3501 §7.4.2): undecoded, and only as good as the server.
public struct Envelope: Hashable, Sendable, CustomStringConvertible {
    /// An address, or with `host == nil` the begin (`mailbox` is its name) or end (`mailbox == nil`) of a group.
    public struct Address: Hashable, Sendable {
        public var name: String?
        public var route: String?
        public var mailbox: String?
        public var host: String?

        public init(name: String?, route: String?, mailbox: String?, host: String?) {
            self.name = name
            self.route = route
            self.mailbox = mailbox
            self.host = host
        }
    }

    public var date: String?
    public var subject: String?
    public var from: [Address] = []
    public var sender: [Address] = []
    public var replyTo: [Address] = []
    public var to: [Address] = []
    public var cc: [Address] = []
    public var bcc: [Address] = []
    public var inReplyTo: String?
    public var messageID: String?

    public init() {}

    /// Redacted.
    public var description: String { "<envelope>" }
}
