import FoundationEssentials
import HTTPRequest
import MailModel
import MessageDigest

/// Posts each notification as JSON to a fixed address.
///
/// `Idempotency-Key` carries the notification's key, so that a receiver can tell a repetition. With a secret that both
/// know, `X-Postmoon-Signature: sha256=…` carries the HMAC-SHA-256 of the body in hexadecimal.
public struct WebhookChannel: NotificationChannel {
    public let name: String
    public let mayRepeat = true
    private let delivery: HTTPDelivery
    private let signingKey: @Sendable () async throws -> Secret?

    /// - Parameters:
    ///   - url: read anew for each delivery, like `headers` and `signingKey`; all of them may be secrets.
    ///   - signingKey: `nil`: no signature.
    public init(
        name: String, url: @escaping @Sendable () async throws -> Secret,
        headers: @escaping @Sendable () async throws -> [(String, Secret)],
        signingKey: @escaping @Sendable () async throws -> Secret? = { nil }, http: any HTTPPerforming,
        timeoutSeconds: Int = 30
    ) {
        self.name = name
        self.signingKey = signingKey
        delivery = HTTPDelivery(channel: name, url: url, headers: headers, http: http, timeoutSeconds: timeoutSeconds)
    }

    public func deliver(_ notification: Notification) async throws(NotificationError) {
        let body: [UInt8]
        var fields = [
            ("Content-Type", "application/json"), ("User-Agent", "postmoon"),
            ("Idempotency-Key", HTTPDelivery.fieldValue(notification.key)),
        ]
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            body = Array(try encoder.encode(WebhookPayload(notification)))
            if let key = try await signingKey() {
                let code = MessageDigest.hmacSHA256(key: Array(key.reveal().utf8), message: body)
                fields.append(("X-Postmoon-Signature", "sha256=\(MessageDigest.hex(code))"))
            }
        } catch {
            throw delivery.failure(error)
        }
        try await delivery.post(body, fixed: fields)
    }
}
