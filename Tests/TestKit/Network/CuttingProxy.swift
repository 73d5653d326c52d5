import Foundation
import Synchronization

/// A port on 127.0.0.1 that passes everything on to a server's, until it is told to cut, to refuse, or to fall silent.
///
/// What it looks for in the bytes is found on connections in the clear only.
public final class CuttingProxy: Sendable {
    /// When a connection is to break, seen from the words of the client.
    public enum Moment: Sendable {
        /// The client's words never reach the server.
        case beforeServer
        /// The server has them and has answered, but the answer never reaches the client.
        case beforeAnswer
    }

    private struct Cut {
        var words: [UInt8]
        var moment: Moment
    }

    private struct Pair {
        var client: CInt
        var server: CInt
        var isDeaf = false
        /// What passes is read, to cut at a place in it.
        var fromClient = WireReader()
        var fromServer = WireReader()
        var isStalled = false
        /// On its way to a cut of its own.
        var course: CutCourse
    }

    private struct State {
        var listener: CInt?
        var pairs: [Int: Pair] = [:]
        var next = 0
        var cuts: [Cut] = []
        var cutsDone = 0
        /// What is to become of the connections to come.
        var order: CutOrder
        var accepted = 0
        var isSilent = false
        var wireCut: WireCut?
        var pieces: [WirePiece] = []
    }

    public let port: Int
    private let target: Int
    private let readsWire: Bool
    private let state: Mutex<State>

    /// - Parameters:
    ///   - order: how its connections end, one after the other, until its cuts are used up.
    ///   - isOpen: `false`: nobody listens yet; see `open`.
    ///   - readsWire: whether it reads what passes, line by line, and keeps it in `pieces`.
    ///   - wireCut: where it cuts, once; then it reads too.
    public init(
        to target: Int, _ order: CutOrder = CutOrder(), isOpen: Bool = true, readsWire: Bool = false,
        wireCut: WireCut? = nil
    ) throws {
        self.target = target
        self.readsWire = readsWire || wireCut != nil
        state = Mutex(State(order: order, wireCut: wireCut))
        port = try FreePorts.take(1)[0]
        if isOpen { try open() }
    }

    deinit { refuse() }

    /// Connections it has passed on so far.
    public var accepted: Int { state.withLock { $0.accepted } }
    /// Connections that stand now.
    public var standing: Int { state.withLock { $0.pairs.count } }
    /// How many of the wanted cuts were made, those of `cutNow` too.
    public var cutsDone: Int { state.withLock { $0.cutsDone } }
    /// The lines and literals that passed.
    public var pieces: [WirePiece] { state.withLock { $0.pieces } }

    /// Listens, again or for the first time.
    public func open() throws {
        guard state.withLock({ $0.listener }) == nil else { return }
        let listener = try LoopbackSocket.listen(port: port).descriptor
        state.withLock { state in
            state.listener = listener
            state.isSilent = false
        }
        Thread.detachNewThread { [weak self] in
            while let client = LoopbackSocket.accept(listener) {
                guard let self else {
                    close(client)
                    break
                }
                self.serve(client)
            }
            close(listener)
        }
    }

    /// Listens no more and breaks what stands: the server is gone.
    public func refuse() {
        let listener = state.withLock { state in
            defer { state.listener = nil }
            return state.listener
        }
        if let listener { shutdown(listener, CInt(SHUT_RDWR)) }
        cut()
    }

    /// Breaks all connections that stand; new ones are taken.
    public func cut() {
        state.withLock { state in
            for pair in state.pairs.values {
                shutdown(pair.client, CInt(SHUT_RDWR))
                shutdown(pair.server, CInt(SHUT_RDWR))
            }
        }
    }

    /// Resets all connections that stand, and counts them as cuts; new ones are taken.
    public func cutNow() {
        state.withLock { state in
            for pair in state.pairs.values {
                LoopbackSocket.reset(pair.client)
                shutdown(pair.server, CInt(SHUT_RDWR))
                state.cutsDone += 1
            }
        }
    }

    /// From now on nothing more of the order is carried out.
    public func stopCutting() { state.withLock { $0.order.most = 0 } }

    /// Breaks a connection, once, when the client says these words.
    public func cut(at words: String, _ moment: Moment) {
        state.withLock { $0.cuts.append(Cut(words: Array(words.utf8), moment: moment)) }
    }

    /// Waits until so many of the wanted cuts were made.
    public func awaitCuts(_ count: Int, within limit: Duration = .seconds(20)) async throws {
        let done = try await blocking { [self] in awaited(within: limit) { cutsDone >= count ? true : nil } }
        guard done == true else { throw ServerUnavailable("the words to cut at did not come") }
    }

    /// Passes nothing on any more, and closes nothing: a network that swallows everything.
    public func fallSilent() { state.withLock { $0.isSilent = true } }

    // MARK: One connection

    private func serve(_ client: CInt) {
        guard let server = LoopbackSocket.connect(port: target, timeout: 0) else {
            close(client)
            return
        }
        let number = state.withLock { state in
            state.next += 1
            state.accepted += 1
            state.pairs[state.next] = Pair(
                client: client, server: server, course: CutCourse(state.order.cuts.popLast()))
            return state.next
        }
        // The descriptors are closed by whichever direction ends last.
        let open = Counter(2)
        let finish: @Sendable () -> Void = { [weak self] in
            shutdown(client, CInt(SHUT_RDWR))
            shutdown(server, CInt(SHUT_RDWR))
            guard open.countDown() == 0 else { return }
            self?.state.withLock { _ = $0.pairs.removeValue(forKey: number) }
            close(client)
            close(server)
        }
        Thread.detachNewThread { [weak self] in
            while true {
                let bytes = LoopbackSocket.receive(client)
                guard !bytes.isEmpty, self?.pass(bytes, from: number, to: server) == true else { break }
            }
            finish()
        }
        Thread.detachNewThread { [weak self] in
            while true {
                let bytes = LoopbackSocket.receive(server)
                guard !bytes.isEmpty, self?.answer(bytes, on: number, to: client) == true else { break }
            }
            finish()
        }
    }

    /// From the client to the server.
    private func pass(_ bytes: [UInt8], from number: Int, to server: CInt) -> Bool {
        if readsWire { return read(bytes, on: number, isClient: true, to: server) }
        if makesCut(in: bytes, on: number, isClient: true, to: server) { return false }
        let verdict: Moment? = state.withLock { state in
            guard let index = state.cuts.firstIndex(where: { bytes.contains($0.words) }) else { return nil }
            let cut = state.cuts.remove(at: index)
            if cut.moment == .beforeAnswer { state.pairs[number]?.isDeaf = true } else { state.cutsDone += 1 }
            return cut.moment
        }
        if verdict == .beforeServer { return false }
        if state.withLock({ $0.isSilent }) { return true }
        return LoopbackSocket.sendAll(server, bytes[...])
    }

    /// From the server to the client.
    private func answer(_ bytes: [UInt8], on number: Int, to client: CInt) -> Bool {
        if readsWire { return read(bytes, on: number, isClient: false, to: client) }
        if makesCut(in: bytes, on: number, isClient: false, to: client) { return false }
        let (isDeaf, isSilent) = state.withLock { state in
            let isDeaf = state.pairs[number]?.isDeaf == true
            if isDeaf { state.cutsDone += 1 }
            return (isDeaf, state.isSilent)
        }
        if isDeaf { return false }
        return isSilent ? true : LoopbackSocket.sendAll(client, bytes[...])
    }
}

extension CuttingProxy {
    /// Makes the cut that the connection is on its way to, if it comes with these bytes; what is before it passes.
    private func makesCut(in bytes: [UInt8], on number: Int, isClient: Bool, to socket: CInt) -> Bool {
        let cut = state.withLock { state -> (limit: Int, client: CInt)? in
            guard var pair = state.pairs[number] else { return nil }
            defer { state.pairs[number] = pair }
            guard let limit = isClient ? pair.course.limit(ofClient: bytes) : pair.course.limit(ofServer: bytes) else {
                return nil
            }
            guard state.order.most > 0 else {
                pair.course = CutCourse()
                return nil
            }
            state.order.most -= 1
            state.cutsDone += 1
            return (limit, pair.client)
        }
        guard let cut else { return false }
        _ = LoopbackSocket.sendAll(socket, bytes.prefix(cut.limit))
        // The client learns of it by a reset, not by an end.
        LoopbackSocket.reset(cut.client)
        return true
    }

    /// Passes on whole lines and literals, and cuts in the one where it is to.
    private func read(_ bytes: [UInt8], on number: Int, isClient: Bool, to socket: CInt) -> Bool {
        let (passing, cut, client) = state.withLock { state -> ([UInt8], WireCut.Manner?, CInt) in
            guard var pair = state.pairs[number], !pair.isStalled else { return ([], nil, -1) }
            defer { state.pairs[number] = pair }
            let pieces = isClient ? pair.fromClient.read(bytes) : pair.fromServer.read(bytes)
            var passing: [UInt8] = []
            for (index, piece) in pieces {
                let place = WirePlace(connection: number, isClient: isClient, index: index)
                state.pieces.append(WirePiece(place: place, bytes: piece))
                guard let cut = state.wireCut, cut.place == place else {
                    passing += piece
                    continue
                }
                state.wireCut = nil
                state.cutsDone += 1
                pair.isStalled = cut.manner == .stall
                return (passing + piece.prefix(cut.part.count(of: piece.count)), cut.manner, pair.client)
            }
            return (passing, nil, pair.client)
        }
        guard passing.isEmpty || LoopbackSocket.sendAll(socket, passing[...]) else { return false }
        switch cut {
        case nil, .stall: return true
        case .close: return false
        case .reset:
            LoopbackSocket.reset(client)
            return false
        }
    }
}

/// Counts down from a number.
private final class Counter: Sendable {
    private let value: Mutex<Int>

    init(_ value: Int) { self.value = Mutex(value) }

    func countDown() -> Int {
        value.withLock { value in
            value -= 1
            return value
        }
    }
}

extension [UInt8] {
    /// Whether the bytes stand somewhere in these.
    fileprivate func contains(_ words: [UInt8]) -> Bool {
        guard count >= words.count, let first = words.first else { return false }
        return indices.dropLast(words.count - 1).contains { start in
            self[start] == first && self[start..<(start + words.count)].elementsEqual(words)
        }
    }
}
