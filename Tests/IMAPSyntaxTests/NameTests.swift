import MailModel
import Testing

@testable import IMAPSyntax

struct NameTests {
    @Test(arguments: [
        ("INBOX", "INBOX"), ("A & B", "A &- B"), ("Entwürfe", "Entw&APw-rfe"), ("日本語", "&ZeVnLIqe-"),
        ("🌙 Mond", "&2DzfGQ- Mond"), ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"), ("&&", "&-&-"),
        ("ä&ö", "&AOQ-&-&APY-"), ("a\tb", "a&AAk-b"), ("", ""), ("é", "&AOk-"), ("ab", "ab"), ("äöü", "&AOQA9gD8-"),
    ])
    func modifiedUTF7GoesBothWays(_ text: String, _ wire: String) {
        #expect(String(decoding: ModifiedUTF7.encode(text), as: UTF8.self) == wire)
        #expect(ModifiedUTF7.decode(Array(wire.utf8)) == text)
    }

    @Test(arguments: ["&", "a&b", "&AOk", "&A-", "&AOl-", "&AOk=-", "&!-", "&2Dw-", "&3Dw-", "&AO-", "&AOkA-"])
    func whatIsNoModifiedUTF7StaysAsItIs(_ wire: String) {
        #expect(ModifiedUTF7.decode(Array(wire.utf8)) == nil)
        let name = WireMailboxName(raw: Array(wire.utf8))
        #expect(name.decoded == wire)
        #expect(name.raw == Array(wire.utf8))
    }

    @Test func namesGoBackAsTheyCame() {
        let raw: [UInt8] = [0x67, 0xFC, 0x6E]
        #expect(WireMailboxName(raw: raw).raw == raw)
        #expect(WireMailboxName(raw: raw) != WireMailboxName(decoded: "gün"))
        #expect(WireMailboxName(raw: Array("Entw&APw-rfe".utf8)) == WireMailboxName(decoded: "Entwürfe"))
    }

    @Test func theInboxIsTheSameInAnyCase() {
        for name in ["inbox", "Inbox", "INBOX", "iNbOx"] {
            #expect(WireMailboxName(decoded: name) == .inbox)
            #expect(WireMailboxName(decoded: name).isInbox)
            #expect(WireMailboxName(decoded: name).hashValue == WireMailboxName.inbox.hashValue)
        }
        #expect(WireMailboxName(decoded: "inbox/a") != WireMailboxName(decoded: "INBOX/a"))
        #expect(!WireMailboxName(decoded: "inbos").isInbox)
    }

    @Test func randomNamesGoBothWays() {
        var random = SplitMix(state: 42)
        for _ in 0..<500 {
            var text = ""
            for _ in 0..<random.below(12) {
                let scalar = Unicode.Scalar(UInt32(random.below(random.below(2) == 0 ? 0x80 : 0x11_0000)))
                if let scalar { text.unicodeScalars.append(scalar) }
            }
            let wire = ModifiedUTF7.encode(text)
            #expect(wire.allSatisfy { $0 >= 0x20 && $0 < 0x7F })
            #expect(ModifiedUTF7.decode(wire).map { Array($0.utf8) } == Array(text.utf8))
        }
    }
}

struct InternalDateTests {
    @Test(
        arguments: [
            ("17-Jul-1996 02:44:25 -0700", 837_596_665), (" 1-Jan-1970 00:00:00 +0000", 0),
            ("1-Jan-1970 01:00:00 +0100", 0),
            ("31-Dec-1969 23:59:59 +0000", -1), ("29-Feb-2024 12:00:00 +0530", 1_709_188_200),
            ("01-MAR-2000 00:00:00 +0000", 951_868_800), ("31-Dec-9999 23:59:59 +0000", 253_402_300_799),
            (" 1-Jan-0001 00:00:00 +0000", -62_135_596_800), ("30-Jun-2012 23:59:60 +0000", 1_341_100_800),
        ] as [(String, Int64)])
    func datesAreRead(_ text: String, _ seconds: Int64) {
        #expect(InternalDate.parse(Array(text.utf8)) == seconds)
    }

    @Test(arguments: [
        "", "17-Jul-1996", "17-Jul-1996 02:44:25", "0-Jul-1996 02:44:25 +0000", "32-Jul-1996 02:44:25 +0000",
        "17-Xxx-1996 02:44:25 +0000", "17-Jul-1996 24:00:00 +0000", "17-Jul-1996 02:60:00 +0000",
        "17-Jul-1996 02:44:25 0000", "17-Jul-1996 02:44:25 +9999", "17-Jul-1996 02:44:25 +0000 x",
        "17-Jul-99999999999999999999 02:44:25 +0000", "17-Jul-0 02:44:25 +0000", "17-Ju", "-Jul-1996 02:44:25 +0000",
    ])
    func whatIsNoDateIsNone(_ text: String) { #expect(InternalDate.parse(Array(text.utf8)) == nil) }

    @Test func datesGoBothWays() {
        var random = SplitMix(state: 7)
        for _ in 0..<1_000 {
            let seconds = Int64(random.next() % 315_537_897_600) - 62_135_596_800
            let text = InternalDate.format(seconds)
            #expect(text.flatMap { InternalDate.parse(Array($0.utf8)) } == seconds)
            #expect(text?.utf8.count == 26)
        }
        #expect(InternalDate.format(253_402_300_800) == nil)
        #expect(InternalDate.format(.min) == nil)
        #expect(InternalDate.day(-1) == "31-Dec-1969")
    }
}

struct OrderedUIDsTests {
    private func pairs(_ source: String, _ target: String, limit: Int = 100) -> [[UInt32]]? {
        OrderedUIDs.pair(source: ordered(source), target: ordered(target), limit: limit)?
            .map { [$0.source.rawValue, $0.target.rawValue] }
    }

    @Test func copiesArePairedByPosition() {
        #expect(pairs("304,319:320", "3956:3958") == [[304, 3_956], [319, 3_957], [320, 3_958]])
        #expect(pairs("7,3,5", "20,10,30") == [[7, 20], [3, 10], [5, 30]])
        #expect(pairs("4:2", "7:9") == [[2, 7], [3, 8], [4, 9]])
        #expect(pairs("4294967295", "1") == [[.max, 1]])
    }

    @Test func whatDoesNotFitIsNotPaired() {
        #expect(pairs("1:3", "1:2") == nil)
        #expect(pairs("1:4294967295", "1:4294967295") == nil)
        #expect(pairs("1:101", "1:101") == nil)
        #expect(pairs("1:3,2", "1:4") == nil)
        #expect(pairs("1:4", "1:3,2") == nil)
    }

    @Test func setsAreCountedWithoutBeingExpanded() {
        #expect(ordered("1:4294967295,5").count == 4_294_967_296)
        #expect(ordered("9,1:3").set == uids(1...3, 9...9))
        #expect(ordered("9,1:3").first == uid(9))
        #expect(ordered("9,3:1").description == "9,1:3")
    }
}
