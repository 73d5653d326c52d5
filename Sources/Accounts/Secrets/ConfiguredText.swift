import MailModel

/// A text of the configuration that may be a secret, such as the address of a webhook: written there or kept elsewhere.
public enum ConfiguredText: Sendable, CustomStringConvertible {
    case literal(Secret)
    case source(SecretSource)

    public func read() async throws(SecretError) -> Secret {
        switch self {
        case .literal(let text): text
        case .source(let source): try await source.read()
        }
    }

    public var description: String {
        switch self {
        case .literal: "<secret>"
        case .source(let source): source.place
        }
    }
}
