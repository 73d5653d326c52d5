import IMAPSyntax
import MailModel
import NIOCore
import Testing

struct FetchResponseTests {
    @Test(arguments: attributeCases + bodyCases + oddCases) func decodes(_ decoderCase: DecoderCase) {
        decoderCase.check()
    }

    private static func one(_ name: String, _ text: String, _ attribute: FetchAttribute) -> DecoderCase {
        DecoderCase(name, "* 12 FETCH (\(text))", events: fetch(12, item(attribute)))
    }

    private static let attributeCases: [DecoderCase] = [
        one("UID", "UID 4827313", .uid(uid(4_827_313))),
        one("UID in lower case", "uid 5", .uid(uid(5))),
        one("UID zero", "UID 0", .unknown("UID")),
        one("UID too large", "UID 4294967296", .unknown("UID")),
        one("FLAGS", "FLAGS (\\Seen \\Recent $MDNSent)", .flags([.seen, .recent, keyword("$MDNSent")])),
        one("FLAGS empty", "FLAGS ()", .flags([])),
        one("FLAGS in any case", "FLAGS (\\SEEN \\flagged)", .flags([.seen, .flagged])),
        one("FLAGS of a server's own", "FLAGS (\\Muted \\Seen)", .flags([keyword("\\Muted"), .seen])),
        one("FLAGS that do not fit", "FLAGS (\\Seen a]b %)", .flags([.seen])),
        one("FLAGS NIL", "FLAGS NIL", .unknown("FLAGS")),
        one("INTERNALDATE", "INTERNALDATE \"17-Jul-1996 02:44:25 -0700\"", .internalDate(837_596_665)),
        one("INTERNALDATE with a space", "INTERNALDATE \" 1-Jan-1970 00:00:00 +0000\"", .internalDate(0)),
        one("INTERNALDATE that is none", "INTERNALDATE \"yesterday\"", .unknown("INTERNALDATE")),
        one("RFC822.SIZE", "RFC822.SIZE 44827", .size(44_827)),
        one("RFC822.SIZE past 32 bits", "RFC822.SIZE 5000000000", .size(5_000_000_000)),
        one("RFC822.SIZE negative", "RFC822.SIZE -1", .unknown("RFC822.SIZE")),
        one("MODSEQ", "MODSEQ (624140003)", .modSeq(ModSeq(624_140_003))),
        one("MODSEQ bare", "MODSEQ 624140003", .modSeq(ModSeq(624_140_003))),
        one("EMAILID", "EMAILID (M6d99ac3275bb4e)", .emailID("M6d99ac3275bb4e")),
        one("THREADID", "THREADID (T64b478a75b7ea9)", .threadID("T64b478a75b7ea9")),
        one("THREADID NIL", "THREADID NIL", .threadID(nil)),
        one("X-GM-MSGID", "X-GM-MSGID 1278455344230334865", .gmMessageID(1_278_455_344_230_334_865)),
        one("X-GM-THRID", "X-GM-THRID 18446744073709551615", .gmThreadID(.max)),
        one(
            "X-GM-LABELS", "X-GM-LABELS (\\Inbox \"\\\\Sent\" Important \"Entw&APw-rfe\")",
            .gmLabels(["\\Inbox", "\\Sent", "Important", "Entwürfe"])),
        one("an unknown atom", "X-NEW abc", .unknown("X-NEW")),
        one("an unknown list", "X-NEW (a (b \"c)\") NIL)", .unknown("X-NEW")),
        one("an unknown string", "PREVIEW \"a) \\\" (b\"", .unknown("PREVIEW")),
        one("BINARY.SIZE", "BINARY.SIZE[1] 45", .unknown("BINARY.SIZE")),
        DecoderCase(
            "several", "* 1 FETCH (UID 5 FLAGS (\\Seen) RFC822.SIZE 7 MODSEQ (9))",
            events: fetch(1, item(.uid(uid(5))), item(.flags([.seen])), item(.size(7)), item(.modSeq(ModSeq(9))))),
        DecoderCase(
            "with odd spaces", "* 1  FETCH  ( UID 5  FLAGS ( \\Seen )  )",
            events: fetch(1, item(.uid(uid(5))), item(.flags([.seen])))),
        DecoderCase("empty", "* 1 FETCH ()", events: fetch(1)),
        DecoderCase(
            "labels with a literal", "* 1 FETCH (X-GM-LABELS (a {4}", "b)\"c d) UID 5)",
            events: fetch(1, item(.gmLabels(["a", "b)\"c", "d"])), item(.uid(uid(5))))),
        DecoderCase(
            "an unknown item with a literal", "* 1 FETCH (SNIPPET {3}", "a)b UID 5)",
            events: fetch(1, item(.unknown("SNIPPET")), item(.uid(uid(5))))),
        DecoderCase(
            "an unknown item with two literals", "* 1 FETCH (X ({1}", "( {0}", " y) UID 5)",
            events: fetch(1, item(.unknown("X")), item(.uid(uid(5))))),
    ]

    private static let bodyCases: [DecoderCase] = [
        DecoderCase("BODY[]", "* 1 FETCH (BODY[] {5}", "hello)", events: fetch(1, body(.whole, "hello"))),
        DecoderCase(
            "UID before the body", "* 1 FETCH (UID 5 BODY[HEADER] {8}", "A: b\r\n\r\n)",
            events: fetch(1, item(.uid(uid(5))), body(.header, "A: b\r\n\r\n"))),
        DecoderCase(
            "UID behind the body", "* 1 FETCH (BODY[TEXT] {2}", "ab UID 5 FLAGS ())",
            events: fetch(1, body(.text, "ab"), item(.uid(uid(5))), item(.flags([])))),
        DecoderCase(
            "two bodies", "* 1 FETCH (BODY[1] {2}", "ab BODY[2.1] {3}", "c)d UID 5)",
            events: fetch(1, body(.part([1]), "ab"), body(.part([2, 1]), "c)d"), item(.uid(uid(5))))),
        DecoderCase(
            "a body that looks like a response", "* 1 FETCH (BODY[] {17}", "* 1 FETCH (UID 7) UID 5)",
            events: fetch(1, body(.whole, "* 1 FETCH (UID 7)"), item(.uid(uid(5))))),
        DecoderCase(
            "header fields", "* 1 FETCH (BODY[HEADER.FIELDS (From \"to\")] {2}", "x\n)",
            events: fetch(1, body(.headerFields(["FROM", "TO"]), "x\n"))),
        DecoderCase(
            "header fields but some", "* 1 FETCH (BODY[HEADER.FIELDS.NOT (DATE)] \"\")",
            events: fetch(1, body(.headerFieldsNot(["DATE"]), ""))),
        DecoderCase(
            "parts of parts", "* 1 FETCH (BODY[1.2.MIME] \"a\" BODY[3.HEADER] \"b\" BODY[3.TEXT] \"c\")",
            events: fetch(1, body(.partMIME([1, 2]), "a"), body(.partHeader([3]), "b"), body(.partText([3]), "c"))),
        DecoderCase(
            "a partial body", "* 1 FETCH (BODY[]<1024> {3}", "abc)",
            events: fetch(1, body(.whole, "abc", origin: 1_024))),
        DecoderCase(
            "a body that is NIL", "* 1 FETCH (BODY[1] NIL UID 5)",
            events: fetch(1, body(.part([1]), ""), item(.uid(uid(5))))),
        DecoderCase(
            "a body in quotes", "* 1 FETCH (BODY[TEXT] \"a \\\"b\\\" )\" UID 5)",
            events: fetch(1, body(.text, "a \"b\" )"), item(.uid(uid(5))))),
        DecoderCase("an empty body", "* 1 FETCH (BODY[] {0}", ")", events: fetch(1, body(.whole, ""))),
        DecoderCase(
            "RFC822", "* 1 FETCH (RFC822 {1}", "a RFC822.HEADER {1}", "b RFC822.TEXT \"c\" RFC822.SIZE 3)",
            events: fetch(1, body(.whole, "a"), body(.header, "b"), body(.text, "c"), item(.size(3)))),
        DecoderCase(
            "a body in a literal of another form", "* 1 FETCH (BODY[] {2+}", "ab)", events: fetch(1, body(.whole, "ab"))
        ),
        DecoderCase(
            "a body in a binary literal", "* 1 FETCH (BODY[] ~{2}", "\0b)", events: fetch(1, body(.whole, "\0b"))),
        DecoderCase(
            "without a space before the body", "* 1 FETCH (BODY[]{2}", "ab)", events: fetch(1, body(.whole, "ab"))),
        DecoderCase(
            "BINARY is left out", "* 1 FETCH (BINARY[1] ~{3}", "a)b UID 5)",
            events: fetch(1, item(.unknown("BINARY")), item(.uid(uid(5))))),
        DecoderCase(
            "header fields of a part are left out", "* 1 FETCH (BODY[1.HEADER.FIELDS (X)] {3}", "a)b UID 5)",
            events: fetch(1, item(.unknown("BODY")), item(.uid(uid(5))))),
        DecoderCase(
            "two messages", "* 1 FETCH (BODY[] {1}", "a)", "* 2 FETCH (BODY[] {1}", "b)", "A OK",
            events: fetch(1, body(.whole, "a")) + fetch(2, body(.whole, "b"))
                + [.tagged(TaggedResponse(tag: "A", status: .ok))]),
    ]

    private static let oddCases: [DecoderCase] = [
        DecoderCase(
            "message 0 is passed over", "* 0 FETCH (UID 5 BODY[] {7}", "UID 5)\n FLAGS ())", "* 1 EXISTS",
            events: [.untagged(.exists(1))]),
        DecoderCase(
            "message 0 with a body in quotes", "* 0 FETCH (BODY[] \"a\" X {1}", "a)", "* 1 EXISTS",
            events: [.untagged(.exists(1))]),
        DecoderCase(
            "a message past 32 bits is passed over", "* 4294967296 FETCH (FLAGS ())", "* 1 EXISTS",
            events: [.untagged(.exists(1))]),
        DecoderCase("FETCH without a list", "* 1 FETCH", .other("FETCH")),
        DecoderCase(
            "FETCH that does not close", "* 1 FETCH (UID 5 FLAGS (\\Seen)",
            events: fetch(1, item(.uid(uid(5))), item(.flags([.seen])))),
        DecoderCase(
            "FETCH that ends in a value", "* 1 FETCH (UID 5 FLAGS (\\Seen",
            events: fetch(1, item(.uid(uid(5))), item(.unknown("FLAGS")))),
        DecoderCase("FETCH with more behind", "* 1 FETCH (UID 5) UID 6", events: fetch(1, item(.uid(uid(5))))),
        DecoderCase(
            "FETCH with a literal behind its end", "* 1 FETCH (UID 5) X {3}", "abc", "* 1 EXISTS",
            events: fetch(1, item(.uid(uid(5)))) + [.untagged(.exists(1))]),
        DecoderCase("FETCH of nonsense", "* 1 FETCH (\"x\" y)", events: fetch(1)),
        DecoderCase(
            "a section that does not close", "* 1 FETCH (UID 5 BODY[HEADER {2}", "ab)",
            events: fetch(1, item(.uid(uid(5))), item(.unknown("BODY")))),
        DecoderCase("a body that is a number", "* 1 FETCH (BODY[] 5 UID 6)", events: fetch(1, item(.unknown("BODY")))),
        DecoderCase(
            "an origin that is none", "* 1 FETCH (BODY[]<x> {2}", "ab UID 5)",
            events: fetch(1, item(.unknown("BODY")), item(.uid(uid(5))))),
        DecoderCase(
            "a brace that announces nothing", "* 1 FETCH (X {} UID 5)",
            events: fetch(1, item(.unknown("X")), item(.uid(uid(5))))),
        DecoderCase(
            "an open quote before a literal", "* 1 FETCH (UID 5 PREVIEW \"a BODY[] {3}", "abc)", "* 1 EXISTS",
            events: fetch(1, item(.uid(uid(5))), item(.unknown("PREVIEW"))) + [.untagged(.exists(1))]),
    ]

    @Test func bodyBytesAreSlicesOfWhatCameIn() throws {
        var parser = ResponseParser()
        let incoming = ByteBuffer(string: "* 1 FETCH (BODY[] {10}\r\n01234")
        parser.append(incoming)
        #expect(try parser.next() == .fetchBegin(message(1)))
        #expect(try parser.next() == .bodyBegin(section: .whole, origin: nil, size: 10))
        #expect(try parser.next() == .bodyBytes(ByteBuffer(string: "01234")))
        #expect(try parser.next() == nil)
        parser.append(ByteBuffer(string: "56789)\r\n"))
        #expect(try parser.next() == .bodyBytes(ByteBuffer(string: "56789")))
        #expect(try parser.next() == .bodyEnd)
        #expect(try parser.next() == .fetchEnd)
        #expect(parser.bufferedBytes == 0)
    }
}
