import MailModel

/// What a server says before anybody signs in.
public struct ServerOpening: Sendable {
    /// Empty where it came before STARTTLS: it may be anybody's.
    public var greeting: String
    /// As offered where the login would go: under TLS when that is asked for.
    public var capabilities: Set<String>
    public var isPreauthenticated: Bool

    public func has(_ capability: String) -> Bool { capabilities.contains(capability) }
}

extension IMAPConnection {
    /// Greeting, STARTTLS when asked for, and the capabilities; no credential.
    public func open(startTLS: Bool) async throws(SessionError) -> ServerOpening {
        let greeting = try await waitForGreeting()
        var offered = try await knownCapabilities()
        if startTLS { offered = try await protect(offered) }
        return ServerOpening(
            greeting: greeting.text, capabilities: offered, isPreauthenticated: greeting.isPreauthenticated)
    }
}
