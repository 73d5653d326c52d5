import IMAPSyntax
import MailModel

/// One connection as the server sees it: commands in, answers out.
final class ScriptedSession: ServerConversation {
    private let server: ScriptedServer
    private var input = ClientInput()
    private var awaitsSASL: String?
    private var idleTag: String?
    private var isSignedIn = false
    private var isCut = false
    var selected: Selection?
    /// The answer to the command in hand.
    var answer: [UInt8] = []
    /// Copies that the answer tells the client of.
    var sights: [Int] = []
    /// Those that it was told of, in answers that reached it.
    private(set) var seen: Set<Int> = []
    /// Those that it will have been told of when the answer has reached it.
    private var underway: [Int: [Int]] = [:]
    private var nextMark = 0

    /// The selected mailbox as the client knows it.
    struct Selection {
        var name: String
        var uidValidity: UIDValidity
        var isReadOnly: Bool
        /// Serials in the order of sequence numbers.
        var view: [Int] = []
        var flags: [Int: Set<Flag>] = [:]
    }

    init(_ server: ScriptedServer) { self.server = server }

    var store: ModelMailStore { server.store }
    var traits: ServerTraits { server.traits }

    func greeting() -> [ServerAnswer] { inPieces([.bytes(Array("* OK ready\r\n".utf8))]) }

    func received(_ bytes: [UInt8]) -> [ServerAnswer] {
        input.append(bytes)
        var answers: [ServerAnswer] = []
        while !isCut, let piece = input.next() {
            switch piece {
            case .literalAnnounced: answers.append(.bytes(Array("+ go on\r\n".utf8)))
            case .line(let line): answers += handle(line)
            }
        }
        return inPieces(answers)
    }

    /// What an idling client is told without asking.
    func news() -> [ServerAnswer] {
        guard idleTag != nil else { return [] }
        answer = []
        writeNews()
        return answer.isEmpty ? [] : inPieces([.bytes(answer)])
    }

    func reached(_ mark: Int) {
        guard let serials = underway.removeValue(forKey: mark) else { return }
        seen.formUnion(serials)
        store.note(told: serials)
    }

    private func inPieces(_ answers: [ServerAnswer]) -> [ServerAnswer] {
        traits.dribbles ? answers.dribbled : answers
    }

    private func handle(_ line: [UInt8]) -> [ServerAnswer] {
        answer = []
        sights = []
        if let tag = awaitsSASL {
            awaitsSASL = nil
            isSignedIn = true
            say("\(tag) OK signed in")
            return [.bytes(answer)]
        }
        if let tag = idleTag {
            idleTag = nil
            if line == Array("DONE".utf8) {
                writeNews()
                say("\(tag) OK idle ended")
            } else {
                store.note(violation: "a command within IDLE")
                say("\(tag) BAD expected DONE")
            }
            return [.bytes(answer)]
        }
        if line.starts(with: [0x16, 0x03]) {
            // A TLS greeting: the program asks what is spoken here.
            isCut = true
            return [.cut]
        }
        guard let command = ClientCommand(line) else {
            store.note(violation: "a line that is no command")
            return [.bytes(Array("* BAD what?\r\n".utf8))]
        }
        guard isSignedIn else {
            signIn(command)
            return [.bytes(answer)]
        }
        return carryOut(command)
    }

    private func carryOut(_ command: ClientCommand) -> [ServerAnswer] {
        switch Self.uncounted.contains(command.verb) ? nil : server.meet(command) {
        case .cutBefore:
            isCut = true
            return [.cut]
        case .cutAfter:
            run(command)
            isCut = true
            return [.cut]
        case .refused(let code):
            writeNews()
            say("\(command.tag) NO \(code.map { "[\($0)] " } ?? "")not now")
            return [.bytes(answer)]
        case .ignored:
            writeNews()
            say("\(command.tag) OK done, or so it seems")
            return [.bytes(answer)]
        case nil:
            run(command)
            guard !sights.isEmpty else { return [.bytes(answer)] }
            nextMark += 1
            underway[nextMark] = sights
            return [.bytes(answer), .mark(nextMark)]
        }
    }

    /// What signing in asks for.
    private static let uncounted: Set = ["CAPABILITY", "ENABLE", "NAMESPACE", "ID", "LIST", "LOGOUT"]

    private func signIn(_ command: ClientCommand) {
        switch command.verb {
        case "CAPABILITY": run(command)
        case "AUTHENTICATE" where command.arguments.count < 2:
            awaitsSASL = command.tag
            say("+ ")
        case "AUTHENTICATE", "LOGIN":
            isSignedIn = true
            say("\(command.tag) OK signed in")
        default:
            say("\(command.tag) BAD sign in first")
        }
    }

    private func run(_ command: ClientCommand) {
        if selected != nil, !["SELECT", "EXAMINE"].contains(command.verb) { writeNews() }
        if command.verb == "IDLE" {
            idleTag = command.tag
            say("+ idling")
            return
        }
        let ending = answer(to: command)
        if selected != nil { writeNews() }
        say("\(command.tag) \(ending)")
    }

    func say(_ line: String) { answer += Array(line.utf8) + [0x0D, 0x0A] }

    /// EXPUNGE, EXISTS and FETCH FLAGS for what changed since the client was last told.
    func writeNews() {
        guard var selection = selected, let mailbox = store[selection.name] else { return }
        guard mailbox.uidValidity == selection.uidValidity else { return }
        let present = Set(mailbox.messages.map(\.serial))
        for index in selection.view.indices.reversed() where !present.contains(selection.view[index]) {
            say("* \(index + 1) EXPUNGE")
            selection.view.remove(at: index)
        }
        let known = Set(selection.view)
        let new = mailbox.messages.filter { !known.contains($0.serial) }
        if !new.isEmpty {
            selection.view += new.map(\.serial)
            say("* \(selection.view.count) EXISTS")
        }
        for message in new { selection.flags[message.serial] = message.flags }
        for message in mailbox.messages where selection.flags[message.serial] != message.flags {
            selection.flags[message.serial] = message.flags
            if let index = selection.view.firstIndex(of: message.serial) {
                say("* \(index + 1) FETCH (UID \(message.uid) FLAGS (\(Self.text(of: message.flags))))")
            }
        }
        selected = selection
    }

    static func text(of flags: Set<Flag>) -> String { flags.sorted().map(\.rawValue).joined(separator: " ") }
}
