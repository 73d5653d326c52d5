import IMAPSyntax
import MailModel
import NIOCore

/// Drives a `SessionMachine` on its channel: bytes in, commands out, one clock for silence and for answers that drip.
final class IMAPConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var machine: SessionMachine
    private var parser = ResponseParser()
    private var assembler = FetchAssembler()
    private var promises: [CommandID: EventLoopPromise<CommandResult>] = [:]
    private var nextID: UInt64 = 1
    private var context: ChannelHandlerContext?
    private let deadlines: SessionDeadlines
    private let startTLS: (@Sendable (Channel) -> EventLoopFuture<Void>)?
    private let greeting: EventLoopPromise<Greeting>
    /// When the answer that is due last came on: a line of it ended, or a share of bytes that no dripping has.
    private var lastHeard: NIODeadline
    /// What came since then.
    private var bytesSinceThen = 0
    private var silenceClock: Scheduled<Void>?
    private var watchers: [EventLoopPromise<Void>] = []
    private var isWished = false
    /// Since the last tagged reply, without the bytes of fetched sections.
    private var answerBytes = 0
    private(set) var failure: SessionError?
    private(set) var alerts: [String] = []

    init(
        eventLoop: EventLoop, mustStartTLS: Bool, deadlines: SessionDeadlines, limits: SessionLimits = .standard,
        startTLS: (@Sendable (Channel) -> EventLoopFuture<Void>)?
    ) {
        machine = SessionMachine(mustStartTLS: mustStartTLS, limits: limits)
        self.deadlines = deadlines
        self.startTLS = startTLS
        greeting = eventLoop.makePromise()
        lastHeard = eventLoop.now
    }

    var greeted: EventLoopFuture<Greeting> { greeting.futureResult }
    var selected: SelectedMailbox? { machine.selected }
    var capabilities: Set<String>? { machine.capabilities }
    var isIdling: Bool { machine.idle != .none }
    var isClosed: Bool { machine.phase == .closed }

    // MARK: What the connection asks

    /// Writes the commands as one burst (as far as the rules of `SessionMachine` let them follow each other).
    func submit(_ commands: [SubmittedCommand], on eventLoop: EventLoop) -> [EventLoopFuture<CommandResult>] {
        var numbered: [(id: CommandID, command: SubmittedCommand)] = []
        var futures: [EventLoopFuture<CommandResult>] = []
        for command in commands {
            let id = CommandID(rawValue: nextID)
            nextID += 1
            let promise = eventLoop.makePromise(of: CommandResult.self)
            promises[id] = promise
            futures.append(promise.futureResult)
            numbered.append((id, command))
        }
        // Silence counts from when an answer became due: what is written meanwhile does not put it off.
        if !machine.awaitsAnswer { noteProgress(at: eventLoop.now) }
        run(machine.submitted(numbered))
        return futures
    }

    func takeActivity() -> MailboxActivity {
        defer { machine.activity = MailboxActivity() }
        return machine.activity
    }

    /// Succeeds when something happened in the mailbox (at once when it already has), when somebody wishes it or so much
    /// time has passed, with whether something happened; fails with the connection.
    func awaitActivity(seconds: Double, on eventLoop: EventLoop) -> EventLoopFuture<Bool> {
        if let failure { return eventLoop.makeFailedFuture(failure) }
        if isWished || !machine.activity.isEmpty {
            isWished = false
            return eventLoop.makeSucceededFuture(!machine.activity.isEmpty)
        }
        let promise = eventLoop.makePromise(of: Void.self)
        watchers.append(promise)
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        let clock = eventLoop.scheduleTask(in: .nanoseconds(Int64(seconds * 1e9))) { bound.value.wakeWatchers() }
        promise.futureResult.whenComplete { _ in clock.cancel() }
        return promise.futureResult.map { !bound.value.machine.activity.isEmpty }
    }

    func takeAlerts() -> [String] {
        defer { alerts = [] }
        return alerts
    }

    /// Somebody wants the waiter to look: if none waits just now, the next does not.
    func wish() {
        if watchers.isEmpty { isWished = true } else { wakeWatchers() }
    }

    /// Ends the present waits.
    func wakeWatchers() {
        let waiting = watchers
        watchers = []
        waiting.forEach { $0.succeed() }
    }

    // MARK: The channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { lookForSilence() }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        run(machine.connectionClosed(nil))
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        noteProgress(at: context.eventLoop.now)
        lookForSilence()
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        answerBytes += bytes.readableBytes
        bytesSinceThen += bytes.readableBytes
        if bytesSinceThen >= deadlines.leastBytes(in: answerLimit) { noteProgress(at: context.eventLoop.now) }
        parser.append(bytes)
        do throws(IMAPSyntaxError) {
            while machine.phase != .closed, let event = try parser.next() {
                // Of a body any byte makes an event; its end is one that counts.
                if case .bodyBytes = event {} else { noteProgress(at: context.eventLoop.now) }
                receive(event)
            }
        } catch {
            run(
                machine.connectionClosed(
                    SessionError(
                        code: error.code, scope: .connection, text: "the server's answer cannot be read: \(error)")))
        }
        if assembler.heldBytes > machine.limits.fetchedBytes || answerBytes > machine.limits.answerBytes {
            run(
                machine.connectionClosed(
                    SessionError(code: .limitExceeded, scope: .connection, text: "the server sent too much at once")
                )
            )
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if machine.isResting { parser.releaseBuffer() }
        context.fireChannelReadComplete()
    }

    func channelInactive(context: ChannelHandlerContext) {
        run(machine.connectionClosed(nil))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: Error) {
        let reason: SessionError
        if let fault = error as? any Fault {
            reason = SessionError(code: fault.code, scope: fault.scope, text: fault.description)
        } else {
            reason = .connectionLost("the connection broke: \(error)")
        }
        run(machine.connectionClosed(reason))
    }

    private func receive(_ event: ResponseEvent) {
        switch event {
        case .untagged(let response): run(machine.received(response))
        case .tagged(let reply):
            answerBytes = 0
            run(machine.received(reply))
        case .continuation(_, let text): run(machine.receivedContinuation(text))
        case .fetchBegin, .fetchAttribute, .bodyBegin, .bodyBytes, .bodyEnd, .fetchEnd:
            if case .bodyBytes(let bytes) = event { answerBytes -= bytes.readableBytes }
            guard let message = assembler.receive(event) else { return }
            run(machine.received(message))
        }
    }

    // MARK: Actions

    private func run(_ actions: [SessionMachine.Action]) {
        for action in actions { run(action) }
    }

    private func run(_ action: SessionMachine.Action) {
        switch action {
        case .write(let bytes):
            lookForSilence()
            context?.writeAndFlush(wrapOutboundOut(bytes.buffer), promise: nil)
        case .sendMessage(let id):
            if let message = machine.message(of: id) { send(message, id, sent: 0) }
        case .beginTLS:
            beginTLS()
        case .complete(let id, let result):
            promises.removeValue(forKey: id)?.succeed(result)
            // An IDLE that ends without being asked to must not leave its waiter asleep.
            if result.command == IMAPCommand.idle.name { wakeWatchers() }
        case .fail(let id, let error):
            promises.removeValue(forKey: id)?.fail(error)
        case .greeted(let greeted):
            greeting.succeed(greeted)
        case .activity:
            wakeWatchers()
        case .alert(let text):
            if alerts.count < 20 { alerts.append(String(text.prefix(300))) }
        case .close(let error):
            close(error)
        }
    }

    /// Writes a message piece by piece, each when the one before has gone out.
    private func send(_ message: OutgoingMessage, _ id: CommandID, sent: Int) {
        guard let context, machine.phase == .open else { return }
        guard sent < message.size else {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "\r\n")), promise: nil)
            lookForSilence()
            return run(machine.messageSent(id))
        }
        let most = min(OutgoingMessage.pieceSize, message.size - sent)
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let promise = context.eventLoop.makePromise(of: [UInt8].self)
        promise.completeWithTask { try await message.read(most) }
        promise.futureResult.whenComplete { piece in
            let handler = bound.value
            guard case .success(let bytes) = piece, (1...most).contains(bytes.count) else {
                // The server waits for bytes that nobody has: there is no other way out of the literal.
                return handler.run(
                    handler.machine.connectionClosed(
                        SessionError(
                            code: .connectionLost, scope: .connection, command: "APPEND",
                            text: "the message to append could not be read to its end")))
            }
            let length = bytes.count
            handler.context?.writeAndFlush(handler.wrapOutboundOut(ByteBuffer(bytes: bytes))).whenSuccess {
                let handler = bound.value
                // The server has nothing to say while it takes the message.
                if let context = handler.context { handler.noteProgress(at: context.eventLoop.now) }
                handler.send(message, id, sent: sent + length)
            }
        }
    }

    private func beginTLS() {
        guard let context else { return }
        // A byte behind the OK was not protected: nothing received before TLS may survive it (RFC 3501 §6.2.1).
        guard parser.bufferedBytes == 0, let startTLS else {
            run(
                machine.connectionClosed(
                    SessionError(
                        code: .startTLSStripped, scope: .account,
                        text: "the server sent data behind its STARTTLS answer: refused, somebody may stand in between"
                    )
                )
            )
            return
        }
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        startTLS(context.channel).whenComplete { outcome in
            let handler = bound.value
            switch outcome {
            case .success:
                // The old parser's state is from before TLS, and so is nothing to build on.
                handler.parser = ResponseParser()
                handler.assembler = FetchAssembler()
                handler.run(handler.machine.tlsEstablished())
            case .failure(let error):
                if let context = handler.context { handler.errorCaught(context: context, error: error) }
            }
        }
    }

    private func close(_ error: SessionError) {
        failure = error
        silenceClock?.cancel()
        silenceClock = nil
        greeting.fail(error)
        let waiting = watchers
        watchers = []
        waiting.forEach { $0.fail(error) }
        context?.close(promise: nil)
    }

    // MARK: Silence and dripping

    /// Arms the clock while an answer is due. It looks again when it rings instead of being moved by every byte.
    private func lookForSilence() {
        guard silenceClock == nil, let context, machine.phase != .closed else { return }
        let due = lastHeard + .nanoseconds(Int64(answerLimit * 1e9))
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        silenceClock = context.eventLoop.scheduleTask(deadline: due) { bound.value.silenceRang() }
    }

    private func noteProgress(at time: NIODeadline) {
        lastHeard = time
        bytesSinceThen = 0
    }

    private var answerLimit: Double {
        if machine.phase == .awaitingGreeting { return deadlines.greeting }
        switch machine.idle {
        case .requested, .finishing: return min(deadlines.answer, deadlines.idleAnswer)
        case .none, .idling: return deadlines.answer
        }
    }

    private func silenceRang() {
        silenceClock = nil
        // The limit of now: the clock may have been set for something that was answered since.
        let limit = answerLimit
        guard machine.awaitsAnswer else { return }
        guard let now = context?.eventLoop.now, now - lastHeard >= .nanoseconds(Int64(limit * 1e9)) else {
            return lookForSilence()
        }
        let seconds = Int(limit)
        let text =
            switch (machine.phase == .awaitingGreeting, bytesSinceThen) {
            case (true, 0): "the server did not greet within \(seconds) s"
            case (false, 0): "no answer for \(seconds) s"
            case (true, let bytes): "the server's greeting had no end within \(seconds) s, only \(bytes) bytes came"
            case (false, let bytes): "the server answers too slowly: \(bytes) bytes in \(seconds) s, and no line ended"
            }
        run(
            machine.connectionClosed(
                SessionError(
                    code: .connectionTimeout, scope: .connection, command: machine.inFlight.first?.command.command.name,
                    text: text
                )
            )
        )
    }
}
