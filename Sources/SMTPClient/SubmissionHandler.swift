import Logging
import MailModel
import NIOCore

/// Carries out a `SubmissionMachine` on a channel: it starts when the channel is active, ends the channel itself, and
/// its result always comes. All of it runs on the channel's event loop.
public final class SubmissionHandler: ChannelInboundHandler {
    public typealias InboundIn = ByteBuffer
    public typealias OutboundOut = ByteBuffer

    /// Puts TLS in front of the channel and completes with the handshake.
    public typealias TLSUpgrade = @Sendable (any Channel) -> EventLoopFuture<Void>

    /// What became of the submission; never fails.
    public let result: EventLoopFuture<SubmissionResult>

    private let promise: EventLoopPromise<SubmissionResult>
    private let recipients: [EnvelopeAddress]
    private let deadlines: SubmissionDeadlines
    private let upgradeToTLS: TLSUpgrade
    private let beforeFinalDot: @Sendable () -> EventLoopFuture<Void>
    private let logger: Logger
    private let limits: SMTPLimits
    private var machine: SubmissionMachine
    private var parser: ReplyParser
    private var encoder: MessageDataEncoder
    private var isTransferring = false
    private var deadline: Scheduled<Void>?
    private var failure: SMTPError?

    /// - Parameter eventLoop: the channel's.
    /// - Parameter upgradeToTLS: called once, and only with `SubmissionSecurity.startTLS`.
    /// - Parameter beforeFinalDot: makes it durable that the final dot goes out; when it fails, the message is not sent.
    public init(
        submission: Submission, login: SubmissionLogin?, security: SubmissionSecurity, helloName: HelloName,
        deadlines: SubmissionDeadlines = .standard, limits: SMTPLimits = .standard, eventLoop: any EventLoop,
        logger: Logger = Logger(label: "smtp", factory: { _ in SwiftLogNoOpLogHandler() }),
        upgradeToTLS: @escaping TLSUpgrade, beforeFinalDot: @escaping @Sendable () -> EventLoopFuture<Void>
    ) {
        promise = eventLoop.makePromise(of: SubmissionResult.self)
        result = promise.futureResult
        recipients = submission.recipients
        self.deadlines = deadlines
        self.limits = limits
        self.logger = logger
        self.upgradeToTLS = upgradeToTLS
        self.beforeFinalDot = beforeFinalDot
        machine = SubmissionMachine(submission: submission, login: login, security: security, helloName: helloName)
        parser = ReplyParser(limits: limits)
        encoder = MessageDataEncoder(submission.data)
    }

    deinit {
        // Never added to a channel.
        guard !machine.isFinished else { return }
        promise.succeed(SubmissionResult(recipients, all: .notSent(.connectionLost(at: nil))))
    }

    public func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { handle(.connected, context) }
    }

    public func channelActive(context: ChannelHandlerContext) {
        handle(.connected, context)
        context.fireChannelActive()
    }

    public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !machine.isFinished else { return }
        parser.append(unwrapInboundIn(data))
        do throws(SMTPError) {
            while !machine.isFinished, let reply = try parser.next() {
                logger.trace("reply", metadata: ["smtp.reply": "\(reply.code)"])
                handle(.replied(reply, bytesBehind: parser.bufferedBytes), context)
            }
        } catch {
            handle(.unreadable(error), context)
        }
    }

    public func channelWritabilityChanged(context: ChannelHandlerContext) {
        if isTransferring, context.channel.isWritable {
            startDeadline(.transfer, context)
            transfer(context)
        }
        context.fireChannelWritabilityChanged()
    }

    /// Remembered, so that the end says why: the channel's close follows.
    public func errorCaught(context: ChannelHandlerContext, error: any Error) {
        failure = failure ?? SMTPError(error, stage: machine.stage)
        handle(.closed(failure), context)
    }

    public func channelInactive(context: ChannelHandlerContext) {
        handle(.closed(failure), context)
        context.fireChannelInactive()
    }

    public func handlerRemoved(context: ChannelHandlerContext) {
        handle(.closed(failure), context)
    }
}

// MARK: - Actions

extension SubmissionHandler {
    private func handle(_ event: SubmissionMachine.Event, _ context: ChannelHandlerContext) {
        for action in machine.receive(event) { run(action, context) }
        context.flush()
    }

    private func run(_ action: SubmissionMachine.Action, _ context: ChannelHandlerContext) {
        switch action {
        case .send(let command):
            logger.trace("command", metadata: ["smtp.command": "\(command.verb)"])
            var buffer = context.channel.allocator.buffer(capacity: 256)
            command.write(into: &buffer)
            context.write(wrapOutboundOut(buffer), promise: nil)
        case .upgradeToTLS: upgrade(context)
        case .sendMessage:
            isTransferring = true
            transfer(context)
        case .askForFinalDot: askForFinalDot(context)
        case .sendFinalDot:
            let dot = ByteBuffer(staticString: MessageDataEncoder.finalDot)
            context.writeAndFlush(wrapOutboundOut(dot), promise: nil)
        case .startDeadline(let stage): startDeadline(stage, context)
        case .stopDeadline:
            deadline?.cancel()
            deadline = nil
        case .finish(let outcomes):
            isTransferring = false
            var result = SubmissionResult(outcomes: zip(recipients, outcomes).map { ($0, $1) })
            result.extensions = machine.extensions
            promise.succeed(result)
        case .close:
            context.flush()
            context.close(promise: nil)
        }
    }
}

extension SubmissionHandler {
    /// Writes blocks while the channel takes them; the last one's promise tells that the message is out.
    private func transfer(_ context: ChannelHandlerContext) {
        while isTransferring, context.channel.isWritable {
            guard let block = encoder.next() else {
                isTransferring = false
                return handle(.messageWritten, context)
            }
            guard encoder.isAtEnd else {
                context.writeAndFlush(wrapOutboundOut(block), promise: nil)
                continue
            }
            isTransferring = false
            // The final dot is not asked for while bytes are stuck here.
            let written = context.eventLoop.makePromise(of: Void.self)
            context.writeAndFlush(wrapOutboundOut(block), promise: written)
            resume(on: written.futureResult, context) { handler, outcome in
                switch outcome {
                case .success: .messageWritten
                case .failure(let error): .closed(handler.failure ?? SMTPError(error, stage: .transfer))
                }
            }
        }
    }

    private func askForFinalDot(_ context: ChannelHandlerContext) {
        resume(on: beforeFinalDot().hop(to: context.eventLoop), context) { _, outcome in
            switch outcome {
            case .success: .finalDotAllowed
            case .failure(let error): .finalDotForbidden(.notDurable(error))
            }
        }
    }

    private func upgrade(_ context: ChannelHandlerContext) {
        // What came in the clear is forgotten, whatever it was.
        parser = ReplyParser(limits: limits)
        resume(on: upgradeToTLS(context.channel).hop(to: context.eventLoop), context) { handler, outcome in
            switch outcome {
            case .success: .tlsEstablished
            case .failure(let error): .tlsFailed(handler.failure ?? SMTPError(error, stage: .handshake))
            }
        }
    }

    private func resume(
        on future: EventLoopFuture<Void>, _ context: ChannelHandlerContext,
        as event: @escaping (SubmissionHandler, Result<Void, any Error>) -> SubmissionMachine.Event
    ) {
        future.assumeIsolated().whenComplete { outcome in
            self.handle(event(self, outcome), context)
        }
    }

    private func startDeadline(_ stage: SubmissionStage, _ context: ChannelHandlerContext) {
        deadline?.cancel()
        let time = deadlines.time(for: stage)
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: time) {
            self.handle(.deadlinePassed, context)
        }
    }
}
