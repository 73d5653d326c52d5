import Foundation
import IMAPSyntax
import MailModel
import NIOCore

/// What signing in needs to know.
public struct SignInRequest: Sendable {
    public var user: String
    public var password: Secret
    /// Whether TLS must be begun by STARTTLS first.
    public var startTLS: Bool
    /// Name and version given by ID (RFC 2971), where the server offers it.
    public var clientID: [(String, String)]

    public init(user: String, password: Secret, startTLS: Bool, clientID: [(String, String)]) {
        self.user = user
        self.password = password
        self.startTLS = startTLS
        self.clientID = clientID
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
    /// Greeting, STARTTLS when asked for, login by the strongest of SASL-IR PLAIN, AUTHENTICATE PLAIN and LOGIN that is
    /// offered, then capabilities again, namespace and CONDSTORE.
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
        let plain = Self.plainResponse(user: request.user, password: request.password)
        let command: SubmittedCommand
        if offered.contains("AUTH=PLAIN"), offered.contains("SASL-IR") {
            command = SubmittedCommand(.authenticate(mechanism: "PLAIN", initialResponse: plain))
        } else if offered.contains("AUTH=PLAIN") {
            command = SubmittedCommand(
                .authenticate(mechanism: "PLAIN", initialResponse: nil),
                continuations: [CommandEncoder.authenticationResponse(plain)]
            )
        } else if offered.contains("LOGINDISABLED") {
            throw SessionError(
                code: .loginDisabled, scope: .account, command: "LOGIN",
                text:
                    "the server accepts no password on this connection (LOGINDISABLED); use security = \"tls\" or \"starttls\""
            )
        } else {
            command = SubmittedCommand(.login(user: request.user, password: request.password))
        }
        let reply = try await run([command])[0]
        guard reply.status != .ok else { return }
        var error = reply.error
        // Some servers repeat the line that they did not understand.
        error.text = Self.masked(error.text, request.password, plain)
        error.scope = .account
        if error.code == FaultCode(rawValue: "refused") || error.code == .protocolError { error.code = .authFailed }
        throw error
    }

    private static func masked(_ text: String, _ secrets: Secret...) -> String {
        var masked = text
        for secret in secrets.map({ $0.reveal() }) where !secret.isEmpty {
            for form in [secret, Data(secret.utf8).base64EncodedString()] {
                masked = masked.replacing(form, with: "…")
            }
        }
        return masked
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

    /// `NUL user NUL password` (RFC 4616); the encoder makes base64 of it.
    static func plainResponse(user: String, password: Secret) -> Secret {
        Secret("\0\(user)\0\(password.reveal())")
    }
}
