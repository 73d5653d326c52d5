/// An IMAP server that says what a test wants it to, command by command; what is not scripted it does as a good server
/// with an empty INBOX.
public struct IMAPScript: Sendable {
    /// The first line, without its end; empty: it says nothing.
    public var greeting = "* OK ready"
    public var capabilities = "IMAP4rev1 SASL-IR AUTH=PLAIN"
    /// After the login.
    public var capabilitiesAfter = "IMAP4rev1 IDLE UIDPLUS MOVE NAMESPACE ID UNSELECT SPECIAL-USE LIST-EXTENDED"
    /// By verb (`LOGIN` stands for AUTHENTICATE too): the lines of the answer, `%` for the tag.
    public var replies: [String: [String]] = [:]
    /// Verbs after whose answer it hangs up.
    public var hangsUpAfter: Set<String> = []

    public init() {}

    /// The answer of a refused login.
    public static func refusing(_ answer: String) -> IMAPScript {
        var script = IMAPScript()
        script.replies["LOGIN"] = ["% \(answer)"]
        return script
    }

    public func conversation() -> any PortConversation { IMAPScriptConversation(self) }
}

private final class IMAPScriptConversation: PortConversation {
    private let script: IMAPScript
    private var input = ClientInput()
    private var isSignedIn = false
    private var awaited: (tag: String, verb: String)?

    init(_ script: IMAPScript) { self.script = script }

    func opening() -> PortReply { PortReply(script.greeting.isEmpty ? "" : script.greeting + "\r\n") }

    func heard(_ bytes: [UInt8]) -> PortReply {
        input.append(bytes)
        var reply = PortReply()
        while reply.then == .goesOn, let piece = input.next() {
            switch piece {
            case .literalAnnounced: reply.bytes += Array("+ go on\r\n".utf8)
            case .line(let line):
                let next = answer(line)
                reply.bytes += next.bytes
                reply.then = next.then
            }
        }
        return reply
    }

    private func answer(_ line: [UInt8]) -> PortReply {
        if let (tag, verb) = awaited {
            awaited = nil
            return verb == "IDLE" ? PortReply("\(tag) OK idle ended\r\n") : finish(verb, tag)
        }
        guard let command = ClientCommand(line) else { return PortReply("* BAD what?\r\n") }
        let verb = command.verb == "AUTHENTICATE" ? "LOGIN" : command.verb
        if command.verb == "AUTHENTICATE", command.arguments.count < 2 {
            awaited = (command.tag, verb)
            return PortReply("+ \r\n")
        }
        if verb == "IDLE", script.replies["IDLE"] == nil {
            awaited = (command.tag, verb)
            return PortReply("+ idling\r\n")
        }
        return finish(verb, command.tag)
    }

    private func finish(_ verb: String, _ tag: String) -> PortReply {
        let lines = (script.replies[verb] ?? usual(verb)).map { $0.replacing("%", with: tag) }
        if verb == "LOGIN", lines.last?.hasPrefix("\(tag) OK") == true { isSignedIn = true }
        let text = lines.map { $0 + "\r\n" }.joined()
        if verb == "STARTTLS", lines.last?.hasPrefix("\(tag) OK") == true { return PortReply(text, then: .startsTLS) }
        let ends = verb == "LOGOUT" || script.hangsUpAfter.contains(verb)
        return PortReply(text, then: ends ? .closes : .goesOn)
    }

    private func usual(_ verb: String) -> [String] {
        switch verb {
        case "CAPABILITY":
            ["* CAPABILITY \(isSignedIn ? script.capabilitiesAfter : script.capabilities)", "% OK done"]
        case "NAMESPACE": ["* NAMESPACE ((\"\" \"/\")) NIL NIL", "% OK done"]
        case "ID": ["* ID NIL", "% OK done"]
        case "LIST": ["* LIST () \"/\" \"INBOX\"", "% OK done"]
        case "SELECT", "EXAMINE":
            [
                "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)",
                "* OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft \\*)] limited", "* 0 EXISTS",
                "* OK [UIDVALIDITY 7] valid", "* OK [UIDNEXT 1] predicted", "% OK [READ-WRITE] done",
            ]
        case "LOGOUT": ["* BYE see you", "% OK done"]
        default: ["% OK done"]
        }
    }
}
