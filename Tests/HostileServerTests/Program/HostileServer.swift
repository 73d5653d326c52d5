import MailModel
import NIOCore
import NIOEmbedded
import Synchronization
import TestKit

/// A server in memory that does what an honest one does, and says what a test wants it to say.
final class HostileServer: Sendable {
    private struct Connection {
        var channel: NIOAsyncTestingChannel
        var wire: NIOLoopBound<LyingWire>
        var isOpen = true
        var isSilenced = false
        var heard = ""
    }

    private struct State {
        var lie: Lie?
        var connections: [Connection] = []
        /// Connections are taken, and nothing is ever said.
        var isMute = false
    }

    let store: ModelMailStore
    let honest: ScriptedServer
    private let state = Mutex(State())

    init(_ traits: ServerTraits = .modern, mailboxes: [String] = ["INBOX", "Filed"]) {
        store = ModelMailStore(mailboxes: mailboxes)
        honest = ScriptedServer(traits, store: store)
    }

    // MARK: What a test does

    /// From now on it says this.
    func lie(_ lie: Lie?) { state.withLock { $0.lie = lie } }

    /// Takes connections and never says a word.
    func fallSilent() { state.withLock { $0.isMute = true } }

    /// Says something to all who are connected, without being asked.
    func say(_ lines: String...) async { await say([.text(lines.map { $0 + "\r\n" }.joined())]) }

    func say(_ sayings: [Saying]) async {
        for connection in open {
            try? await connection.channel.testingEventLoop.executeInContext { connection.wire.value.say(sayings) }
        }
    }

    /// Says something on one connection, if it is still open, and moves its clock.
    func say(_ text: String, on number: Int, thenPass seconds: Int64) async {
        let connection = state.withLock { $0.connections[number] }
        guard connection.isOpen else { return }
        let loop = connection.channel.testingEventLoop
        try? await loop.executeInContext { connection.wire.value.say([.text(text)]) }
        await loop.advanceTime(by: .seconds(seconds))
    }

    /// Delivers a message, and says how many there are to all who are connected.
    @discardableResult
    func deliver(_ subject: String, id: String? = nil, flags: Set<Flag> = []) async -> Int {
        let token = store.deliver(letter(subject, id: id ?? subject), flags: flags)
        await say("* \(store["INBOX"]?.messages.count ?? 0) EXISTS")
        return token
    }

    /// Moves the clocks of all connections.
    func pass(seconds: Int64) async {
        for connection in open { await connection.channel.testingEventLoop.advanceTime(by: .seconds(seconds)) }
    }

    /// Moves the clocks of those connections on which nothing goes through any more.
    func passWhereSilent(seconds: Int64) async {
        for connection in open where connection.isSilenced {
            await connection.channel.testingEventLoop.advanceTime(by: .seconds(seconds))
        }
    }

    // MARK: What a test looks at

    /// How many connections were made so far.
    var connections: Int { state.withLock { $0.connections.count } }

    /// Everything that was sent on all connections.
    var heard: String { state.withLock { $0.connections.map(\.heard).joined() } }

    /// What was sent on the latest connection.
    var heardLast: String { state.withLock { $0.connections.last?.heard ?? "" } }

    /// Whether somebody idles on the latest connection.
    var isIdledOn: Bool { heardLast.hasSuffix(" IDLE\r\n") }

    private var open: [Connection] { state.withLock { $0.connections.filter(\.isOpen) } }

    // MARK: What the wire tells

    /// Puts the server's end on a channel; called on its event loop.
    func attach(to channel: NIOAsyncTestingChannel) throws {
        let number = state.withLock { $0.connections.count }
        let isMute = state.withLock { $0.isMute }
        if !isMute { try honest.attach(to: channel) }
        let wire = LyingWire(self, number: number)
        try channel.pipeline.syncOperations.addHandler(wire)
        let bound = NIOLoopBound(wire, eventLoop: channel.eventLoop)
        state.withLock { $0.connections.append(Connection(channel: channel, wire: bound)) }
        if isMute { wire.say([.silence]) }
    }

    func heard(_ text: String, on number: Int) { state.withLock { $0.connections[number].heard += text } }
    func silenced(_ number: Int) { state.withLock { $0.connections[number].isSilenced = true } }
    func ended(_ number: Int) { state.withLock { $0.connections[number].isOpen = false } }

    func sayings(for exchange: Exchange) -> [Saying] {
        let lie = state.withLock { $0.lie }
        return lie?(exchange) ?? [.text(exchange.answer)]
    }
}

/// A message made of two words.
func letter(_ subject: String, id: String) -> [UInt8] {
    Array(
        "Message-ID: <\(id.replacing(" ", with: "."))@example.org>\r\nDate: Mon, 23 Nov 2026 10:00:00 +0000\r\nFrom: a@example.org\r\nSubject: \(subject)\r\n\r\nHello\r\n"
            .utf8)
}
