import CTLSShim

/// What connections of a client have in common: whom they trust, and tickets to resume sessions with.
///
/// TLS 1.2 and up; the peer's chain and name are always checked. Make one for each `TLSTrust` and share it: reading the
/// store of certificates takes milliseconds.
public final class TLSClientContext: Sendable {
    // OpenSSL's context counts its references atomically and locks itself; it is not changed after it was made.
    nonisolated(unsafe) private let context: OpaquePointer
    private let tickets = TLSTicketCache()

    /// Throws `configuration` when the file cannot be read or holds no certificate.
    public init(trust: TLSTrust) throws(TLSError) {
        var file: String?
        if case .file(let path) = trust { file = path }
        context = try makeContext(of: file ?? "the system's certificates") { reason, capacity in
            ctls_context_client(file, reason, capacity)
        }
    }

    deinit { ctls_context_free(context) }

    /// `nil` when the name cannot be one.
    func makeConnection(to serverName: String) -> TLSConnection? {
        let ticket = tickets.take(for: serverName)
        var name = serverName
        let made = name.withUTF8 { utf8 in
            ctls_connection_client(context, utf8.baseAddress, utf8.count, ticket?.session)
        }
        return made.map { TLSConnection(owning: $0, serverName: serverName) }
    }

    func keep(_ ticket: TLSTicket, for serverName: String) { tickets.keep(ticket, for: serverName) }
}

/// Calls a maker of contexts with room for its reason.
func makeContext(
    of subject: String,
    _ make: (UnsafeMutablePointer<CChar>, Int) -> OpaquePointer?
) throws(TLSError) -> OpaquePointer {
    var reason = [CChar](repeating: 0, count: 256)
    let made = reason.withUnsafeMutableBufferPointer { room in
        room.baseAddress.flatMap { make($0, room.count) }
    }
    if let made { return made }
    let words = String(decoding: reason.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    throw TLSError(reason: .configuration, serverName: "", detail: "\(subject): \(words)")
}
