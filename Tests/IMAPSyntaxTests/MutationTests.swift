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

    @Test(arguments: 0..<8) func damagedResponsesAreSurvived(_ seed: Int) {
        var random = SplitMix(state: UInt64(seed) &* 7_919 &+ 1)
        for _ in 0..<500 {
            var bytes: [UInt8] = []
            for _ in 0...random.below(3) { bytes += Array(Self.seeds[random.below(Self.seeds.count)].utf8) }
            Self.damage(&bytes, &random)
            Self.check(bytes, &random)
        }
    }

    /// Whole sessions of real servers, a few lines of them damaged.
    @Test(arguments: TranscriptTests.servers) func damagedSessionsAreSurvived(_ name: String) throws {
        let lines = try TranscriptTests.Transcript(name).server
        var random = SplitMix(state: name.utf8.reduce(0) { $0 &* 31 &+ UInt64($1) })
        for _ in 0..<60 {
            let start = random.below(lines.count)
            var bytes = Array(lines[start..<min(lines.count, start + 1 + random.below(12))].joined())
            Self.damage(&bytes, &random)
            Self.check(bytes, &random)
        }
    }

    private static func check(_ bytes: [UInt8], _ random: inout SplitMix) {
        for wrong in ResponseInvariants.violations(bytes, seed: random.next()) {
            Issue.record("\(wrong): \(String(reflecting: String(decoding: bytes, as: UTF8.self)))")
        }
    }

    private static func damage(_ bytes: inout [UInt8], _ random: inout SplitMix) {
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
    }
}
