import IMAPSyntax
import MailModel
import NIOCore

/// What signing in needs to know.
public struct SignInRequest: Sendable {
    public var user: String
    public var proof: LoginProof
    /// Whether TLS must be begun by STARTTLS first.
    public var startTLS: Bool
    /// Name and version given by ID (RFC 2971), where the server offers it.
    public var clientID: [(String, String)]

    public init(user: String, proof: LoginProof, startTLS: Bool, clientID: [(String, String)]) {
        self.user = user
        self.proof = proof
        self.startTLS = startTLS
        self.clientID = clientID
    }

    public init(user: String, password: Secret, startTLS: Bool, clientID: [(String, String)]) {
        self.init(user: user, proof: .password(password), startTLS: startTLS, clientID: clientID)
    }
}

/// What the server offers once signed in.
public struct SignedIn: Sendable {
    public var capabilities: Set<String>
    /// Separator of mailbox levels and prefix of the personal namespace (RFC 2342).
    public var layout: MailboxLayout
    /// Extensions that ENABLE switched on.
    public var enabled: Set<String>

    public func has(_ capability: String) -> Bool { capabilities.contains(capability) }
}

extension IMAPConnection {
    /// Greeting, STARTTLS when asked for, login (see `LoginCommand`), then capabilities again, namespace and CONDSTORE.
    public func signIn(_ request: SignInRequest) async throws(SessionError) -> SignedIn {
        let greeting = try await waitForGreeting()
        var offered = try await knownCapabilities()
        if request.startTLS { offered = try await protect(offered) }
        if !greeting.isPreauthenticated { try await logIn(request, offered: offered) }
        // Asked again and by itself: lists change at login, and iCloud's proxy expects it (providers §1.2).
        offered = try await askCapabilities()
        return try await prepare(offered, clientID: request.clientID)
    }

    /// Begins TLS; nothing but that goes out before.
    ///
    /// - Returns: what is offered under it.
    func protect(_ offered: Set<String>) async throws(SessionError) -> Set<String> {
        guard offered.contains("STARTTLS") else {
            throw SessionError(
                code: .startTLSMissing, scope: .account, command: "STARTTLS",
                text: "the server does not offer STARTTLS; nothing was sent. Try security = \"tls\" and port 993"
            )
        }
        let reply = try await run(.startTLS)
        guard reply.status == .ok else {
            throw SessionError(
                code: .startTLSStripped, scope: .account, command: "STARTTLS",
                text: "the server offers STARTTLS but refused it; nothing was sent"
            )
        }
        return try await askCapabilities()
    }

    func knownCapabilities() async throws(SessionError) -> Set<String> {
        if let known = try await capabilities() { return known }
        return try await askCapabilities()
    }

    private func askCapabilities() async throws(SessionError) -> Set<String> {
        let reply = try await run(.capability).checked()
        return Set((reply.capabilities ?? []).map { $0.uppercased() })
    }

    private func logIn(_ request: SignInRequest, offered: Set<String>) async throws(SessionError) {
        let login = try LoginCommand(request, offered: offered)
        let reply = try await run([login.command])[0]
        if reply.status != .ok { throw login.refusal(reply) }
    }

    private func prepare(
        _ offered: Set<String>, clientID: [(String, String)]
    ) async throws(SessionError) -> SignedIn {
        var commands: [IMAPCommand] = []
        if offered.contains("ENABLE"), offered.contains("CONDSTORE") { commands.append(.enable(["CONDSTORE"])) }
        if offered.contains("NAMESPACE") { commands.append(.namespace) }
        if offered.contains("ID") {
            commands.append(.id(clientID.map { Identification.Field(name: $0.0, value: $0.1) }))
        }
        // The separator of the top level, where NAMESPACE does not say it (RFC 3501 §6.3.8).
        commands.append(.list(reference: "", pattern: "", returning: []))
        let replies = try await run(commands)
        let namespace = replies.lazy.compactMap(\.namespace).first
        let separator = replies.last?.lists.first?.delimiter
        return SignedIn(
            capabilities: offered, layout: MailboxLayout(namespace: namespace, separator: separator),
            enabled: Set(replies.flatMap(\.enabled).map { $0.uppercased() })
        )
    }
}
