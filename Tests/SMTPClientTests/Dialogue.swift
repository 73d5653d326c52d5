import MailModel
import NIOCore
import Testing

@testable import SMTPClient

/// Plays a machine against a script and refuses actions in an impossible order.
///
/// `S:` the server says, `C:` the client must say next; `<TLS>`, `<MESSAGE>`, `<DOT?>`, `<CLOSE>` are its other
/// actions; `E:` something else happens: `tls`, `tls-failed`, `written`, `allowed`, `forbidden`, `timeout`, `closed`.
struct Dialogue {
    var machine: SubmissionMachine
    var parser = ReplyParser()
    var outputs: [String] = []
    var outcomes: [RecipientOutcome]?
    var isClosed = false
    var deadline: SubmissionStage?
    var dots = 0

    init(
        sender: String = "jane@example.org", recipients: [String] = ["ann@example.net"], data: String = "Hello\r\n",
        login: (String, String)? = nil, security: SubmissionSecurity = .tls,
        isRehearsal: Bool = false
    ) throws {
        var submission = Submission(
            sender: try #require(EnvelopeAddress(sender)),
            recipients: try recipients.map { try #require(EnvelopeAddress($0)) },
            data: Array(data.utf8))
        submission.isRehearsal = isRehearsal
        machine = SubmissionMachine(
            submission: submission, login: login.map { SubmissionLogin(user: $0, password: Secret($1)) },
            security: security, helloName: try #require(HelloName("client.test")))
        happened(.connected)
    }

    mutating func play(_ script: String, feeding: Feeding = .whole) throws {
        var pending = ""
        for line in script.split(separator: "\n").map(String.init) + ["end"] {
            if line.hasPrefix("S: ") {
                pending += line.dropFirst(3) + "\r\n"
                continue
            }
            for piece in feeding.pieces(of: pending) { received(piece) }
            pending = ""
            if line.hasPrefix("C: ") {
                let said = outputs.isEmpty ? "nothing" : outputs.removeFirst()
                try #require(said == String(line.dropFirst(3)))
            } else if line.hasPrefix("E: ") {
                happened(try #require(Self.events[String(line.dropFirst(3))]))
            }
        }
        #expect(outputs.isEmpty)
    }

    mutating func received(_ bytes: [UInt8]) {
        parser.append(ByteBuffer(bytes: bytes))
        do throws(SMTPError) {
            while !machine.isFinished, let reply = try parser.next() {
                happened(.replied(reply, bytesBehind: parser.bufferedBytes))
            }
        } catch {
            happened(.unreadable(error))
        }
    }

    mutating func happened(_ event: SubmissionMachine.Event) {
        for action in machine.receive(event) {
            #expect(!isClosed, "\(action) after the close")
            switch action {
            case .send(let command):
                var buffer = ByteBuffer()
                command.write(into: &buffer)
                let line = String(buffer: buffer)
                #expect(line.hasSuffix("\r\n"))
                outputs.append(String(line.dropLast(1)))
            case .upgradeToTLS:
                parser = ReplyParser()
                outputs.append("<TLS>")
            case .sendMessage: outputs.append("<MESSAGE>")
            case .askForFinalDot: outputs.append("<DOT?>")
            case .sendFinalDot:
                dots += 1
                outputs.append(".")
            case .startDeadline(let stage): deadline = stage
            case .stopDeadline: deadline = nil
            case .finish(let outcomes):
                #expect(self.outcomes == nil, "finished twice")
                self.outcomes = outcomes
            case .close:
                #expect(outcomes != nil, "closed without a result")
                isClosed = true
                outputs.append("<CLOSE>")
            }
        }
        #expect(dots <= 1)
        // Something must end every wait for the server.
        if let stage = machine.stage, stage != .transfer { #expect(deadline == stage) }
    }

    /// The outcomes in short.
    var summary: [String] { (outcomes ?? []).map(\.summary) }

    private static let events: [String: SubmissionMachine.Event] = [
        "tls": .tlsEstablished, "written": .messageWritten, "allowed": .finalDotAllowed, "timeout": .deadlinePassed,
        "closed": .closed(nil),
        "tls-failed": .tlsFailed(SMTPError(code: .certificateExpired, scope: .account, detail: "expired")),
        "forbidden": .finalDotForbidden(SMTPError(code: .journalUnavailable, scope: .process, detail: "full")),
    ]
}

extension RecipientOutcome {
    var summary: String {
        switch self {
        case .accepted(let reply): "accepted \(reply)"
        case .refused(let reply, let stage): "refused \(reply) at \(stage.rawValue)"
        case .deferred(let reply, let stage): "deferred \(reply) at \(stage.rawValue)"
        case .unknown(let error): "unknown \(error.code) at \(error.stage?.rawValue ?? "-")"
        case .notSent(let error): "notSent \(error.code) at \(error.stage?.rawValue ?? "-")"
        }
    }
}
