import IMAPSyntax
import MailModel
import NIOCore
import Testing

/// Damaged responses: never a trap, always an end, and the same events however the bytes are cut.
struct MutationTests {
    private static let seeds: [String] = [
        "* OK [CAPABILITY IMAP4rev1 IDLE] ready\r\n", "A1 OK [COPYUID 38505 304,319:320 3956:3958] done\r\n",
        "* LIST (\\Noselect) \"/\" {6}\r\na\"\r\nbc\r\n", "* STATUS \"a b\" (MESSAGES 231 UIDNEXT 44292 SIZE 5)\r\n",
        "* NAMESPACE ((\"\" \"/\" \"X\" (\"a\"))) NIL ((\"#s.\" \".\"))\r\n",
        "* ID (\"name\" {4}\r\na\"bc \"os\" NIL)\r\n",
        "* SEARCH 2 3 6 (MODSEQ 91)\r\n", "* ESEARCH (TAG \"A2\") UID COUNT 5 ALL 4:19,21 MODSEQ 7\r\n",
        "* VANISHED (EARLIER) 300:310,405\r\n", "* FLAGS (\\Seen $Junk)\r\n* 5 EXISTS\r\n* 2 EXPUNGE\r\n+ go\r\n",
        "* OK [PERMANENTFLAGS (\\Seen \\*)] x\r\n",
        "* 1 FETCH (UID 5 FLAGS (\\Seen a) INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" RFC822.SIZE 9 BODY[HEADER] {8}\r\n"
            + "A: b\r\n\r\n MODSEQ (7))\r\nA1 OK\r\n",
        "* 0 FETCH (BODY[] {3}\r\na)b UID 5)\r\n* 2 FETCH (BODY[]<5> \"x\\\"y\" BODY[1] NIL)\r\n",
        "* 3 FETCH (ENVELOPE (\"d\" {3}\r\na\"b ((\"J\" NIL \"j\" \"x\")) NIL NIL NIL NIL NIL NIL \"<i>\") UID 7)\r\n",
        "* 4 FETCH (BODYSTRUCTURE ((\"TEXT\" \"PLAIN\" (\"C\" \"U\") NIL NIL \"7BIT\" 2 4)(\"MESSAGE\" \"RFC822\" NIL NIL NIL "
            + "\"7BIT\" 3 (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) (\"A\" \"B\" NIL NIL NIL NIL 1) 2) \"MIXED\"))\r\n",
        "* 5 FETCH (X-GM-LABELS (a {1}\r\nb \"c\") X-GM-MSGID 12 EMAILID (M1) THREADID NIL BINARY[1] ~{2}\r\na) Y z)\r\n",
    ]
    private static let interesting = Array("(){}\"\\*~+<>[]:, \r\n0199999999999999999999NIL\0\u{15}\u{03}".utf8)

    private static func small() -> IMAPLimits {
        var limits = IMAPLimits()
        limits.line = 120
        limits.longLine = 160
        limits.literal = 40
        limits.bodyLiteral = 50
        limits.nesting = 5
        return limits
    }

    @Test(arguments: 0..<8) func damagedResponsesAreSurvived(_ seed: Int) {
        var random = SplitMix(state: UInt64(seed) &* 7_919 &+ 1)
        for _ in 0..<500 {
            let limits = random.below(2) == 0 ? .standard : Self.small()
            let bytes = Self.damaged(&random)
            let whole = Replay(limits: limits, pieces: [bytes])
            // Each event costs at least a byte, but for begin and end of bodies and lists.
            #expect(whole.events.count <= 3 * bytes.count + 3)
            #expect(whole.left <= bytes.count)
            let cut = Replay(limits: limits, pieces: Self.pieces(of: bytes, &random))
            if cut != whole {
                Issue.record("cut differs: \(String(reflecting: String(decoding: bytes, as: UTF8.self)))")
            }
        }
    }

    private static func damaged(_ random: inout SplitMix) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0...random.below(3) { bytes += Array(seeds[random.below(seeds.count)].utf8) }
        for _ in 0...random.below(6) {
            guard !bytes.isEmpty else { break }
            let place = random.below(bytes.count)
            switch random.below(6) {
            case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
            case 1: bytes[place] = interesting[random.below(interesting.count)]
            case 2: bytes.insert(interesting[random.below(interesting.count)], at: place)
            case 3: bytes.remove(at: place)
            case 4: bytes.removeSubrange(place..<min(bytes.count, place + 1 + random.below(12)))
            default:
                let piece = Array(bytes[place..<min(bytes.count, place + 1 + random.below(20))])
                bytes.insert(contentsOf: piece, at: random.below(bytes.count))
            }
        }
        return bytes
    }

    private static func pieces(of bytes: [UInt8], _ random: inout SplitMix) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + 1 + random.below(random.below(4) == 0 ? 40 : 4))
            pieces.append(Array(bytes[start..<end]))
            start = end
        }
        return pieces
    }
}

/// Steele, Lea and Flood's splittable generator: the same numbers for the same seed.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
