import IMAPSyntax
import MailModel
import NIOCore
import Testing

@testable import IMAPSession

/// Plays a session line by line: commands go in, the server's bytes go in, and what the machine wants is carried out by
/// a stand-in that refuses what no connection could do.
struct SessionScript {
    var machine: SessionMachine
    private var parser = ResponseParser()
    private var assembler = FetchAssembler()
    private var nextID: UInt64 = 1
    private var outstanding: Set<CommandID> = []
    private(set) var results: [CommandID: CommandResult] = [:]
    private(set) var failures: [CommandID: SessionError] = [:]
    private(set) var greeting: Greeting?
    private(set) var closing: SessionError?
    private(set) var alerts: [String] = []
    private(set) var activities = 0
    private(set) var handshakes = 0
    private(set) var messagesWanted: [CommandID] = []
    /// What was written and not taken yet, one entry for each write.
    private var writes: [String] = []
    /// Orders that cannot be carried out.
    private(set) var impossible: [String] = []
    private var isIdleOnWire = false

    init(mustStartTLS: Bool = false, limits: SessionLimits = .standard, greeted: Bool = true) {
        machine = SessionMachine(mustStartTLS: mustStartTLS, limits: limits)
        if greeted { server("* OK ready") }
    }

    // MARK: Client

    @discardableResult
    mutating func submit(_ commands: IMAPCommand...) -> [CommandID] { submit(commands.map { SubmittedCommand($0) }) }

    @discardableResult
    mutating func submit(_ commands: [SubmittedCommand]) -> [CommandID] {
        var numbered: [(id: CommandID, command: SubmittedCommand)] = []
        for command in commands {
            numbered.append((CommandID(rawValue: nextID), command))
            outstanding.insert(CommandID(rawValue: nextID))
            nextID += 1
        }
        carryOut(machine.submitted(numbered))
        return numbered.map(\.id)
    }

    mutating func close(_ error: SessionError? = nil) { carryOut(machine.connectionClosed(error)) }

    mutating func messageSent(_ id: CommandID) { carryOut(machine.messageSent(id)) }

    mutating func handshakeDone() { carryOut(machine.tlsEstablished()) }

    /// Each write since it was last asked, as text.
    mutating func written() -> [String] {
        defer { writes = [] }
        return writes
    }

    var isSettled: Bool { outstanding.isEmpty }

    // MARK: Server

    /// Lines of the server, the line ends left out.
    mutating func server(_ lines: String...) {
        for line in lines {
            guard machine.phase != .closed else { return }
            parser.append(ByteBuffer(string: line + "\r\n"))
            do {
                while machine.phase != .closed, let event = try parser.next() { receive(event) }
            } catch {
                close(SessionError(code: .protocolError, scope: .connection, text: "\(error)"))
            }
        }
    }

    private mutating func receive(_ event: ResponseEvent) {
        switch event {
        case .untagged(let response): carryOut(machine.received(response))
        case .tagged(let reply): carryOut(machine.received(reply))
        case .continuation: carryOut(machine.receivedContinuation())
        default:
            if let message = assembler.receive(event) { carryOut(machine.received(message)) }
        }
    }

    // MARK: The stand-in

    private mutating func carryOut(_ actions: [SessionMachine.Action]) {
        for action in actions {
            if closing != nil, !action.isFailure { impossible.append("\(action) after the end") }
            carryOut(action)
        }
    }

    private mutating func carryOut(_ action: SessionMachine.Action) {
        switch action {
        case .write(let bytes): write(String(buffer: bytes.buffer))
        case .sendMessage(let id):
            if machine.message(of: id) == nil { impossible.append("a message that nobody has") }
            messagesWanted.append(id)
        case .beginTLS:
            handshakes += 1
            if handshakes > 1 { impossible.append("a second handshake") }
        case .complete(let id, let result):
            settle(id)
            results[id] = result
        case .fail(let id, let error):
            settle(id)
            failures[id] = error
        case .greeted(let greeting):
            if self.greeting != nil { impossible.append("a second greeting") }
            self.greeting = greeting
        case .activity: activities += 1
        case .alert(let text): alerts.append(text)
        case .close(let error): closing = error
        }
    }

    private mutating func settle(_ id: CommandID) {
        if outstanding.remove(id) == nil { impossible.append("command \(id.rawValue) is settled twice") }
    }

    private mutating func write(_ text: String) {
        if text.isEmpty { impossible.append("an empty write") }
        if greeting == nil { impossible.append("a write before the greeting") }
        if case .establishingTLS = machine.phase { impossible.append("a write into the handshake") }
        if isIdleOnWire {
            if !text.hasPrefix("DONE\r\n") { impossible.append("“\(text)” within IDLE") }
            isIdleOnWire = false
        }
        if let idle = text.range(of: " IDLE\r\n") {
            if idle.upperBound != text.endIndex { impossible.append("more behind IDLE: “\(text)”") }
            isIdleOnWire = true
        }
        writes.append(text)
    }

    /// The server refused IDLE or ended it by itself.
    mutating func forgetIdle() { isIdleOnWire = false }
}

extension SessionMachine.Action {
    /// All that a closed connection can still do.
    fileprivate var isFailure: Bool {
        if case .fail = self { return true }
        return false
    }
}

extension SessionScript {
    func result(_ id: CommandID) throws -> CommandResult { try #require(results[id]) }
}

func uids(_ values: UInt32...) -> NonEmptyUIDSet {
    NonEmptyUIDSet(UIDSet(intervals: values.map { $0...$0 })) ?? NonEmptyUIDSet(.first)
}

func wire(_ name: String) -> WireMailboxName { WireMailboxName(decoded: name) }

func fetchFlags(_ uids: NonEmptyUIDSet) -> IMAPCommand { .uidFetch(.set(uids.set), [.uid, .flags], changedSince: nil) }

func fetchHeaders(from uid: UID) -> IMAPCommand {
    .uidFetch(.from(uid), [.uid, .flags, .bodyPeek(.header, partial: nil)], changedSince: nil)
}
