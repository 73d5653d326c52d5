import IMAPSyntax
import MailModel
import NIOCore

/// One IMAP connection's life as a pure state machine: facts in, actions out.
///
/// What it guarantees: commands are written in the order submitted; nothing is written behind IDLE but `DONE`, behind a
/// synchronising literal but its bytes, or behind a command that changes the rules (STARTTLS, login); each command is
/// completed exactly once.
struct SessionMachine {
    enum Action: Equatable {
        case write(OutboundBytes)
        /// The server wants the message of this APPEND: write it and a CRLF, then say `messageSent`.
        case sendMessage(CommandID)
        /// The server agreed to STARTTLS: begin the handshake, then say `tlsEstablished`.
        case beginTLS(CommandID)
        case complete(CommandID, CommandResult)
        case fail(CommandID, SessionError)
        case greeted(Greeting)
        /// Something happened in the selected mailbox.
        case activity
        /// An ALERT that the server wants a person to see.
        case alert(String)
        case close(SessionError)
    }

    enum Phase: Equatable {
        case awaitingGreeting
        case open
        case establishingTLS(CommandID)
        case closed
    }

    enum Idle: Equatable {
        case none
        /// IDLE is written, its continuation has not come.
        case requested(CommandID)
        case idling(CommandID)
        /// DONE is written, the tagged reply has not come.
        case finishing(CommandID)
    }

    /// How far the message is that follows a command.
    enum MessagePart: Equatable {
        case none, awaited, going
    }

    struct InFlight {
        var id: CommandID
        var tag: String
        var command: SubmittedCommand
        var laterSegments: ArraySlice<ByteBuffer>
        var message = MessagePart.none
        var result: CommandResult
    }

    private(set) var phase = Phase.awaitingGreeting
    private(set) var idle = Idle.none
    var waiting: [(id: CommandID, command: SubmittedCommand)] = []
    var inFlight: [InFlight] = []
    private var nextTag = 1
    private var strayReplies = 0
    private var untaggedSinceReply = 0
    private var fetchedSinceReply = 0
    private var farewell: String?
    /// Why the connection was given up: what comes too late fails with it.
    private var ending: SessionError?
    /// Bytes of fetched sections in the commands in flight.
    private var heldBytes = 0

    var encoder = CommandEncoder(literals: .synchronizing)
    var selected: SelectedMailbox?
    var activity = MailboxActivity()
    /// Whether the number of messages may differ from what is known.
    var countIsStale = false
    private(set) var capabilities: Set<String>?
    /// Whether the server agreed to show new messages of its own accord.
    private(set) var showsArrivals = false
    /// Whether bytes are protected, or the connection never has to be.
    private(set) var mustStartTLS: Bool
    let limits: SessionLimits

    init(mustStartTLS: Bool, limits: SessionLimits = .standard) {
        self.mustStartTLS = mustStartTLS
        self.limits = limits
    }

    var isSigningIn: Bool { inFlight.contains { $0.command.carriesSecret } }

    /// Whether an answer is due, and so silence means a dead connection.
    var awaitsAnswer: Bool {
        switch phase {
        case .awaitingGreeting: return true
        case .closed, .establishingTLS: return false
        case .open: break
        }
        if case .idling = idle { return inFlight.count > 1 }
        return !inFlight.isEmpty
    }

    // MARK: Submitting

    mutating func submitted(_ commands: [(id: CommandID, command: SubmittedCommand)]) -> [Action] {
        guard phase != .closed else {
            return commands.map { .fail($0.id, ending ?? .connectionLost("the connection is closed")) }
        }
        waiting += commands
        return pump()
    }

    /// Writes whatever may be written now, as one burst.
    private mutating func pump() -> [Action] {
        guard phase == .open else { return [] }
        var burst = ByteBuffer()
        var actions: [Action] = []
        if case .idling(let id) = idle, !waiting.isEmpty {
            burst.writeString("DONE\r\n")
            idle = .finishing(id)
        }
        while let next = waiting.first, mayWrite(next.command) {
            waiting.removeFirst()
            if mustStartTLS, next.command.carriesSecret {
                actions.append(.fail(next.id, .protocolError("no password goes out before TLS")))
                continue
            }
            let tag = "p\(nextTag)"
            nextTag += 1
            do {
                // A message goes out only when the server says that it wants it: a refusal should not cost its bytes.
                let encoder = next.command.message == nil ? encoder : CommandEncoder(literals: .synchronizing)
                var encoded = try encoder.encode(tag: tag, command: next.command.command).segments[...]
                guard var first = encoded.popFirst() else { continue }
                burst.writeBuffer(&first)
                inFlight.append(
                    InFlight(
                        id: next.id, tag: tag, command: next.command,
                        laterSegments: encoded + next.command.continuations,
                        message: next.command.message == nil ? .none : .awaited,
                        result: CommandResult(
                            command: next.command.command.name, mailbox: next.command.command.mailbox?.decoded,
                            status: .ok, code: nil, text: ""
                        )
                    )
                )
                if next.command.isIdle { idle = .requested(next.id) }
                beginSelecting(next.command)
            } catch {
                actions.append(
                    .fail(
                        next.id,
                        SessionError(
                            code: .protocolError, scope: .message, command: next.command.command.name,
                            text: "cannot be sent: \(error)"
                        )
                    )
                )
            }
        }
        if burst.readableBytes > 0 { actions.insert(.write(OutboundBytes(burst)), at: 0) }
        return actions
    }

    private func mayWrite(_ command: SubmittedCommand) -> Bool {
        switch idle {
        case .requested, .idling: return false
        case .none, .finishing: break
        }
        if inFlight.contains(where: { !$0.laterSegments.isEmpty || $0.message != .none || $0.command.isExclusive }) {
            return false
        }
        return !command.isExclusive || inFlight.isEmpty
    }

    // MARK: Receiving

    mutating func received(_ response: UntaggedResponse) -> [Action] {
        untaggedSinceReply += 1
        guard untaggedSinceReply <= limits.untaggedResponses else {
            return close(.init(code: .limitExceeded, scope: .connection, text: "too many responses to one command"))
        }
        if phase == .awaitingGreeting { return receivedGreeting(response) }
        if case .status(.bye, _, let text) = response, !isSigningIn {
            farewell = text
            // Nothing is due any more that would show that nobody is there.
            if !awaitsAnswer { return close(partingReason()) }
        }
        return route(response)
    }

    mutating func received(_ message: FetchedMessage) -> [Action] {
        let answered = inFlight.firstIndex { $0.command.expects(message) }
        if answered == nil { untaggedSinceReply += 1 } else { fetchedSinceReply += 1 }
        guard untaggedSinceReply <= limits.untaggedResponses, fetchedSinceReply <= limits.fetchedMessages else {
            return close(.init(code: .limitExceeded, scope: .connection, text: "too many responses to one command"))
        }
        if let index = answered {
            inFlight[index].result.fetched.append(message)
            heldBytes += message.bodyBytes
            guard heldBytes <= limits.fetchedBytes else {
                return close(.init(code: .limitExceeded, scope: .connection, text: "the server sent too much at once"))
            }
            // Nobody asked UID EXPUNGE for flags: of a message that stays after all they are news.
            guard case .uidExpunge = inFlight[index].command.command else { return [] }
        }
        if showsArrivals, message.facts != nil, !message.bodies.isEmpty {
            activity.noteArrival(message)
        } else {
            activity.noteFlags(message)
        }
        return [.activity]
    }

    mutating func receivedContinuation(_ text: String = "") -> [Action] {
        if let index = inFlight.firstIndex(where: { !$0.laterSegments.isEmpty }) {
            inFlight[index].result.lastChallenge = text
            let segment = inFlight[index].laterSegments.removeFirst()
            return [.write(OutboundBytes(segment))] + pump()
        }
        if let index = inFlight.firstIndex(where: { $0.message == .awaited }) {
            inFlight[index].message = .going
            return [.sendMessage(inFlight[index].id)]
        }
        if case .requested(let id) = idle {
            idle = .idling(id)
            return pump()
        }
        return []
    }

    /// The message of an APPEND and its CRLF are written.
    mutating func messageSent(_ id: CommandID) -> [Action] {
        guard let index = inFlight.firstIndex(where: { $0.id == id }) else { return [] }
        inFlight[index].message = .none
        return pump()
    }

    /// What an APPEND in flight hands over.
    func message(of id: CommandID) -> OutgoingMessage? { inFlight.first { $0.id == id }?.command.message }

    mutating func received(_ reply: TaggedResponse) -> [Action] {
        untaggedSinceReply = 0
        fetchedSinceReply = 0
        guard let index = inFlight.firstIndex(where: { $0.tag == reply.tag }) else {
            strayReplies += 1
            if mustStartTLS || strayReplies > limits.strayReplies {
                return close(.protocolError("the server answered a command that was not sent"))
            }
            return []
        }
        var finished = inFlight.remove(at: index)
        heldBytes -= finished.result.fetched.reduce(0) { $0 + $1.bodyBytes }
        finished.result.status = reply.status
        finished.result.code = reply.code
        finished.result.text = reply.text
        if case .capability(let names) = reply.code { noteCapabilities(names) }
        switch idle {
        case .requested(finished.id), .idling(finished.id), .finishing(finished.id): idle = .none
        case .none, .requested, .idling, .finishing: break
        }
        if case .startTLS = finished.command.command, reply.status == .ok {
            phase = .establishingTLS(finished.id)
            return [.beginTLS(finished.id)]
        }
        endSelecting(&finished)
        if case .notify = finished.command.command, reply.status == .ok { showsArrivals = true }
        if finished.message == .going {
            // It does not wait for the rest of the message, of which it would take every byte for a command.
            return [.complete(finished.id, finished.result)]
                + close(.connectionLost("the server answered APPEND before it had the message"))
        }
        if farewell != nil, inFlight.isEmpty {
            // It said goodbye, and then answered what was under way: nothing else will be answered.
            return [.complete(finished.id, finished.result)] + close(partingReason())
        }
        return [.complete(finished.id, finished.result)] + pump()
    }

    /// The handshake is done: nothing heard before it counts any more (FAULTS STARTTLS 6).
    mutating func tlsEstablished() -> [Action] {
        guard case .establishingTLS(let id) = phase else { return [] }
        phase = .open
        mustStartTLS = false
        capabilities = nil
        encoder = CommandEncoder(literals: .synchronizing)
        selected = nil
        farewell = nil
        activity = MailboxActivity()
        let result = CommandResult(command: "STARTTLS", status: .ok, code: nil, text: "")
        return [.complete(id, result)] + pump()
    }

    mutating func connectionClosed(_ error: SessionError?) -> [Action] {
        guard phase != .closed else { return [] }
        return close(partingReason(error))
    }

    /// The server's own words, where it had any that can be believed.
    private func partingReason(_ error: SessionError? = nil) -> SessionError {
        let reason = error ?? .connectionLost("the server closed the connection")
        guard let farewell, !mustStartTLS else { return reason }
        var parting = SessionError(code: reason.code, scope: reason.scope, text: "the server said BYE: \(farewell)")
        parting.isFarewell = true
        return parting
    }

    mutating func close(_ error: SessionError) -> [Action] {
        guard phase != .closed else { return [] }
        var ids = inFlight.map(\.id) + waiting.map(\.id)
        // STARTTLS was answered, but is complete only with the handshake.
        if case .establishingTLS(let id) = phase { ids.append(id) }
        phase = .closed
        ending = error
        idle = .none
        inFlight = []
        waiting = []
        ids.sort()
        return ids.map { .fail($0, error) } + [.close(error)]
    }

    private mutating func receivedGreeting(_ response: UntaggedResponse) -> [Action] {
        guard case .status(let status, let code, let text) = response else {
            return close(.protocolError("this is not an IMAP server: it did not begin with a greeting"))
        }
        switch status {
        case .ok, .preauth:
            if status == .preauth, mustStartTLS {
                return close(
                    SessionError(
                        code: .startTLSStripped, scope: .account,
                        text: "the server let us in before TLS (PREAUTH): refused, somebody may stand in between"
                    )
                )
            }
            phase = .open
            if case .capability(let names) = code, !mustStartTLS { noteCapabilities(names) }
            return [.greeted(Greeting(isPreauthenticated: status == .preauth, text: mustStartTLS ? "" : text))] + pump()
        case .bye, .no, .bad:
            var refusal = SessionError(
                code: .unavailable, scope: .connection, responseCode: mustStartTLS ? nil : code,
                // Before TLS anybody may have said it.
                text: "the server turned us away" + (mustStartTLS ? "" : ": \(text)")
            )
            refusal.isGreeting = true
            return close(refusal)
        }
    }

    mutating func noteCapabilities(_ names: [String]) {
        let known = Set(names.map { $0.uppercased() })
        capabilities = known
        if known.contains("LITERAL+") {
            encoder = CommandEncoder(literals: .nonSynchronizing)
        } else if known.contains("LITERAL-") {
            encoder = CommandEncoder(literals: .limited4096)
        } else {
            encoder = CommandEncoder(literals: .synchronizing)
        }
    }
}

extension SessionMachine {
    /// Whether nothing but an IDLE waits, so that buffers may be given back.
    var isResting: Bool {
        if case .idling = idle { return inFlight.count == 1 }
        return inFlight.isEmpty
    }
}
