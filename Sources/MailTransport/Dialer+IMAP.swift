import IMAPSession
import MailModel
import NIOCore
import TLSChannel

extension Dialer {
    /// A connection to an IMAP server, signed in.
    ///
    /// With `security = starttls` no credential leaves before TLS stands; what the server says before is forgotten.
    public func signIn(
        to endpoint: Endpoint, user: String, proof: LoginProof, clientID: [(String, String)],
        deadlines: SessionDeadlines = .standard
    ) async throws -> (connection: IMAPConnection, server: SignedIn) {
        let upgrade = endpoint.security == .startTLS ? try startTLS(endpoint) : nil
        let connection = try await connect(to: endpoint) { channel in
            try IMAPConnection.attach(to: channel, deadlines: deadlines, startTLS: upgrade)
        }.attached
        do {
            let server = try await connection.signIn(
                SignInRequest(
                    user: user, proof: proof, startTLS: endpoint.security == .startTLS, clientID: clientID
                )
            )
            return (connection, server)
        } catch {
            connection.close()
            let silent = error.code == .connectionTimeout && endpoint.security != .tls
            guard silent, await answersTLS(endpoint) else { throw error }
            throw TransportError(
                code: .plainOnTLSPort, scope: .account, endpoint: endpoint,
                text: "this port speaks TLS from the first byte; use security = \"tls\" for it"
            )
        }
    }

    /// Whether TLS from the first byte gets an answer there, trusted or not. Sends no credential.
    func answersTLS(_ endpoint: Endpoint) async -> Bool {
        var probe = endpoint
        probe.security = .tls
        do {
            let channel = try await connect(to: probe) { _ in () }.channel
            channel.close(promise: nil)
            return true
        } catch {
            return [.certificateUntrusted, .certificateExpired, .certificateNameMismatch, .tlsVersion, .tlsIntercepted]
                .contains(error.code)
        }
    }
}
