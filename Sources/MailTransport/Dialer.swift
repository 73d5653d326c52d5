import MailModel
import NIOCore
import Synchronization
import TLSChannel

/// Makes connections: a channel, and TLS on top where it begins at once. Shared by everything that talks to a network.
public final class Dialer: Sendable {
    let channels: any ChannelOpening
    let deadlines: DialDeadlines
    private let contexts = Mutex<[TLSTrust: TLSClientContext]>([:])

    /// Over TCP.
    public convenience init(threads: Int, deadlines: DialDeadlines = DialDeadlines()) {
        self.init(over: SocketOpener(threads: threads, timeout: deadlines.connect), deadlines: deadlines)
    }

    public init(over channels: any ChannelOpening, deadlines: DialDeadlines = DialDeadlines()) {
        self.channels = channels
        self.deadlines = deadlines
    }

    public func shutDown() async { await channels.shutDown() }

    /// One context, and so one store of roots and session tickets, for each set of trusted roots.
    func context(for trust: TLSTrust) throws(TLSError) -> TLSClientContext {
        if let known = contexts.withLock({ $0[trust] }) { return known }
        let made = try TLSClientContext(trust: trust)
        contexts.withLock { $0[trust] = made }
        return made
    }

    /// Connects and, with `security = tls`, waits for the handshake.
    ///
    /// - Parameters:
    ///   - witness: is told what the handshake came to.
    ///   - attach: puts the protocol on the channel; called on its event loop before any byte can come.
    func connect<Attached: Sendable>(
        to endpoint: Endpoint, witness: TLSWitness? = nil,
        attach: @escaping @Sendable (any Channel) throws -> Attached
    ) async throws(TransportError) -> (channel: any Channel, attached: Attached) {
        do {
            let context = endpoint.security == .none ? nil : try context(for: endpoint.trust)
            let connected = try await channels.open(host: endpoint.host, port: endpoint.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    var handshake: EventLoopFuture<TLSSession>?
                    if endpoint.security == .tls, let context {
                        let handler = TLSHandler(client: context, serverName: endpoint.host)
                        try channel.pipeline.syncOperations.addHandler(handler)
                        handshake = Self.watch(handler, witness)
                    }
                    return (channel: channel, handshake: handshake, attached: try attach(channel))
                }
            }
            if let handshake = connected.handshake {
                do {
                    try await within(deadlines.handshake, of: connected.channel, handshake)
                } catch {
                    connected.channel.close(promise: nil)
                    throw error
                }
            }
            return (connected.channel, connected.attached)
        } catch {
            throw TransportError(error, endpoint: endpoint)
        }
    }

    /// A closure that begins TLS on a channel that spoke plainly so far.
    ///
    /// - Parameter witness: is told what the handshake came to.
    func startTLS(
        _ endpoint: Endpoint, witness: TLSWitness? = nil
    ) throws(TransportError) -> @Sendable (any Channel) -> EventLoopFuture<Void> {
        let context: TLSClientContext
        do {
            context = try self.context(for: endpoint.trust)
        } catch {
            throw TransportError(error, endpoint: endpoint)
        }
        let seconds = deadlines.handshake
        return { channel in
            do {
                let handler = TLSHandler(client: context, serverName: endpoint.host)
                try channel.pipeline.syncOperations.addHandler(handler, position: .first)
                let clock = channel.eventLoop.scheduleTask(in: .nanoseconds(Int64(seconds * 1e9))) {
                    channel.close(promise: nil)
                }
                return Self.watch(handler, witness).map { _ in clock.cancel() }
            } catch {
                return channel.eventLoop.makeFailedFuture(error)
            }
        }
    }

    /// The handshake, its outcome told to the witness. On the channel's event loop.
    private static func watch(_ handler: TLSHandler, _ witness: TLSWitness?) -> EventLoopFuture<TLSSession> {
        guard let witness else { return handler.handshake }
        return handler.handshake.assumeIsolated().map { session in
            witness.saw(TLSFacts(session, handler.peerCertificate))
            return session
        }.nonisolated()
    }

    private func within(_ seconds: Double, of channel: any Channel, _ future: EventLoopFuture<TLSSession>) async throws
    {
        let clock = channel.eventLoop.scheduleTask(in: .nanoseconds(Int64(seconds * 1e9))) {
            channel.close(promise: nil)
        }
        defer { clock.cancel() }
        let begun = ContinuousClock.now
        do {
            _ = try await withTaskCancellationHandler {
                try await future.get()
            } onCancel: {
                channel.close(promise: nil)
            }
        } catch {
            // The clock closed it: what TLS makes of that is not the reason.
            if ContinuousClock.now - begun >= .seconds(seconds) {
                throw ChannelError.connectTimeout(.seconds(Int64(seconds)))
            }
            throw error
        }
    }
}
