/// One connection as a submission server sees it: commands in, replies out (RFC 5321).
final class SubmissionSession: ServerConversation {
    private enum Phase { case command, loginResponse, message }

    private let server: ScriptedSubmissionServer
    private let traits: SubmissionTraits
    private var bytes: [UInt8] = []
    /// Where nothing ends before.
    private var searched = 0
    private var outputs: [ServerAnswer] = []
    private var phase = Phase.command
    private var isCut = false
    private var hasGreeted = false
    private var isSignedIn: Bool
    private var sender: String?
    private var recipients: [String] = []
    private var is8Bit = false

    init(_ server: ScriptedSubmissionServer) {
        self.server = server
        traits = server.traits
        isSignedIn = !traits.wantsLogin
    }

    func greeting() -> [ServerAnswer] {
        act(.greeting) { say("220 scripted ESMTP") }
        return flush()
    }

    func received(_ more: [UInt8]) -> [ServerAnswer] {
        bytes += more
        while !isCut, let piece = nextPiece() {
            switch phase {
            case .command: handle(command: String(decoding: piece, as: UTF8.self))
            case .loginResponse:
                phase = .command
                act(.login) { signIn() }
            case .message: handle(message: piece)
            }
        }
        return flush()
    }

    private func flush() -> [ServerAnswer] {
        defer { outputs = [] }
        return traits.dribbles ? outputs.dribbled : outputs
    }

    /// A line without its CRLF, or a message without its final dot.
    private func nextPiece() -> [UInt8]? {
        let isMessage = phase == .message
        // An empty message is the dot alone.
        if isMessage, bytes.starts(with: Array(".\r\n".utf8)) {
            bytes.removeFirst(3)
            return []
        }
        while searched + 1 < bytes.count {
            guard bytes[searched] == 0x0D, bytes[searched + 1] == 0x0A else {
                searched += 1
                continue
            }
            guard isMessage else { return take(searched, dropping: 2) }
            guard bytes.count >= searched + 5 else { return nil }
            if bytes[searched + 2] == UInt8(ascii: "."), bytes[searched + 3] == 0x0D, bytes[searched + 4] == 0x0A {
                return take(searched + 2, dropping: 3)
            }
            searched += 2
        }
        return nil
    }

    private func take(_ count: Int, dropping end: Int) -> [UInt8] {
        defer {
            bytes.removeFirst(count + end)
            searched = 0
        }
        return Array(bytes[..<count])
    }

    // MARK: Commands

    private func handle(command line: String) {
        let verb = line.prefix { $0 != " " }.uppercased()
        server.note(command: verb == "AUTH" ? "AUTH" : line)
        if line.utf8.count > 512 { server.note(violation: "a command of \(line.utf8.count) octets") }
        if !bytes.isEmpty, !traits.has("PIPELINING") { server.note(violation: "\(verb) was not waited for") }
        switch verb {
        case "EHLO", "HELO":
            act(.hello) {
                hasGreeted = true
                let lines = ["scripted"] + (verb == "EHLO" ? traits.lines : [])
                for line in lines.dropLast() { say("250-\(line)") }
                say("250 \(lines.last ?? "")")
            }
        case "AUTH":
            guard line.split(separator: " ").count < 3 else { return act(.login) { signIn() } }
            phase = .loginResponse
            say("334 ")
        case "MAIL": mail(line)
        case "RCPT": recipient(line)
        case "DATA": data()
        case "RSET":
            forget()
            say("250 2.0.0 forgotten")
        case "NOOP": say("250 2.0.0 so what")
        case "QUIT":
            say("221 2.0.0 bye")
            cut()
        default: say("500 5.5.2 what?")
        }
    }

    private func signIn() {
        isSignedIn = true
        say("235 2.7.0 welcome")
    }

    private func mail(_ line: String) {
        guard hasGreeted, isSignedIn else {
            server.note(violation: "MAIL before EHLO and the login")
            return say("530 5.7.0 sign in first")
        }
        act(.sender) {
            forget()
            let size = line.split(separator: " ").first { $0.hasPrefix("SIZE=") }.flatMap { Int($0.dropFirst(5)) }
            if let size, let limit = traits.sizeLimit, size > limit {
                server.note(violation: "MAIL with more than the announced SIZE")
                return say("552 5.3.4 too large")
            }
            sender = Self.path(line)
            is8Bit = line.contains(" BODY=8BITMIME")
            if is8Bit, !traits.has("8BITMIME") { server.note(violation: "8BITMIME was not offered") }
            say("250 2.1.0 sender taken")
        }
    }

    private func recipient(_ line: String) {
        let address = Self.path(line)
        guard sender != nil else { return say("503 5.5.1 who from?") }
        act(.recipient, for: [address]) {
            recipients.append(address)
            say("250 2.1.5 recipient taken")
        }
    }

    private func data() {
        guard !recipients.isEmpty else { return say("554 5.5.1 nobody to send to") }
        act(.data, for: recipients) {
            phase = .message
            say("354 go on")
        }
    }

    private func handle(message stuffed: [UInt8]) {
        phase = .command
        let message = Self.unstuffed(stuffed)
        for index in message.indices {
            let isCR = message[index] == 0x0D
            let isLF = message[index] == 0x0A
            let isBareCR = isCR && (index + 1 >= message.count || message[index + 1] != 0x0A)
            let isBareLF = isLF && (index == 0 || message[index - 1] != 0x0D)
            if isBareCR || isBareLF { server.note(violation: "a bare CR or LF in a message") }
        }
        if !is8Bit, traits.has("8BITMIME"), message.contains(where: { $0 >= 0x80 }) {
            server.note(violation: "8-bit bytes without BODY=8BITMIME")
        }
        act(.message, for: recipients) {
            server.take(TakenMessage(sender: sender ?? "", recipients: recipients, bytes: message))
            say("250 2.0.0 taken")
        }
        forget()
    }

    private func forget() {
        sender = nil
        recipients = []
        is8Bit = false
    }

    // MARK: Replies

    /// What is usual at that point, or what was to go wrong there.
    private func act(_ moment: SubmissionMoment, for recipients: [String] = [], _ usual: () -> Void) {
        switch server.meet(moment, for: recipients) {
        case .says(let reply): say(reply)
        case .cutBefore: cut()
        case .cutAfter:
            let said = outputs
            usual()
            outputs = said
            cut()
        case nil: usual()
        }
    }

    private func cut() {
        isCut = true
        outputs.append(.cut)
    }

    private func say(_ line: String) {
        let line = Array(line.utf8) + [0x0D, 0x0A]
        if case .bytes(let before)? = outputs.last {
            outputs[outputs.count - 1] = .bytes(before + line)
        } else {
            outputs.append(.bytes(line))
        }
    }

    /// What stands between the brackets.
    private static func path(_ line: String) -> String {
        String(line.drop { $0 != "<" }.dropFirst().prefix { $0 != ">" })
    }

    private static func unstuffed(_ bytes: [UInt8]) -> [UInt8] {
        var message: [UInt8] = []
        message.reserveCapacity(bytes.count)
        var isAtLineStart = true
        for byte in bytes {
            if !(isAtLineStart && byte == UInt8(ascii: ".")) { message.append(byte) }
            isAtLineStart = byte == 0x0A
        }
        return message
    }
}
