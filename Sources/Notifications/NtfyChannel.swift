import FoundationEssentials
import HTTPRequest
import MailModel

/// Publishes to a topic of an ntfy server (docs.ntfy.sh/publish, "Publish as JSON"): text of any language gets through
/// there, which it does not in header fields.
public struct NtfyChannel: NotificationChannel {
    public let name: String
    public let mayRepeat = true
    private let delivery: HTTPDelivery

    /// A longer message becomes an attachment, or is refused; quotes and line ends count twice in JSON.
    static let messageLimit = 3_600
    static let titleLimit = 240

    private struct Payload: Encodable {
        var topic: String
        var title: String?
        var message: String
    }

    /// - Parameter url: the topic's address; read anew for each delivery, like `headers`.
    public init(
        name: String, url: @escaping @Sendable () async throws -> Secret,
        headers: @escaping @Sendable () async throws -> [(String, Secret)], http: any HTTPPerforming,
        timeoutSeconds: Int = 30
    ) {
        self.name = name
        delivery = HTTPDelivery(channel: name, url: url, headers: headers, http: http, timeoutSeconds: timeoutSeconds)
    }

    public func deliver(_ notification: Notification) async throws(NotificationError) {
        let body: [UInt8]
        let server: String
        do {
            let address = try await delivery.url().reveal()
            guard let (root, topic) = Self.split(address) else {
                throw NotificationError(
                    code: .configuration, isTransient: false, channel: name,
                    detail: "its `url` does not end in a topic, as https://ntfy.sh/your-topic does")
            }
            server = root
            let title = NoticeText.shortened(NoticeText.line(notification.title), to: Self.titleLimit)
            let text = NoticeText.shortened(NoticeText.plain(notification.body), to: Self.messageLimit)
            body = Array(
                try JSONEncoder().encode(
                    // ntfy writes “triggered” in place of an empty message.
                    Payload(topic: topic, title: title.isEmpty ? nil : title, message: text.isEmpty ? "-" : text)))
        } catch {
            throw delivery.failure(error)
        }
        try await delivery.post(
            body,
            fixed: [
                ("Content-Type", "application/json"), ("User-Agent", "postmoon"),
                ("Idempotency-Key", HTTPDelivery.fieldValue(notification.key)),
            ]
        ) { _ in server }
    }

    /// The server's root, where JSON goes, and the topic; a query stays with the root.
    static func split(_ address: String) -> (root: String, topic: String)? {
        let path = address.prefix { $0 != "?" && $0 != "#" }
        let query = address[path.endIndex...].prefix { $0 != "#" }
        guard let slash = path.lastIndex(of: "/"), path[..<slash].contains("://") else { return nil }
        let host = path.firstRange(of: "://").map { $0.upperBound } ?? path.startIndex
        let topic = path[path.index(after: slash)...]
        guard slash >= host, !topic.isEmpty,
            topic.utf8.allSatisfy({ byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            })
        else { return nil }
        return ("\(path[...slash])\(query)", String(topic))
    }
}
