import MailModel
import Testing

@testable import SMTPClient

@Suite struct HostileServerTests {
    /// Each of these stands at each step of a whole conversation in the place of the right reply.
    static let codes = [
        200, 220, 221, 235, 250, 251, 252, 299, 300, 334, 354, 399, 421, 432, 450, 451, 452, 454, 455, 500, 501, 502,
        503, 504, 521, 530, 534, 535, 538, 550, 551, 552, 553, 554, 555, 599,
    ]

    /// The conversation of a submission to two recipients by STARTTLS and AUTH LOGIN, and where each reply belongs.
    static let replies: [(stage: SubmissionStage, code: Int, lines: [String])] = [
        (.greeting, 220, ["mx"]), (.hello, 250, ["mx", "STARTTLS"]), (.startTLS, 220, ["go"]),
        (.hello, 250, ["mx", "AUTH LOGIN"]), (.authentication, 334, [""]), (.authentication, 334, [""]),
        (.authentication, 235, ["ok"]), (.sender, 250, ["ok"]), (.recipient, 250, ["ok"]), (.recipient, 250, ["ok"]),
        (.data, 354, ["go"]), (.receipt, 250, ["ok"]),
    ]

    @Test(arguments: Self.replies.indices, [false, true])
    func aWrongCodeAtAnyStepHasANamedOutcome(step: Int, isPipelining: Bool) throws {
        for code in Self.codes {
            let right = Self.replies[step]
            guard code != right.code, !(right.stage == .recipient && (250...252).contains(code)) else { continue }
            // 334 and 235 are both in order at a login's steps, the one after the other.
            if right.stage == .authentication, code == 334 || code == 235 { continue }
            var dialogue = try Self.dialogue()
            for (index, reply) in Self.replies.enumerated() {
                var lines = index == step ? ["wrong"] : reply.lines
                if isPipelining, reply.stage == .hello, index != step { lines.append("PIPELINING") }
                Self.answer(&dialogue, code: index == step ? code : reply.code, lines: lines)
            }
            dialogue.happened(.closed(nil))
            let outcomes = try #require(dialogue.outcomes)
            let wrong = SMTPReply(code: code, lines: ["wrong"])
            switch (right.stage, code / 100) {
            case (.receipt, 2): #expect(outcomes.allSatisfy { $0 == .accepted(reply: "\(code) wrong") })
            case (.receipt, 3): #expect(outcomes.allSatisfy { $0.disposition == .unknown })
            case (.sender, 4...5), (.data, 4...5), (.receipt, 4...5):
                let outcome: RecipientOutcome =
                    code / 100 == 4 ? .deferred(wrong, right.stage) : .refused(wrong, right.stage)
                #expect(outcomes.allSatisfy { $0 == outcome })
            case (.recipient, 4...5):
                // 421 ends it for all; otherwise the other recipient is served.
                #expect(outcomes.contains { $0.error?.reply == wrong })
                #expect(outcomes.contains { $0 == .accepted(reply: "250 ok") } == (code != 421))
            default:
                for outcome in outcomes {
                    guard case .notSent(let error) = outcome else {
                        Issue.record("\(outcome.summary) for \(code) at \(right.stage)")
                        continue
                    }
                    #expect(error.stage == right.stage)
                    #expect(error.reply == wrong)
                    #expect(code / 100 > 3 || error.code == .protocolError)
                    #expect(!error.description.isEmpty)
                }
            }
        }
    }

    @Test(arguments: Self.replies.indices)
    func aCutAtAnyStepIsNotSentOrUnknown(step: Int) throws {
        for event in [SubmissionMachine.Event.closed(nil), .deadlinePassed, .unreadable(.protocolError("x"))] {
            var dialogue = try Self.dialogue()
            for reply in Self.replies[..<step] { Self.answer(&dialogue, code: reply.code, lines: reply.lines) }
            dialogue.happened(event)
            let dispositions = (dialogue.outcomes ?? []).map(\.disposition)
            let isBehindTheDot = dialogue.dots == 1
            #expect(isBehindTheDot == (Self.replies[step].stage == .receipt))
            #expect(dispositions == (isBehindTheDot ? [.unknown, .unknown] : [.deferred, .deferred]))
            #expect(dialogue.isClosed)
        }
    }

    @Test(arguments: 0..<10)
    func noOrderOfEventsBreaksAPromise(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<60 {
            let security: SubmissionSecurity = Bool.random(using: &random) ? .startTLS : .tls
            var dialogue = try Self.dialogue(security: security)
            var isProtected = security == .tls
            for _ in 0..<40 where !dialogue.isClosed {
                let event = Self.event(for: dialogue, using: &random)
                if event == .tlsEstablished, dialogue.machine.stage == .handshake { isProtected = true }
                dialogue.happened(event)
                if !isProtected { #expect(dialogue.outputs.allSatisfy { !$0.hasPrefix("AUTH") && !$0.contains("@") }) }
            }
            dialogue.happened(.closed(nil))
            let outcomes = try #require(dialogue.outcomes)
            #expect(outcomes.count == 2)
            for outcome in outcomes where outcome.disposition == .unknown || outcome.disposition == .accepted {
                #expect(dialogue.dots == 1)
            }
            if let dot = dialogue.outputs.firstIndex(of: ".") {
                #expect(dialogue.outputs[..<dot].suffix(2) == ["<MESSAGE>", "<DOT?>"])
            }
        }
    }

    /// Mostly what goes on, sometimes anything.
    private static func event(
        for dialogue: Dialogue, using random: inout SeededGenerator
    ) -> SubmissionMachine.Event {
        let error = SMTPError.protocolError("x")
        if Int.random(in: 0..<12, using: &random) == 0 {
            let others: [SubmissionMachine.Event] = [
                .connected, .tlsEstablished, .tlsFailed(error), .messageWritten, .finalDotAllowed,
                .finalDotForbidden(error), .deadlinePassed, .closed(nil), .unreadable(error),
                .replied(SMTPReply(code: codes.randomElement(using: &random) ?? 250, lines: ["x"]), bytesBehind: 0),
                .replied(SMTPReply(code: 220, lines: ["x"]), bytesBehind: 1),
            ]
            return others.randomElement(using: &random) ?? .connected
        }
        func reply(_ code: Int, _ lines: [String] = ["x"]) -> SubmissionMachine.Event {
            .replied(SMTPReply(code: code, lines: lines), bytesBehind: 0)
        }
        switch dialogue.machine.stage {
        case nil: return .connected
        case .greeting: return reply(220)
        case .hello:
            return reply(250, ["mx", "STARTTLS", "AUTH PLAIN", Bool.random(using: &random) ? "PIPELINING" : "X"])
        case .startTLS: return reply(220)
        case .handshake: return .tlsEstablished
        case .authentication: return reply(235)
        case .sender: return reply(250)
        case .recipient: return reply([250, 450, 550].randomElement(using: &random) ?? 250)
        case .data: return reply(354)
        case .transfer: return dialogue.outputs.last == "<DOT?>" ? .finalDotAllowed : .messageWritten
        case .receipt: return reply(250)
        }
    }

    private static func dialogue(security: SubmissionSecurity = .startTLS) throws -> Dialogue {
        try Dialogue(recipients: ["a@x.org", "b@x.org"], login: ("jane", "secret"), security: security)
    }

    /// Gives the reply, and answers what the machine asks of its own side.
    private static func answer(_ dialogue: inout Dialogue, code: Int, lines: [String]) {
        dialogue.happened(.replied(SMTPReply(code: code, lines: lines), bytesBehind: 0))
        if dialogue.outputs.last == "<TLS>" { dialogue.happened(.tlsEstablished) }
        if dialogue.outputs.last == "<MESSAGE>" { dialogue.happened(.messageWritten) }
        if dialogue.outputs.last == "<DOT?>" { dialogue.happened(.finalDotAllowed) }
    }
}
