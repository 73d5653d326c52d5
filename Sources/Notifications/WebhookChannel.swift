import FoundationEssentials
import HTTPRequest
import MailModel

/// Posts each notification as JSON to a fixed address; any 2xx is success, no redirect is followed.
///
/// `Idempotency-Key` carries the notification's key, so that a receiver can tell a repetition.
public struct WebhookChannel: NotificationChannel {
    public let name: String
    private let url: @Sendable () async throws -> Secret
    private let headers: @Sendable () async throws -> [(String, Secret)]
    private let http: any HTTPPerforming
    private let timeoutSeconds: Int

    /// What is read of an answer; nothing of it is shown.
    private static let responseLimit = 64 * 1_024

    /// - Parameter url: read anew for each delivery, like `headers`; both may be secrets.
    public init(
        name: String, url: @escaping @Sendable () async throws -> Secret,
        headers: @escaping @Sendable () async throws -> [(String, Secret)], http: any HTTPPerforming,
        timeoutSeconds: Int = 30
    ) {
        self.name = name
        self.url = url
        self.headers = headers
        self.http = http
        self.timeoutSeconds = timeoutSeconds
    }

    public func deliver(_ notification: Notification) async throws(NotificationError) {
        let request = try await request(for: notification)
        let response: HTTPResponse
        do {
            response = try await http.perform(request)
        } catch {
            throw failure(error)
        }
        guard !response.isSuccess else { return }
        throw refusal(response)
    }

    private func request(for notification: Notification) async throws(NotificationError) -> HTTPRequest {
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            let body = try encoder.encode(WebhookPayload(notification))
            let fixed = [
                ("Content-Type", "application/json"), ("User-Agent", "postmoon"),
                ("Idempotency-Key", Self.fieldValue(notification.key)),
            ]
            let own = try await headers().map { ($0.0, $0.1.reveal()) }
            // What the configuration says replaces what is said here.
            let names = Set(own.map { $0.0.lowercased() })
            return try HTTPRequest(
                .post, HTTPURL(try await url().reveal()),
                headers: fixed.filter { !names.contains($0.0.lowercased()) } + own, body: Array(body),
                timeoutSeconds: timeoutSeconds, maxResponseBytes: Self.responseLimit)
        } catch {
            throw failure(error)
        }
    }

    private func failure(_ error: any Error) -> NotificationError {
        switch error {
        case let error as HTTPError:
            NotificationError(
                code: error.code, isTransient: error.code != .configuration, channel: name, detail: error.description)
        case let fault as any Fault:
            NotificationError(
                code: fault.code, isTransient: fault.code != .configuration, channel: name, detail: fault.description)
        default:
            // Its own words are not known to be free of secrets.
            NotificationError(isTransient: true, channel: name, detail: "its request could not be made or sent")
        }
    }

    private func refusal(_ response: HTTPResponse) -> NotificationError {
        let passes = [408, 425, 429].contains(response.status) || response.status >= 500
        let wait = response.header("Retry-After").flatMap { Int64($0) }.map { min(max($0, 0), 86_400) }
        let advice =
            switch response.status {
            case 300...399: "; it was moved, and redirects are not followed: put the new address into the configuration"
            case 401, 403: "; look at its token or header in the configuration"
            case 404, 410: "; look at its address in the configuration"
            default: ""
            }
        return NotificationError(
            isTransient: passes, retryAfter: passes ? wait : nil, channel: name,
            detail: "it answered with status \(response.status)\(advice)")
    }

    /// A field value can carry visible ASCII only.
    private static func fieldValue(_ text: String) -> String {
        String(
            text.map {
                $0.isASCII && !$0.isWhitespace && $0.asciiValue.map { $0 > 0x20 && $0 < 0x7F } == true ? $0 : "-"
            })
    }
}
