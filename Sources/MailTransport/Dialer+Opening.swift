import IMAPSession
import MailModel
import NIOCore

extension Dialer {
    /// A connection to an IMAP server as far as it goes without signing in. The caller closes it.
    public func openIMAP(
        _ endpoint: Endpoint, deadlines: SessionDeadlines, witness: TLSWitness
    ) async throws -> (connection: IMAPConnection, opening: ServerOpening) {
        let upgrade = endpoint.security == .startTLS ? try startTLS(endpoint, witness: witness) : nil
        let connection = try await connect(to: endpoint, witness: witness) { channel in
            try IMAPConnection.attach(to: channel, deadlines: deadlines, startTLS: upgrade)
        }.attached
        do {
            return (connection, try await connection.open(startTLS: endpoint.security == .startTLS))
        } catch {
            connection.close()
            throw error
        }
    }
}
