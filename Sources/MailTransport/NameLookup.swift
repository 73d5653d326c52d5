import MailModel
import NIOCore
import NIOPosix

/// An address that a name stands for.
public struct NetworkAddress: Sendable, Hashable, CustomStringConvertible {
    public enum Family: String, Sendable, Hashable, CaseIterable { case v4, v6 }

    public var family: Family
    /// Without a port: `17.42.251.10`, `2620:149:af0::10`.
    public var text: String

    public var description: String { text }
}

/// Asks the system's resolver for a host's addresses.
public enum NameLookup {
    /// The addresses in the resolver's order, each once.
    ///
    /// Ends after so many seconds whatever the resolver does; its thread is left to it.
    public static func addresses(
        of host: String, port: Int, seconds: Double
    ) async throws(TransportError) -> [NetworkAddress] {
        let endpoint = Endpoint(host: host, port: port, security: .none, trust: .system)
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        let promise = loop.makePromise(of: [NetworkAddress].self)
        // Whichever comes second is ignored.
        let clock = loop.scheduleTask(in: .nanoseconds(Int64(seconds * 1e9))) {
            promise.fail(
                TransportError(
                    code: .dnsFailure, scope: .connection, endpoint: endpoint,
                    text: "the name server did not answer within \(Int(seconds)) s"))
        }
        NIOThreadPool.singleton.submit { _ in promise.completeWith(Result { try resolve(host, endpoint) }) }
        do {
            let addresses = try await promise.futureResult.get()
            clock.cancel()
            return addresses
        } catch {
            clock.cancel()
            throw TransportError(error, endpoint: endpoint)
        }
    }

    private static func resolve(_ host: String, _ endpoint: Endpoint) throws -> [NetworkAddress] {
        var hints = addrinfo()
        #if canImport(Glibc)
            hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        #else
            hints.ai_socktype = SOCK_STREAM
        #endif
        var first: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, nil, &hints, &first)
        guard status == 0 else {
            let reason = gai_strerror(status).map { String(cString: $0) } ?? "\(status)"
            throw TransportError(
                code: .dnsFailure, scope: .connection, endpoint: endpoint,
                text: "the name cannot be resolved (\(reason)); check `host` and the network")
        }
        defer { freeaddrinfo(first) }
        var addresses: [NetworkAddress] = []
        var entry = first
        while let current = entry {
            if let address = address(current.pointee), !addresses.contains(address) { addresses.append(address) }
            entry = current.pointee.ai_next
        }
        return addresses
    }

    private static func address(_ entry: addrinfo) -> NetworkAddress? {
        let family: NetworkAddress.Family
        switch entry.ai_family {
        case AF_INET: family = .v4
        case AF_INET6: family = .v6
        default: return nil
        }
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        guard getnameinfo(entry.ai_addr, entry.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0
        else { return nil }
        let bytes = text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
        return NetworkAddress(family: family, text: String(decoding: bytes, as: UTF8.self))
    }
}

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif
