import FoundationEssentials
import HTTPRequest
import MailModel

/// The address where a provider gives out tokens (RFC 6749 §3.2), and the one where a device begins (RFC 8628 §3.1).
struct TokenEndpoint: Sendable {
    let url: String
    let http: any HTTPPerforming

    private static let responseLimit = 64 * 1_024

    /// One field of a request.
    struct Field: Sendable {
        var name: String
        var value: String
        /// Whether it must be seen nowhere, even if the server repeats it.
        var isSecret = false

        init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }

        init(_ name: String, secret: Secret) {
            self.name = name
            value = secret.reveal()
            isSecret = true
        }
    }

    /// Posts a form and reads the answer; a refusal is an answer.
    ///
    /// Throws what kept an answer from coming: it may pass.
    func ask<Granted: Decodable>(
        _ fields: [Field], as type: Granted.Type
    ) async throws(OAuth2Error) -> TokenAnswer<Granted> {
        let response: HTTPResponse
        do {
            let request = try HTTPRequest(
                .post, HTTPURL(url),
                headers: [
                    ("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json"),
                    ("User-Agent", "postmoon"),
                ],
                body: Array(FormEncoding.encode(fields.map { (name: $0.name, value: $0.value) }).utf8),
                timeoutSeconds: 30,
                maxResponseBytes: Self.responseLimit)
            response = try await http.perform(request)
        } catch {
            throw failure(error)
        }
        let body = Data(response.body)
        if response.isSuccess, let granted = try? JSONDecoder().decode(type, from: body) { return .granted(granted) }
        let secrets = fields.filter(\.isSecret).map(\.value)
        return .refused(TokenRefusal(status: response.status, body: body, without: secrets))
    }

    private func failure(_ error: any Error) -> OAuth2Error {
        guard let fault = error as? any Fault else {
            return OAuth2Error(
                code: .connectionLost, scope: .connection, isTransient: true,
                "the provider could not be asked for an access token; it is tried again later")
        }
        let isOurs = fault.code == .configuration
        return OAuth2Error(
            code: fault.code, scope: isOurs ? .account : .connection, isTransient: !isOurs,
            "the provider could not be asked for an access token: \(fault)")
    }
}

/// What an endpoint answers.
enum TokenAnswer<Granted> {
    case granted(Granted)
    case refused(TokenRefusal)
}

extension TokenAnswer: Sendable where Granted: Sendable {}

/// An error answer (RFC 6749 §5.2), or something that is none.
struct TokenRefusal: Hashable, Sendable, CustomStringConvertible {
    var status: Int
    /// `invalid_grant` and the like; empty when the answer has none.
    var error: String
    /// The provider's own words, one line; empty when it has none.
    var detail: String

    private struct Content: Decodable {
        var error: String?
        var description: String?

        private enum CodingKeys: String, CodingKey {
            case error
            case description = "error_description"
        }
    }

    init(status: Int, body: Data, without secrets: [String]) {
        self.status = status
        let content = try? JSONDecoder().decode(Content.self, from: body)
        error = String(
            (content?.error ?? "").filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") }
                .prefix(60))
        var text = content?.description ?? ""
        for secret in secrets where !secret.isEmpty { text = text.replacing(secret, with: "…") }
        let line = text.prefix { !$0.isNewline }.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }
        detail = String(String.UnicodeScalarView(line.prefix(200)))
    }

    var description: String {
        let name = error.isEmpty ? "status \(status)" : error
        return detail.isEmpty ? name : "\(name): \(detail)"
    }
}
