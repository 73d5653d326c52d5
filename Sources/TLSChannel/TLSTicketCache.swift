import CTLSShim
import Synchronization

/// A session that a later connection may resume. Released with its last owner.
final class TLSTicket: Sendable {
    // OpenSSL counts a session's references atomically, and a session that was handed out is not changed any more.
    nonisolated(unsafe) let session: OpaquePointer

    /// Takes the reference over.
    init(owning session: OpaquePointer) { self.session = session }

    deinit { ctls_session_free(session) }

    var isFresh: Bool { ctls_session_is_fresh(session) }
    var isSingleUse: Bool { ctls_session_is_single_use(session) }
}

/// Tickets by server name: a few for each of the names used last.
final class TLSTicketCache: Sendable {
    private struct Entry {
        var name: String
        var tickets: [TLSTicket]
    }

    private static let nameLimit = 64
    private static let ticketLimit = 4

    /// The name used last stands last.
    private let entries = Mutex<[Entry]>([])

    /// The newest fresh ticket. One of TLS 1.3 leaves the cache: a second use would let an onlooker link the two.
    func take(for name: String) -> TLSTicket? {
        entries.withLock { entries in
            guard let index = entries.firstIndex(where: { $0.name == name }) else { return nil }
            var entry = entries.remove(at: index)
            entry.tickets.removeAll { !$0.isFresh }
            guard let newest = entry.tickets.last else { return nil }
            if newest.isSingleUse { entry.tickets.removeLast() }
            if !entry.tickets.isEmpty { entries.append(entry) }
            return newest
        }
    }

    func keep(_ ticket: TLSTicket, for name: String) {
        entries.withLock { entries in
            var entry = Entry(name: name, tickets: [])
            if let index = entries.firstIndex(where: { $0.name == name }) { entry = entries.remove(at: index) }
            entry.tickets.append(ticket)
            if entry.tickets.count > Self.ticketLimit { entry.tickets.removeFirst() }
            entries.append(entry)
            if entries.count > Self.nameLimit { entries.removeFirst() }
        }
    }

    var nameCount: Int { entries.withLock { $0.count } }
    func ticketCount(for name: String) -> Int {
        entries.withLock { entries in entries.first { $0.name == name }?.tickets.count ?? 0 }
    }
}
