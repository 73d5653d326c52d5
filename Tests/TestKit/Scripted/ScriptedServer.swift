import IMAPSession
import IMAPSyntax
import MailModel
import NIOCore
import NIOEmbedded
import Synchronization

/// An IMAP server in memory: it speaks real bytes, so that `IMAPConnection` runs against it unchanged.
///
/// Commands are counted from 0 over all of its connections, those of signing in apart; a mishap or another client can
/// be put before any of them.
public final class ScriptedServer: InMemoryServer {
    struct State {
        var traits: ServerTraits
        var mishaps: [Int: Mishap] = [:]
        var bystanders: [Int: @Sendable (ModelMailStore) -> Void] = [:]
        /// What another client does before every command of that verb.
        var shadows: [String: @Sendable (ModelMailStore) -> Void] = [:]
        /// What happens to every command of that verb.
        var habits: [String: Mishap] = [:]
        /// What others do before the next command of that verb.
        var comers: [String: @Sendable (ModelMailStore) -> Void] = [:]
        var commands: [String] = []
    }

    public let store: ModelMailStore
    let state: Mutex<State>

    public init(_ traits: ServerTraits, store: ModelMailStore) {
        self.store = store
        state = Mutex(State(traits: traits))
    }

    public var traits: ServerTraits { state.withLock { $0.traits } }

    /// Commands so far, such as `UID MOVE 1:3 "Receipts"`.
    public var commands: [String] { state.withLock { $0.commands } }

    public func change(_ body: (inout ServerTraits) -> Void) { state.withLock { body(&$0.traits) } }

    /// Lets a command go wrong; `nil` takes that back.
    public func put(_ mishap: Mishap?, at command: Int) { state.withLock { $0.mishaps[command] = mishap } }

    /// Lets another client act right before a command.
    public func before(_ command: Int, _ act: @escaping @Sendable (ModelMailStore) -> Void) {
        state.withLock { $0.bystanders[command] = act }
    }

    /// Lets another client act once, right before the next command of that verb, such as `UID MOVE`.
    public func before(_ verb: String, _ act: @escaping @Sendable (ModelMailStore) -> Void) {
        state.withLock { $0.comers[verb] = act }
    }

    /// Lets another client act right before every such command.
    public func before(every verb: String, _ act: @escaping @Sendable (ModelMailStore) -> Void) {
        state.withLock { $0.shadows[verb] = act }
    }

    /// Says OK to these, such as `UID MOVE`, and does nothing.
    public func ignore(_ verbs: [String]) {
        state.withLock { state in
            for verb in verbs { state.habits[verb] = .ignored }
        }
    }

    /// Answers NO to every such command.
    public func refuse(_ verb: String, code: String?) { state.withLock { $0.habits[verb] = .refused(code: code) } }

    /// Cuts the connection at every such command, before it took effect.
    public func cut(before verb: String) { state.withLock { $0.habits[verb] = .cutBefore } }

    /// Carries out every such command and cuts the connection instead of answering.
    public func cut(after verb: String) { state.withLock { $0.habits[verb] = .cutAfter } }

    /// Forgets mishaps, habits and bystanders; commands are counted anew.
    public func rest() {
        state.withLock {
            $0.mishaps = [:]
            $0.habits = [:]
            $0.bystanders = [:]
            $0.comers = [:]
            $0.commands = []
        }
    }

    public func converse() -> any ServerConversation { ScriptedSession(self) }

    /// A connection that has greeted and signed in.
    public func connect() async throws -> ScriptedConnection {
        let loop = NIOAsyncTestingEventLoop()
        let channel = NIOAsyncTestingChannel(loop: loop)
        try await channel.connect(to: SocketAddress(unixDomainSocketPath: "/scripted")).get()
        let server = self
        let (connection, wire) = try await loop.executeInContext {
            let wire = ServerWire(server.converse())
            try channel.pipeline.syncOperations.addHandler(wire)
            let connection = try IMAPConnection.attach(to: channel, deadlines: .standard, startTLS: nil)
            wire.greet()
            return (connection, NIOLoopBound(wire, eventLoop: loop))
        }
        await loop.run()
        let signedIn = try await connection.signIn(
            SignInRequest(user: "jane", password: Secret("secret"), startTLS: false, clientID: [("name", "test")])
        )
        return ScriptedConnection(connection: connection, server: signedIn, channel: channel, wire: wire)
    }

    /// A client that sends more than this goes in circles.
    static let mostCommands = 2_000

    /// What happens at this command, and its number.
    func meet(_ command: ClientCommand) -> Mishap? {
        let (number, mishap, act, comer) = state.withLock { state in
            let number = state.commands.count
            state.commands.append(command.summary)
            let mishap = state.mishaps[number] ?? state.habits[command.verb]
            let act = state.bystanders[number] ?? state.shadows[command.verb]
            return (number, mishap, act, state.comers.removeValue(forKey: command.verb))
        }
        guard number < Self.mostCommands else {
            store.note(violation: "commands without end")
            return .cutBefore
        }
        act?(store)
        comer?(store)
        return mishap
    }
}

/// A client's connection to a `ScriptedServer`.
public struct ScriptedConnection: Sendable {
    public let connection: IMAPConnection
    public let server: SignedIn
    let channel: NIOAsyncTestingChannel
    let wire: NIOLoopBound<ServerWire>

    /// Tells an idling client what happened in the store.
    public func tellNews() async throws {
        let wire = wire
        try await channel.testingEventLoop.executeInContext { wire.value.tellNews() }
        await channel.testingEventLoop.run()
    }

    /// Moves the connection's clock.
    public func pass(seconds: Int64) async { await channel.testingEventLoop.advanceTime(by: .seconds(seconds)) }

    public func close() async {
        connection.close()
        await channel.testingEventLoop.run()
    }
}
