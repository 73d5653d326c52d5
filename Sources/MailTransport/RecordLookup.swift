import CResolverShim
import MailModel
import NIOCore
import NIOPosix

/// Asks the system's resolver for what stands beside addresses in the DNS: who serves a domain's mail.
///
/// Names are taken as they are: no search list turns `example.org` into `example.org.office.example`.
public struct RecordLookup: Sendable {
    /// A name server to ask in place of the system's.
    public struct NameServer: Sendable, Hashable {
        /// IPv4.
        public var address: String
        public var port: Int

        public init(address: String, port: Int) {
            self.address = address
            self.port = port
        }
    }

    private let server: NameServer?
    private let seconds: Double

    private static let answerLimit = 65_535

    /// - Parameter seconds: no question takes longer, whatever the resolver does.
    public init(server: NameServer? = nil, seconds: Double = 10) {
        self.server = server
        self.seconds = seconds
    }

    /// The SRV records of `_imaps._tcp.example.org` and the like; empty when there are none.
    public func services(_ name: String) async throws(TransportError) -> [ServiceRecord] {
        try await ask(name, .service)?.services ?? []
    }

    /// The hosts that take a domain's mail, the preferred one first.
    public func mailExchangers(of domain: String) async throws(TransportError) -> [String] {
        try await ask(domain, .mailExchanger)?.mailExchangers ?? []
    }

    /// Whether there is a host of this name.
    public func hasAddress(_ host: String) async throws(TransportError) -> Bool {
        if try await ask(host, .address)?.hasAddress == true { return true }
        return try await ask(host, .address6)?.hasAddress == true
    }

    /// - Returns: `nil` when there is no such name, or nothing of this type.
    private func ask(_ name: String, _ type: DNSAnswer.RecordType) async throws(TransportError) -> DNSAnswer? {
        let endpoint = Endpoint(host: name, port: 0, security: .none, trust: .system)
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        let promise = loop.makePromise(of: DNSAnswer?.self)
        // Whichever comes second is ignored.
        let clock = loop.scheduleTask(in: .nanoseconds(Int64(seconds * 1e9))) { [seconds] in
            promise.fail(Self.failure(endpoint, "the name server did not answer within \(Int(seconds)) s"))
        }
        NIOThreadPool.singleton.submit { [server] _ in
            promise.completeWith(Result { try Self.ask(name, type, server, endpoint) })
        }
        do {
            let answer = try await promise.futureResult.get()
            clock.cancel()
            return answer
        } catch {
            clock.cancel()
            throw TransportError(error, endpoint: endpoint)
        }
    }

    private static func ask(
        _ name: String, _ type: DNSAnswer.RecordType, _ server: NameServer?, _ endpoint: Endpoint
    ) throws -> DNSAnswer? {
        var answer = [UInt8](repeating: 0, count: answerLimit)
        var length: Int32 = 0
        let port = UInt16(clamping: server?.port ?? 53)
        let status = answer.withUnsafeMutableBufferPointer { buffer in
            resolver_ask(
                name, type.rawValue, server?.address, port, buffer.baseAddress, Int32(buffer.count), &length)
        }
        switch status {
        case .nothing: return nil
        case .failed: throw failure(endpoint, "the name server could not be asked, or did not know what to answer")
        case .found:
            guard let answer = DNSAnswer(Array(answer.prefix(Int(length)))) else {
                throw failure(endpoint, "what the name server answered cannot be read")
            }
            return answer
        }
    }

    private static func failure(_ endpoint: Endpoint, _ text: String) -> TransportError {
        TransportError(code: .dnsFailure, scope: .connection, endpoint: endpoint, text: text)
    }
}
