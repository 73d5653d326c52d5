import HTTPRequest
import MailModel

/// Posts to a channel's web address and says what came of it; any 2xx is success, no redirect is followed.
struct HTTPDelivery: Sendable {
    let channel: String
    /// Read anew for each delivery, like `headers`; both may be secrets.
    let url: @Sendable () async throws -> Secret
    let headers: @Sendable () async throws -> [(String, Secret)]
    let http: any HTTPPerforming
    let timeoutSeconds: Int

    /// What is read of an answer; nothing of it is shown.
    private static let responseLimit = 64 * 1_024

    /// - Parameters:
    ///   - address: the configured one, as it is or made into another.
    ///   - fixed: fields that the configuration's own replace.
    func post(
        _ body: [UInt8], fixed: [(String, String)], to address: (String) throws -> String = { $0 }
    ) async throws(NotificationError) {
        let response: HTTPResponse
        do {
            let own = try await headers().map { ($0.0, $0.1.reveal()) }
            let names = Set(own.map { $0.0.lowercased() })
            let request = try HTTPRequest(
                .post, HTTPURL(address(try await url().reveal())),
                headers: fixed.filter { !names.contains($0.0.lowercased()) } + own, body: body,
                timeoutSeconds: timeoutSeconds, maxResponseBytes: Self.responseLimit)
            response = try await http.perform(request)
        } catch {
            throw failure(error)
        }
        guard !response.isSuccess else { return }
        throw refusal(response)
    }

    func failure(_ error: any Error) -> NotificationError {
        switch error {
        case let error as NotificationError: error
        case let error as HTTPError:
            NotificationError(
                code: error.code, isTransient: error.code != .configuration, channel: channel,
                detail: error.description)
        case let fault as any Fault:
            NotificationError(
                code: fault.code, isTransient: fault.code != .configuration, channel: channel,
                detail: fault.description)
        default:
            // Its own words are not known to be free of secrets.
            NotificationError(isTransient: true, channel: channel, detail: "its request could not be made or sent")
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
            isTransient: passes, retryAfter: passes ? wait : nil, channel: channel,
            detail: "it answered with status \(response.status)\(advice)")
    }

    /// A field value can carry visible ASCII only.
    static func fieldValue(_ text: String) -> String {
        String(
            text.map {
                $0.isASCII && !$0.isWhitespace && $0.asciiValue.map { $0 > 0x20 && $0 < 0x7F } == true ? $0 : "-"
            })
    }
}
