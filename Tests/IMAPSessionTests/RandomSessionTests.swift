import IMAPSyntax
import MailModel
import Testing

@testable import IMAPSession

/// Whatever the server says, in whatever order: no trap, no impossible order, each command settled once.
@Suite struct RandomSessionTests {
    /// SplitMix64: the same sequence for the same seed.
    struct Seeded: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }

    static let lines = [
        "* 5 EXISTS", "* 0 EXISTS", "* 1 EXPUNGE", "* 4294967295 EXPUNGE", "* RECENT", "* OK [UIDVALIDITY 8] v",
        "* OK [UIDNEXT 1] backwards", "* OK [ALERT] look", "* NO [UNAVAILABLE] later", "* BAD what", "* BYE bye",
        "* FLAGS ()", "* OK [PERMANENTFLAGS ()] none", "* VANISHED 1:4294967295", "* 3 FETCH (UID 3 FLAGS (\\Seen))",
        "* 3 FETCH (UID 3 BODY[HEADER] {2}\r\nab)", "* 3 FETCH (UID 3 BODY[HEADER] NIL)", "* 4 FETCH ()",
        "* LIST () \"/\" x",
        "* STATUS x (UIDNEXT 0 MESSAGES 4)", "* SEARCH 1 2", "* ESEARCH (TAG \"p1\") UID ALL 1:3", "* CAPABILITY",
        "* CAPABILITY IMAP4rev1 LITERAL+", "* ENABLED", "* NAMESPACE NIL NIL NIL", "* ID NIL", "* OK [COPYUID 1 1 1] c",
        "* OK [CLOSED] x", "* OK [READ-ONLY] r", "* PREAUTH hello", "+ go", "+", "x1 OK stray", "* XSOMETHING odd",
    ]

    static func command(_ number: Int) -> IMAPCommand {
        switch number {
        case 0: .noop
        case 1: .idle
        case 2: .select(wire("INBOX"), condstore: false)
        case 3: .examine(wire("Ünïcode"), condstore: true)
        case 4: fetchHeaders(from: .first)
        case 5: fetchFlags(uids(3))
        case 6: .uidMove(uids(3), wire("A"))
        case 7: .uidStore(uids(3), .add, [.deleted], silent: false, unchangedSince: nil)
        case 8: .login(user: "jänе", password: Secret("p\u{e4}ss"))
        case 9: .unselect
        case 10: .list(reference: "", pattern: "*", returning: [])
        default: .capability
        }
    }

    @Test(arguments: 0..<8) func anythingInAnyOrder(_ block: UInt64) {
        for seed in 0..<60 {
            var generator = Seeded(state: block * 1_000 + UInt64(seed))
            let mustStartTLS = Bool.random(using: &generator)
            var script = SessionScript(mustStartTLS: mustStartTLS, greeted: Bool.random(using: &generator))
            var submitted: [CommandID] = []
            var trail: [String] = []
            for _ in 0..<60 {
                switch Int.random(in: 0..<10, using: &generator) {
                case 0..<3:
                    let command = Self.command(Int.random(in: 0...11, using: &generator))
                    trail.append("C \(command)")
                    submitted += script.submit(command)
                case 3:
                    script.handshakeDone()
                case 4..<7:
                    let reply = ["OK", "NO [INUSE]", "BAD"].randomElement(using: &generator) ?? "OK"
                    let line = "p\(Int.random(in: 1...12, using: &generator)) \(reply) x"
                    trail.append("S \(line)")
                    script.forgetIdleIfOver(line)
                    script.server(line)
                default:
                    let line = Self.lines.randomElement(using: &generator) ?? ""
                    trail.append("S \(line)")
                    script.server(line)
                }
            }
            script.close()
            #expect(script.isSettled, "seed \(block)/\(seed): \(trail)")
            #expect(script.impossible.isEmpty, "seed \(block)/\(seed): \(script.impossible) \(trail)")
            #expect(script.results.count + script.failures.count == submitted.count)
        }
    }
}

extension SessionScript {
    /// A tagged reply to a running IDLE ends it without DONE.
    mutating func forgetIdleIfOver(_ line: String) {
        let tag = String(line.prefix { $0 != " " })
        if machine.inFlight.contains(where: { $0.tag == tag && $0.command.isIdle }) { forgetIdle() }
    }
}
