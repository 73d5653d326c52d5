import Foundation
import Synchronization

@testable import TestKit

/// How one connection is to end.
enum Cut: Sendable {
    /// When so many bytes went through, both directions together.
    case afterBytes(Int)
    /// The command reaches the server; of its answer so many bytes reach the client.
    case afterCommand(String, answer: Int)
    /// The command reaches the server, and the cut does at the same time.
    case withCommand(String)
    /// The command does not reach the server.
    case beforeCommand(String)

    /// Cuts at and around commands that change something, and anywhere.
    static func random(
        _ count: Int, commands: [String], bytes: ClosedRange<Int>, using generator: inout SeededGenerator
    ) -> [Cut] {
        (0..<count).map { _ in
            let command = commands[Int.random(in: 0..<commands.count, using: &generator)]
            return switch Int.random(in: 0..<100, using: &generator) {
            case 0..<35: .afterBytes(generator.scaled(in: bytes))
            case 35..<75: .afterCommand(command, answer: [0, 0, 10, 60, 200][Int(generator.next() % 5)])
            case 75..<88: .withCommand(command)
            default: .beforeCommand(command)
            }
        }
    }
}

/// What a proxy does to its connections.
struct CutOrder: Sendable {
    /// One for each connection; not each comes about.
    var cuts: [Cut]
    /// So many are made in all, those of `cutNow` apart.
    var most: Int
}

/// The orders for both ways that Postmoon takes.
struct CutOrders: Sendable {
    var imap: CutOrder
    var smtp = CutOrder(cuts: [], most: 0)
}

/// Stands on 127.0.0.1 between clients and a server and cuts connections, one after the other, until its cuts are used
/// up; after that it lets everything pass.
final class CuttingProxy: Sendable {
    private struct State {
        var cuts: [Cut]
        /// Cuts that may still be made.
        var left: Int
        var done = 0
        var order = 0
        var isClosed = false
    }

    let port: Int
    private let serverPort: Int
    private let state: Mutex<State>

    init(to serverPort: Int, _ order: CutOrder) throws {
        self.serverPort = serverPort
        state = Mutex(State(cuts: order.cuts.reversed(), left: order.most))
        port = try FreePorts.take(1)[0]
        guard let socket = LoopbackSocket.make() else { throw ServerUnavailable("no socket") }
        var on: CInt = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<CInt>.size))
        guard LoopbackSocket.withAddress(port: port, { bind(socket, $0, $1) }) == 0, listen(socket, 64) == 0 else {
            Foundation.close(socket)
            throw ServerUnavailable("the proxy cannot listen")
        }
        Thread.detachNewThread { [self] in serve(socket) }
    }

    /// How many connections were cut.
    var cutCount: Int { state.withLock { $0.done } }

    /// Cuts the connections that are open now, whatever they wait for.
    func cutNow() { state.withLock { $0.order += 1 } }

    /// From now on everything passes.
    func stopCutting() { state.withLock { $0.left = 0 } }

    func close() { state.withLock { $0.isClosed = true } }

    private func takeCut() -> Bool {
        state.withLock { state in
            guard state.left > 0 else { return false }
            state.left -= 1
            return true
        }
    }

    // MARK: Threads

    private func serve(_ socket: CInt) {
        defer { Foundation.close(socket) }
        while !state.withLock(\.isClosed) {
            var waited = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
            guard poll(&waited, 1, 50) > 0 else { continue }
            let client = accept(socket, nil, nil)
            guard client >= 0 else { continue }
            guard let server = LoopbackSocket.connect(port: serverPort, timeout: 10) else {
                Foundation.close(client)
                continue
            }
            let (cut, order) = state.withLock { ($0.cuts.popLast(), $0.order) }
            Thread.detachNewThread { [self] in
                var pipe = CutPipe(client: client, server: server, cut: cut)
                let wasCut = pipe.run(
                    isOrdered: { [self] in state.withLock { $0.isClosed || $0.order != order } },
                    mayCut: { [self] in takeCut() })
                if wasCut { state.withLock { $0.done += 1 } }
            }
        }
    }
}

/// One connection through the proxy.
private struct CutPipe {
    private let client: CInt
    private let server: CInt
    private var cut: Cut?
    private var passed = 0
    /// Of the answer that is cut: bytes that may still pass.
    private var answerLeft: Int?
    /// The end of what the client sent, in case a command comes in two pieces.
    private var tail: [UInt8] = []

    init(client: CInt, server: CInt, cut: Cut?) {
        self.client = client
        self.server = server
        self.cut = cut
        var on: CInt = 1
        setsockopt(client, CInt(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<CInt>.size))
    }

    /// Until either side ends it, or it is cut.
    ///
    /// - Parameters:
    ///   - isOrdered: whether it is to be cut now, whatever passes.
    ///   - mayCut: asked when its cut has come; otherwise everything passes.
    /// - Returns: whether it was cut.
    mutating func run(isOrdered: () -> Bool, mayCut: () -> Bool) -> Bool {
        defer {
            close(client)
            close(server)
        }
        while true {
            if isOrdered() { return reset() }
            var waited = [client, server].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            guard poll(&waited, 2, 20) > 0 else { continue }
            if waited[0].revents != 0 {
                guard let bytes = receive(client) else { return false }
                let limit = limit(ofClient: bytes)
                if limit != nil, mayCut() { return reset(after: bytes.prefix(limit ?? 0), to: server) }
                guard pass(bytes, to: server, isSpared: limit != nil) else { return false }
            }
            if waited[1].revents != 0 {
                guard let bytes = receive(server) else { return false }
                let limit = limit(ofServer: bytes)
                if limit != nil, mayCut() { return reset(after: bytes.prefix(limit ?? 0), to: client) }
                guard pass(bytes, to: client, isSpared: limit != nil) else { return false }
            }
        }
    }

    /// How many of these bytes pass before the cut; `nil`: it has not come yet.
    private mutating func limit(ofClient bytes: [UInt8]) -> Int? {
        switch cut {
        case .afterBytes(let limit): return rest(of: limit, bytes)
        case .afterCommand(let command, let answer):
            if sees(command, bytes) { answerLeft = answer }
            return nil
        case .withCommand(let command): return sees(command, bytes) ? bytes.count : nil
        case .beforeCommand(let command): return sees(command, bytes) ? 0 : nil
        case nil: return nil
        }
    }

    private mutating func limit(ofServer bytes: [UInt8]) -> Int? {
        if let left = answerLeft {
            answerLeft = max(0, left - bytes.count)
            return left <= bytes.count ? left : nil
        }
        guard case .afterBytes(let limit) = cut else { return nil }
        return rest(of: limit, bytes)
    }

    private mutating func rest(of limit: Int, _ bytes: [UInt8]) -> Int? {
        defer { passed += bytes.count }
        return passed + bytes.count >= limit ? max(0, limit - passed) : nil
    }

    private mutating func pass(_ bytes: [UInt8], to socket: CInt, isSpared: Bool) -> Bool {
        if isSpared {
            cut = nil
            answerLeft = nil
        }
        return send(bytes[...], to: socket)
    }

    private mutating func sees(_ command: String, _ bytes: [UInt8]) -> Bool {
        let text = tail + bytes
        tail = text.suffix(16)
        return String(decoding: text, as: UTF8.self).contains(command)
    }

    /// The client learns of it by a reset, not by an end.
    private func reset(after bytes: ArraySlice<UInt8> = [], to socket: CInt? = nil) -> Bool {
        if let socket { _ = send(bytes, to: socket) }
        var abruptly = linger(l_onoff: 1, l_linger: 0)
        setsockopt(client, SOL_SOCKET, SO_LINGER, &abruptly, socklen_t(MemoryLayout<linger>.size))
        return true
    }

    private func receive(_ socket: CInt) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 16_384)
        let count = recv(socket, &buffer, buffer.count, 0)
        return count > 0 ? Array(buffer[..<count]) : nil
    }

    private func send(_ bytes: ArraySlice<UInt8>, to socket: CInt) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.send(socket, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
