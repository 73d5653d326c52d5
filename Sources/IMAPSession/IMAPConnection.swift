import IMAPSyntax
import MailModel
import NIOCore

/// One IMAP connection, usable from any task. Commands are answered in futures; untagged news is kept until taken.
public final class IMAPConnection: Sendable {
    private let channel: any Channel
    private let handler: NIOLoopBound<IMAPConnectionHandler>

    private init(channel: any Channel, handler: NIOLoopBound<IMAPConnectionHandler>) {
        self.channel = channel
        self.handler = handler
    }

    /// Puts the session on a channel that was just made (on its event loop).
    ///
    /// - Parameter startTLS: makes the channel a TLS channel; called once the server agreed to STARTTLS. With it, no
    ///   credential leaves before TLS stands.
    public static func attach(
        to channel: any Channel, deadlines: SessionDeadlines,
        startTLS: (@Sendable (any Channel) -> EventLoopFuture<Void>)?
    ) throws -> IMAPConnection {
        let handler = IMAPConnectionHandler(
            eventLoop: channel.eventLoop, mustStartTLS: startTLS != nil, deadlines: deadlines, startTLS: startTLS
        )
        try channel.pipeline.syncOperations.addHandler(handler)
        return IMAPConnection(channel: channel, handler: NIOLoopBound(handler, eventLoop: channel.eventLoop))
    }

    /// Ends when the server has greeted us.
    func waitForGreeting() async throws(SessionError) -> Greeting {
        try await perform { $0.greeted }
    }

    /// Sends one command and waits for its tagged reply, whatever it is.
    public func run(_ command: IMAPCommand) async throws(SessionError) -> CommandResult {
        try await run([command])[0]
    }

    /// Sends commands in one write and waits for all of their replies.
    public func run(_ commands: [IMAPCommand]) async throws(SessionError) -> [CommandResult] {
        try await run(commands.map { SubmittedCommand($0) })
    }

    func run(_ commands: [SubmittedCommand]) async throws(SessionError) -> [CommandResult] {
        let eventLoop = channel.eventLoop
        return try await perform { handler in
            EventLoopFuture.whenAllSucceed(handler.submit(commands, on: eventLoop), on: eventLoop)
        }
    }

    /// Sends commands in one write; each reply can be waited for by itself, in any order.
    public func submit(_ commands: [IMAPCommand]) -> [PendingReply] {
        let eventLoop = channel.eventLoop
        let promises = commands.map { _ in eventLoop.makePromise(of: CommandResult.self) }
        let handler = handler
        eventLoop.execute {
            let futures = handler.value.submit(commands.map { SubmittedCommand($0) }, on: eventLoop)
            for (future, promise) in zip(futures, promises) { future.cascade(to: promise) }
        }
        return promises.map { PendingReply(future: $0.futureResult) }
    }

    /// Begins IDLE unless it runs; what follows ends it by itself.
    public func beginIdle() -> PendingReply {
        submit([.idle])[0]
    }

    /// Waits until the selected mailbox has news, for at most so long. News from before counts.
    ///
    /// - Returns: whether there is news. The connection stays in IDLE.
    public func waitForActivity(seconds: Double) async throws(SessionError) -> Bool {
        let eventLoop = channel.eventLoop
        return try await perform { $0.awaitActivity(seconds: seconds, on: eventLoop) }
    }

    /// Begins IDLE unless it runs, and waits in it as `waitForActivity` does; nothing comes between the two.
    ///
    /// - Returns: whether there is news, and the reply that IDLE ends with.
    public func idle(seconds: Double) async throws(SessionError) -> (told: Bool, reply: PendingReply) {
        let eventLoop = channel.eventLoop
        return try await perform { handler in
            let reply = PendingReply(future: handler.submit([SubmittedCommand(.idle)], on: eventLoop)[0])
            return handler.awaitActivity(seconds: seconds, on: eventLoop).map { (told: $0, reply: reply) }
        }
    }

    /// Ends a wait early, without news.
    public func wake() {
        let handler = handler
        channel.eventLoop.execute { handler.value.wish() }
    }

    /// Whether IDLE runs, or is about to.
    public func isIdling() async throws(SessionError) -> Bool {
        let eventLoop = channel.eventLoop
        return try await perform { eventLoop.makeSucceededFuture($0.isIdling) }
    }

    /// What happened since this was last called.
    public func takeActivity() async throws(SessionError) -> MailboxActivity {
        let eventLoop = channel.eventLoop
        return try await perform { eventLoop.makeSucceededFuture($0.takeActivity()) }
    }

    /// ALERTs since this was last called; RFC 3501 §7.1 wants a person to see them.
    public func takeAlerts() async throws(SessionError) -> [String] {
        let eventLoop = channel.eventLoop
        return try await perform { eventLoop.makeSucceededFuture($0.takeAlerts()) }
    }

    public func selectedMailbox() async throws(SessionError) -> SelectedMailbox? {
        let eventLoop = channel.eventLoop
        return try await perform { eventLoop.makeSucceededFuture($0.selected) }
    }

    public func capabilities() async throws(SessionError) -> Set<String>? {
        let eventLoop = channel.eventLoop
        return try await perform { eventLoop.makeSucceededFuture($0.capabilities) }
    }

    /// Says goodbye and closes; never waits longer than two seconds.
    public func logout() async {
        let reply = submit([.logout])[0]
        let channel = channel
        channel.eventLoop.scheduleTask(in: .seconds(2)) { channel.close(promise: nil) }
        _ = try? await reply.value()
        close()
    }

    public func close() { channel.close(promise: nil) }

    private func perform<Value: Sendable>(
        _ body: @escaping @Sendable (IMAPConnectionHandler) -> EventLoopFuture<Value>
    ) async throws(SessionError) -> Value {
        let handler = handler
        let channel = channel
        let future = channel.eventLoop.flatSubmit { body(handler.value) }
        do {
            return try await withTaskCancellationHandler {
                try await future.get()
            } onCancel: {
                channel.close(promise: nil)
            }
        } catch let error as SessionError {
            throw error
        } catch {
            throw .connectionLost("the connection is closed")
        }
    }
}

/// A command's reply that is still to come.
public struct PendingReply: Sendable {
    let future: EventLoopFuture<CommandResult>

    /// The reply; fails only with the connection.
    public func value() async throws(SessionError) -> CommandResult {
        do {
            return try await future.get()
        } catch let error as SessionError {
            throw error
        } catch {
            throw .connectionLost("the connection is closed")
        }
    }
}
