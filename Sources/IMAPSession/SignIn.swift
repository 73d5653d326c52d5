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
        let told = greeting.isPreauthenticated ? nil : try await logIn(request, offered: offered)
        return try await prepare(told: told, clientID: request.clientID)
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
        Self.capabilities(try await run(.capability).checked())
    }

    private static func capabilities(_ reply: CommandResult) -> Set<String> {
        Set((reply.capabilities ?? []).map { $0.uppercased() })
    }

    /// - Returns: the capabilities, where the server tells them with its consent (RFC 3501 §6.2.2).
    private func logIn(
        _ request: SignInRequest, offered: Set<String>
    ) async throws(SessionError) -> Set<String>? {
        let login = try LoginCommand(request, offered: offered)
        let reply = try await run([login.command])[0]
        if reply.status != .ok { throw login.refusal(reply) }
        guard case .capability(let names) = reply.code else { return nil }
        return Set(names.map { $0.uppercased() })
    }

    /// Asks for the capabilities again, before anything else: lists change at login, and iCloud's proxy expects it
    /// (providers §1.2). With it goes what else there is to ask, where the login told what is offered.
    private func prepare(
        told: Set<String>?, clientID: [(String, String)]
    ) async throws(SessionError) -> SignedIn {
        guard let told else { return try await prepare(try await askCapabilities(), [], clientID: clientID) }
        let replies = try await run([.capability] + Self.preparations(told, clientID))
        let offered = Self.capabilities(try replies[0].checked())
        return try await prepare(offered, Array(replies.dropFirst()), clientID: clientID)
    }

    /// - Parameter replies: to what was asked already.
    private func prepare(
        _ offered: Set<String>, _ replies: [CommandResult], clientID: [(String, String)]
    ) async throws(SessionError) -> SignedIn {
        let asked = Set(replies.map(\.command))
        let open = Self.preparations(offered, clientID).filter { !asked.contains($0.name) }
        let replies = open.isEmpty ? replies : replies + (try await run(open))
        return SignedIn(
            capabilities: offered,
            layout: MailboxLayout(
                namespace: replies.lazy.compactMap(\.namespace).first,
                separator: replies.lazy.compactMap(\.lists.first?.delimiter).first),
            enabled: Set(replies.flatMap(\.enabled).map { $0.uppercased() })
        )
    }

    private static func preparations(_ offered: Set<String>, _ clientID: [(String, String)]) -> [IMAPCommand] {
        var commands: [IMAPCommand] = []
        if offered.contains("ENABLE"), offered.contains("CONDSTORE") { commands.append(.enable(["CONDSTORE"])) }
        if offered.contains("NAMESPACE") { commands.append(.namespace) }
        if offered.contains("ID") {
            commands.append(.id(clientID.map { Identification.Field(name: $0.0, value: $0.1) }))
        }
        // The separator of the top level, where NAMESPACE does not say it (RFC 3501 §6.3.8).
        commands.append(.list(reference: "", pattern: "", returning: []))
        return commands
    }
}
