import MailModel
import NIOCore
import NIOPosix

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A Unix socket on which local programs of the same user ask in lines and are answered in lines.
public enum LocalSocket {
    public enum Failure: Error, Sendable {
        case nobodyListens
    }

    /// Longest line either side takes, in bytes.
    static let lineLimit = 1 << 20

    /// Answers one line for each that it is given, until it returns.
    public typealias Answer = @Sendable (_ line: String) async throws -> Void

    /// Listens until the task is cancelled. A file left over at the path is replaced.
    ///
    /// - Parameter ready: called once when it listens.
    /// - Parameter serve: called for each request line with what writes answer lines.
    public static func listen(
        at path: String, ready: @escaping @Sendable () -> Void,
        serve: @escaping @Sendable (_ request: String, _ answer: @escaping Answer) async -> Void
    ) async throws {
        unlink(path)
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(unixDomainSocketPath: path) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(LineDecoder()))
                    return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        chmod(path, 0o600)
        ready()
        try await withTaskCancellationHandler {
            try await server.executeThenClose { connections in
                await withDiscardingTaskGroup { group in
                    do {
                        for try await connection in connections {
                            group.addTask { await converse(connection, serve) }
                        }
                    } catch {
                        // The listener ended; those being served are finished first.
                    }
                }
            }
        } onCancel: {
            server.channel.close(promise: nil)
        }
        unlink(path)
    }

    private static func converse(
        _ connection: NIOAsyncChannel<ByteBuffer, ByteBuffer>,
        _ serve: @escaping @Sendable (_ request: String, _ answer: @escaping Answer) async -> Void
    ) async {
        guard await peerIsOwner(connection.channel) else {
            try? await connection.executeThenClose { _, _ in }
            return
        }
        try? await connection.executeThenClose { requests, _ in
            for try await request in requests {
                await serve(String(buffer: request)) { line in
                    // Waits until the line is out of our hands: what is not by the time of the close is thrown away, and
                    // whoever reads may be slow.
                    try await connection.channel.writeAndFlush(ByteBuffer(string: line + "\n")).get()
                }
                // One conversation, one request: the end of the connection is the end of the answer.
                break
            }
        }
    }

    /// Whether the other end runs as the same user; the socket's mode alone is not believed. Root is let in as well: it
    /// could become that user anyway, and nobody else reaches a service whose user exists only while it runs.
    private static func peerIsOwner(_ channel: any Channel) async -> Bool {
        #if os(Linux)
            guard let provider = channel as? any SocketOptionProvider else { return false }
            let credentials: PeerCredentials? = try? await provider.unsafeGetSocketOption(
                level: NIOBSDSocket.OptionLevel.socket, name: NIOBSDSocket.Option(rawValue: SO_PEERCRED)
            ).get()
            return credentials.map { $0.uid == geteuid() || $0.uid == 0 } ?? false
        #else
            return true
        #endif
    }

    /// Sends one request line and gives each answer line, until the other side closes or no more is wanted: a program that
    /// inherited the socket may keep it open.
    ///
    /// Throws `Failure.nobodyListens` when no program does.
    ///
    /// - Parameter each: gives whether there is more to come.
    public static func ask(
        at path: String, _ request: String, each: @escaping @Sendable (String) async throws -> Bool
    ) async throws {
        let connection: NIOAsyncChannel<ByteBuffer, ByteBuffer>
        do {
            connection = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(unixDomainSocketPath: path) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(LineDecoder()))
                        return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                    }
                }
        } catch {
            throw Failure.nobodyListens
        }
        try await connection.executeThenClose { answers, requests in
            try await requests.write(ByteBuffer(string: request + "\n"))
            for try await answer in answers {
                guard try await each(String(buffer: answer)) else { break }
            }
        }
    }
}

#if os(Linux)
    /// `struct ucred` of SO_PEERCRED (unix(7)), which the C library's module does not show.
    private struct PeerCredentials: Sendable {
        var pid: Int32 = 0
        var uid: UInt32 = .max
        var gid: UInt32 = .max
    }
#endif

/// Lines ended by LF, given without it.
struct LineDecoder: ByteToMessageDecoder {
    typealias InboundOut = ByteBuffer

    mutating func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) throws -> DecodingState {
        guard let end = buffer.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) else {
            guard buffer.readableBytes <= LocalSocket.lineLimit else {
                throw ByteToMessageDecoderError.PayloadTooLargeError()
            }
            return .needMoreData
        }
        let length = end - buffer.readerIndex
        if let line = buffer.readSlice(length: length) { context.fireChannelRead(wrapInboundOut(line)) }
        buffer.moveReaderIndex(forwardBy: 1)
        return .continue
    }
}
