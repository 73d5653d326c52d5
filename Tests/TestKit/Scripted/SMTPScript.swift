import Synchronization

/// A submission server that says what a test wants it to, command by command; what is not scripted it takes.
public struct SMTPScript: Sendable {
    /// The first line, without its end; empty: it says nothing.
    public var greeting = "220 mail.example.org ESMTP"
    /// What EHLO offers, beside its first line.
    public var offers = ["SIZE 20000000", "8BITMIME", "PIPELINING", "AUTH PLAIN LOGIN"]
    /// By verb: the reply, without its end.
    public var replies: [String: String] = [:]

    public init() {}

    /// The reply to one verb.
    public static func answering(_ verb: String, _ reply: String) -> SMTPScript {
        var script = SMTPScript()
        script.replies[verb] = reply
        return script
    }

    /// - Parameter log: gets the client's lines.
    public func conversation(_ log: SMTPScriptLog = SMTPScriptLog()) -> any PortConversation {
        SMTPScriptConversation(self, log)
    }
}

/// What clients said to a scripted submission server; what follows AUTH is left out.
public final class SMTPScriptLog: Sendable {
    private let noted = Mutex<(lines: [String], messages: [String])>(([], []))

    public init() {}

    public var lines: [String] { noted.withLock { $0.lines } }
    public var messages: [String] { noted.withLock { $0.messages } }

    func note(_ line: String) { noted.withLock { $0.lines.append(line) } }
    func note(message: String) { noted.withLock { $0.messages.append(message) } }
}

private final class SMTPScriptConversation: PortConversation {
    private let script: SMTPScript
    private let log: SMTPScriptLog
    private var input: [UInt8] = []
    private var message: [String]?
    private var isProtected = false

    init(_ script: SMTPScript, _ log: SMTPScriptLog) {
        self.script = script
        self.log = log
    }

    func opening() -> PortReply { PortReply(script.greeting.isEmpty ? "" : script.greeting + "\r\n") }

    func heard(_ bytes: [UInt8]) -> PortReply {
        input += bytes
        var reply = PortReply()
        while reply.then == .goesOn, let end = input.firstIndex(of: 0x0A) {
            let line = String(decoding: input[..<end], as: UTF8.self).trimmingSuffix("\r")
            input.removeFirst(end + 1)
            let next = answer(line)
            reply.bytes += next.bytes
            reply.then = next.then
        }
        return reply
    }

    private func answer(_ line: String) -> PortReply {
        if let lines = message {
            guard line == "." else {
                message = lines + [line]
                return PortReply()
            }
            message = nil
            let reply = script.replies["MESSAGE"] ?? "250 2.0.0 taken"
            if reply.hasPrefix("2") { log.note(message: lines.joined(separator: "\n")) }
            return PortReply(reply + "\r\n")
        }
        let verb = String(line.prefix { $0 != " " }).uppercased()
        log.note(verb == "AUTH" ? "AUTH" : line)
        let reply = script.replies[verb] ?? usual(verb)
        switch verb {
        case "STARTTLS" where reply.hasPrefix("220"):
            isProtected = true
            return PortReply(reply + "\r\n", then: .startsTLS)
        case "DATA" where reply.hasPrefix("354"):
            message = []
            return PortReply(reply + "\r\n")
        case "QUIT": return PortReply(reply + "\r\n", then: .closes)
        default: return PortReply(reply + "\r\n")
        }
    }

    private func usual(_ verb: String) -> String {
        switch verb {
        case "EHLO":
            let offers = script.offers.filter { !isProtected || $0 != "STARTTLS" }
            let lines = ["mail.example.org"] + offers
            return lines.enumerated().map { "250\($0.offset == lines.count - 1 ? " " : "-")\($0.element)" }
                .joined(separator: "\r\n")
        case "STARTTLS": return "220 2.0.0 go ahead"
        case "AUTH": return "235 2.7.0 signed in"
        case "DATA": return "354 go ahead"
        case "QUIT": return "221 2.0.0 bye"
        default: return "250 2.1.0 ok"
        }
    }
}

extension String {
    fileprivate func trimmingSuffix(_ suffix: String) -> String {
        hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
    }
}
