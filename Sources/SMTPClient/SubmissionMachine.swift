import MailModel

/// One submission dialogue (RFC 5321, RFC 6409) as a pure machine: what happened goes in, what to do comes out.
///
/// Guarantees: nothing of login or mail is given out before TLS where STARTTLS was asked for; the final dot is given
/// out once, and only after `finalDotAllowed`; an outcome is `unknown` only behind that; `finish` comes exactly once,
/// with one outcome for each recipient, whatever the server does.
public struct SubmissionMachine: Sendable {
    public enum Event: Equatable, Sendable {
        case connected
        /// A complete reply, and how many bytes came in behind it.
        case replied(SMTPReply, bytesBehind: Int)
        /// The server's bytes are no reply, or too much.
        case unreadable(SMTPError)
        case tlsEstablished
        case tlsFailed(SMTPError)
        /// The connection took the last block of the message.
        case messageWritten
        case finalDotAllowed
        /// It could not be made durable that the final dot goes out.
        case finalDotForbidden(SMTPError)
        case deadlinePassed
        /// `nil`: the server closed it.
        case closed(SMTPError?)
    }

    /// To be carried out in the order given.
    public enum Action: Equatable, Sendable {
        case send(SubmissionCommand)
        /// Forget what was received, and answer with `tlsEstablished` or `tlsFailed`.
        case upgradeToTLS
        /// Write the message, without the final dot, and answer with `messageWritten`.
        case sendMessage
        /// Ask for leave, and answer with `finalDotAllowed` or `finalDotForbidden`.
        case askForFinalDot
        case sendFinalDot
        /// Replaces the deadline that runs.
        case startDeadline(SubmissionStage)
        case stopDeadline
        /// The outcomes, in the order of the recipients.
        case finish([RecipientOutcome])
        case close
    }

    private enum State: Sendable {
        case idle
        case greeting
        /// Waits for the reply to EHLO; `isProtected` is false before STARTTLS.
        case hello(isProtected: Bool)
        case startTLS
        case handshake
        case authentication(LoginDialogue)
        case envelope(EnvelopeDialogue)
        case transfer
        /// The message is written, leave for the final dot was asked.
        case holding
        case receipt
        case finished
    }

    private let submission: EnvelopeNeeds
    private let login: SubmissionLogin?
    private let security: SubmissionSecurity
    private let helloName: HelloName
    private var state = State.idle
    /// For each recipient what is settled about it; `nil`: still on the way.
    private var outcomes: [RecipientOutcome?]
    /// What the server offered where the login went.
    public private(set) var extensions: ServerExtensions?

    public init(
        submission: Submission, login: SubmissionLogin?, security: SubmissionSecurity, helloName: HelloName
    ) {
        self.submission = EnvelopeNeeds(submission)
        self.login = login
        self.security = security
        self.helloName = helloName
        outcomes = submission.recipients.map { _ in nil }
    }

    public var isFinished: Bool {
        if case .finished = state { true } else { false }
    }

    public mutating func receive(_ event: Event) -> [Action] {
        switch event {
        case .connected: connected()
        case .replied(let reply, let bytesBehind): replied(reply, bytesBehind: bytesBehind)
        case .unreadable(let error): fail(error.located(at: stage))
        case .tlsEstablished: tlsEstablished()
        case .tlsFailed(let error): fail(error)
        case .messageWritten: messageWritten()
        case .finalDotAllowed: finalDotAllowed()
        case .finalDotForbidden(let error): fail(error)
        case .deadlinePassed: stage.map { fail(.timeout(at: $0)) } ?? []
        case .closed(let error): fail(error ?? .connectionLost(at: stage))
        }
    }

    /// What is being waited for; `nil` before the start and after the end.
    public var stage: SubmissionStage? {
        switch state {
        case .idle, .finished: nil
        case .greeting: .greeting
        case .hello: .hello
        case .startTLS: .startTLS
        case .handshake: .handshake
        case .authentication: .authentication
        case .envelope(let dialogue): dialogue.stage
        case .transfer, .holding: .transfer
        case .receipt: .receipt
        }
    }
}

// MARK: - Events

extension SubmissionMachine {
    private mutating func connected() -> [Action] {
        guard case .idle = state else { return [] }
        if outcomes.isEmpty { return finish(with: nil) }
        state = .greeting
        return [.startDeadline(.greeting)]
    }

    private mutating func replied(_ reply: SMTPReply, bytesBehind: Int) -> [Action] {
        // Before TLS nobody speaks out of turn: an answer in advance is somebody else's.
        if bytesBehind > 0, isBeforeTLS { return fail(.injected(at: stage)) }
        return switch state {
        case .idle: fail(unexpected(reply))
        case .greeting: greeted(reply)
        case .hello(let isProtected): helloReplied(reply, isProtected: isProtected)
        case .startTLS: startTLSReplied(reply)
        // Whoever sent this did not wait for TLS: none of it may be taken for the server's words.
        case .handshake: fail(.injected(at: .handshake))
        case .authentication(let dialogue): loginReplied(reply, dialogue)
        case .envelope(let dialogue): envelopeReplied(reply, dialogue)
        case .transfer, .holding: repliedTooEarly(reply)
        case .receipt: receiptReplied(reply)
        case .finished: []
        }
    }

    /// Whether what comes in may be anybody's, and TLS is still to come.
    private var isBeforeTLS: Bool {
        switch state {
        case .greeting: security == .startTLS
        case .hello(let isProtected): !isProtected
        case .startTLS, .handshake: true
        case .idle, .authentication, .envelope, .transfer, .holding, .receipt, .finished: false
        }
    }

    private mutating func greeted(_ reply: SMTPReply) -> [Action] {
        guard reply.code == 220 else { return refusedOrUnexpected(reply, at: .greeting) }
        return sayHello(isProtected: security != .startTLS)
    }

    private mutating func sayHello(isProtected: Bool) -> [Action] {
        state = .hello(isProtected: isProtected)
        return [.send(.hello(helloName)), .startDeadline(.hello)]
    }

    private mutating func helloReplied(_ reply: SMTPReply, isProtected: Bool) -> [Action] {
        guard reply.code == 250 else { return refusedOrUnexpected(reply, at: .hello) }
        let extensions = ServerExtensions(reply)
        guard isProtected else {
            guard extensions.offersStartTLS else {
                return fail(.startTLSMissing(isMasked: extensions.hasMaskedKeyword))
            }
            state = .startTLS
            return [.send(.startTLS), .startDeadline(.startTLS)]
        }
        self.extensions = extensions
        return signIn(extensions)
    }

    private mutating func startTLSReplied(_ reply: SMTPReply) -> [Action] {
        guard reply.code == 220 else {
            guard reply.isTransient || reply.isPermanent else { return fail(unexpected(reply)) }
            // RFC 3207 §4: 454 passes; anything else is a server that takes its offer back.
            return fail(reply.code == 454 ? .startTLSUnavailable(reply) : SMTPError(reply: reply, stage: .startTLS))
        }
        state = .handshake
        return [.startDeadline(.handshake), .upgradeToTLS]
    }

    private mutating func tlsEstablished() -> [Action] {
        guard case .handshake = state else { return [] }
        return sayHello(isProtected: true)
    }

    private mutating func signIn(_ extensions: ServerExtensions) -> [Action] {
        guard let login else { return beginEnvelope(extensions) }
        do throws(SMTPError) {
            let dialogue = try LoginDialogue(login, extensions: extensions)
            state = .authentication(dialogue)
            return [.send(dialogue.opening), .startDeadline(.authentication)]
        } catch {
            return fail(error)
        }
    }

    private mutating func loginReplied(_ reply: SMTPReply, _ dialogue: LoginDialogue) -> [Action] {
        var dialogue = dialogue
        switch dialogue.received(reply) {
        case .send(let command):
            state = .authentication(dialogue)
            return [.send(command), .startDeadline(.authentication)]
        case .signedIn:
            return beginEnvelope(dialogue.extensions)
        case .failed(let error):
            return fail(error)
        }
    }

    private mutating func beginEnvelope(_ extensions: ServerExtensions) -> [Action] {
        if let error = submission.refusal(by: extensions) { return fail(error) }
        let dialogue = EnvelopeDialogue(submission, extensions: extensions)
        for index in dialogue.unreachable { outcomes[index] = .notSent(.addressNeedsSMTPUTF8(at: .recipient)) }
        guard outcomes.contains(where: { $0 == nil }) else { return finish(with: nil) }
        return proceed(dialogue)
    }

    /// Sends what the envelope has to send next, if anything.
    private mutating func proceed(_ dialogue: EnvelopeDialogue) -> [Action] {
        var dialogue = dialogue
        let commands = dialogue.nextCommands()
        state = .envelope(dialogue)
        return commands.map(Action.send) + [.startDeadline(dialogue.stage)]
    }

    private mutating func envelopeReplied(_ reply: SMTPReply, _ dialogue: EnvelopeDialogue) -> [Action] {
        var dialogue = dialogue
        let step = dialogue.answered()
        let stage = step.stage
        guard step.expects(reply.code) || reply.isTransient || reply.isPermanent else {
            return fail(unexpected(reply, at: stage))
        }
        // The server hangs up; replies to what was pipelined will not come.
        if reply.code == 421 { return finish(with: .deferred(reply, stage), hangUp: true) }
        let failure: RecipientOutcome? =
            if reply.isTransient {
                .deferred(reply, stage)
            } else if reply.isPermanent {
                .refused(reply, stage)
            } else {
                nil
            }
        switch step {
        case .sender:
            if let failure { return finish(with: failure) }
        case .recipient(let index):
            if let failure {
                outcomes[index] = failure
            } else if submission.isRehearsal {
                outcomes[index] = .accepted(reply: reply.description)
            }
            let isSettled = !outcomes.contains { $0 == nil }
            if isSettled, !dialogue.isDataSent || submission.isRehearsal { return finish(with: nil) }
        case .data:
            if let failure { return finish(with: failure) }
            // No recipient and yet 354 (RFC 2920 §3.1): hanging up is the one way that surely sends nothing.
            guard outcomes.contains(where: { $0 == nil }) else { return finish(with: nil, hangUp: true) }
            state = .transfer
            return [.startDeadline(.transfer), .sendMessage]
        }
        return proceed(dialogue)
    }

    private mutating func messageWritten() -> [Action] {
        guard case .transfer = state else { return [] }
        state = .holding
        return [.stopDeadline, .askForFinalDot]
    }

    private mutating func finalDotAllowed() -> [Action] {
        guard case .holding = state else { return [] }
        state = .receipt
        return [.sendFinalDot, .startDeadline(.receipt)]
    }

    /// Before the final dot only a refusal can be meant; a 250 here would be taken for the message's receipt.
    private mutating func repliedTooEarly(_ reply: SMTPReply) -> [Action] {
        if reply.isTransient { return finish(with: .deferred(reply, .transfer), hangUp: true) }
        if reply.isPermanent { return finish(with: .refused(reply, .transfer), hangUp: true) }
        return fail(unexpected(reply))
    }

    private mutating func receiptReplied(_ reply: SMTPReply) -> [Action] {
        if reply.isPositive { return finish(with: .accepted(reply: reply.description)) }
        if reply.isTransient { return finish(with: .deferred(reply, .receipt), hangUp: reply.code == 421) }
        if reply.isPermanent { return finish(with: .refused(reply, .receipt)) }
        return fail(unexpected(reply))
    }
}

// MARK: - Ends

extension SubmissionMachine {
    private mutating func refusedOrUnexpected(_ reply: SMTPReply, at stage: SubmissionStage) -> [Action] {
        guard reply.isTransient || reply.isPermanent else { return fail(unexpected(reply)) }
        return fail(SMTPError(reply: reply, stage: stage))
    }

    private func unexpected(_ reply: SMTPReply, at stage: SubmissionStage? = nil) -> SMTPError {
        .protocolError("the SMTP server's answer does not fit", stage: stage ?? self.stage, reply: reply)
    }

    /// The dialogue is over by an error, for every recipient that is not settled.
    private mutating func fail(_ error: SMTPError) -> [Action] {
        switch state {
        case .finished: return []
        case .receipt: return finish(with: .unknown(error), hangUp: true)
        case .idle, .greeting, .hello, .startTLS, .handshake, .authentication, .envelope, .transfer, .holding:
            return finish(with: .notSent(error), hangUp: true)
        }
    }

    /// - Parameter rest: the outcome for every recipient that is not settled.
    /// - Parameter hangUp: closes without a QUIT: the server is gone, confused, or in the middle of the message.
    private mutating func finish(with rest: RecipientOutcome?, hangUp: Bool = false) -> [Action] {
        guard !isFinished else { return [] }
        let isStarted = stage != nil
        state = .finished
        let missing = RecipientOutcome.notSent(.connectionLost(at: nil))
        let result = Action.finish(outcomes.map { $0 ?? rest ?? missing })
        return [.stopDeadline, result] + (hangUp || !isStarted ? [] : [.send(.quit)]) + [.close]
    }
}
