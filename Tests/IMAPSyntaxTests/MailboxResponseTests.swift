import IMAPSyntax
import MailModel
import Testing

struct MailboxResponseTests {
    @Test(arguments: listCases + stateCases + searchCases + quotaCases) func decodes(_ decoderCase: DecoderCase) {
        decoderCase.check()
    }

    private static func list(_ attributes: [String], _ delimiter: Character?, _ name: String) -> UntaggedResponse {
        .list(ListEntry(attributes: attributes, delimiter: delimiter, name: mailbox(name)))
    }

    private static func quota(_ resources: (String, UInt64, UInt64)...) -> UntaggedResponse {
        .quota(
            QuotaUsage(resources: resources.map { QuotaUsage.Resource(name: $0.0, usage: $0.1, limit: $0.2) }))
    }

    private static let quotaCases: [DecoderCase] = [
        DecoderCase("QUOTA", "* QUOTA \"\" (STORAGE 10 512)", quota(("STORAGE", 10, 512))),
        DecoderCase(
            "QUOTA of two", "* QUOTA \"User quota\" (storage 10 512 MESSAGE 3 5)",
            quota(("STORAGE", 10, 512), ("MESSAGE", 3, 5))),
        DecoderCase("QUOTA of a root without quotes", "* QUOTA !user/x ()", quota()),
        DecoderCase("QUOTA that is none", "* QUOTA \"\" (STORAGE ten 512)", .other("QUOTA")),
        DecoderCase("QUOTA past all numbers", "* QUOTA \"\" (STORAGE 1 99999999999999999999999)", .other("QUOTA")),
        DecoderCase("QUOTA that ends early", "* QUOTA \"\" (STORAGE 1", .other("QUOTA")),
    ]

    private static let listCases: [DecoderCase] = [
        DecoderCase("LIST", "* LIST (\\Noselect) \"/\" \"foo\"", list(["\\noselect"], "/", "foo")),
        DecoderCase(
            "LIST with an atom", "* LIST (\\HasNoChildren \\Sent) \"/\" Sent",
            list(["\\hasnochildren", "\\sent"], "/", "Sent")),
        DecoderCase("LIST without a delimiter", "* LIST () NIL INBOX", list([], nil, "INBOX")),
        DecoderCase(
            "LIST with a dot", "* LIST (\\Unmarked) \".\" \"INBOX.Sent\"", list(["\\unmarked"], ".", "INBOX.Sent")),
        DecoderCase("LIST with a backslash", "* LIST () \"\\\\\" \"a\\\\b\"", list([], "\\", "a\\b")),
        DecoderCase("LIST with quotes in the name", "* LIST () \"/\" \"say \\\"hi\\\"\"", list([], "/", "say \"hi\"")),
        DecoderCase("LIST with modified UTF-7", "* LIST () \"/\" \"Entw&APw-rfe\"", list([], "/", "Entwürfe")),
        DecoderCase(
            "LIST with a literal", "* LIST () \"/\" {6}", "a\"\r\nbc",
            events: [
                .untagged(
                    .list(
                        ListEntry(attributes: [], delimiter: "/", name: WireMailboxName(raw: Array("a\"\r\nbc".utf8)))))
            ]),
        DecoderCase("LIST with an empty literal", "* LIST () \"/\" {0}", "", list: ""),
        DecoderCase(
            "LIST with a literal and more", "* LIST () \"/\" {3}", "abc (\"CHILDINFO\" (\"SUBSCRIBED\"))", list: "abc"),
        DecoderCase(
            "LIST with child information", "* LIST () \"/\" \"a\" (\"CHILDINFO\" (\"SUBSCRIBED\"))", list([], "/", "a")),
        DecoderCase("LIST unquoted with spaces", "* LIST () \"/\" Deleted Messages", list([], "/", "Deleted Messages")),
        DecoderCase("LIST in lower case, inbox too", "* list () \"/\" inbox", list([], "/", "INBOX")),
        DecoderCase("LIST for the delimiter alone", "* LIST (\\Noselect) \"/\" \"\"", list(["\\noselect"], "/", "")),
        DecoderCase("LIST with a name of digits", "* LIST () \"/\" 2026", list([], "/", "2026")),
        DecoderCase("LIST with a bracket", "* LIST () \"/\" [Gmail]/Trash", list([], "/", "[Gmail]/Trash")),
        DecoderCase("LIST after two spaces", "*  LIST () \"/\" {1}", "a", list: "a"),
        DecoderCase("LIST that is broken", "* LIST foo", .other("LIST")),
        DecoderCase("LIST with an open quote", "* LIST () \"/\" \"foo", .other("LIST")),
        DecoderCase(
            "LSUB", "* LSUB () \"/\" a",
            .lsub(ListEntry(attributes: [], delimiter: "/", name: mailbox("a")))),
        DecoderCase(
            "STATUS", "* STATUS \"INBOX\" (MESSAGES 231 UIDNEXT 44292 UIDVALIDITY 7 UNSEEN 2 RECENT 0)",
            .mailboxStatus(
                .inbox, [.messages(231), .uidNext(uid(44_292)), .uidValidity(validity(7)), .unseen(2), .recent(0)])),
        DecoderCase(
            "STATUS with more",
            "* STATUS a (HIGHESTMODSEQ 7011231777 SIZE 1099511627776 MAILBOXID (F22) DELETED 3 X 5)",
            .mailboxStatus(
                mailbox("a"),
                [
                    .highestModSeq(ModSeq(7_011_231_777)), .size(1_099_511_627_776),
                    .mailboxID("F22"), .deleted(3), .other("X"),
                ])),
        DecoderCase(
            "STATUS with impossible values", "* STATUS a (MESSAGES 99999999999 UIDNEXT 0 HIGHESTMODSEQ NIL UNSEEN 1)",
            .mailboxStatus(mailbox("a"), [.unseen(1)])),
        DecoderCase(
            "STATUS with a space too many", "* STATUS a ( MESSAGES 1 )", .mailboxStatus(mailbox("a"), [.messages(1)])),
        DecoderCase(
            "STATUS with a literal", "* STATUS {3}", "a b (MESSAGES 1)",
            events: [.untagged(.mailboxStatus(mailbox("a b"), [.messages(1)]))]),
        DecoderCase("STATUS that is broken", "* STATUS a MESSAGES 1", .other("STATUS")),
        DecoderCase("NAMESPACE", "* NAMESPACE ((\"\" \"/\")) NIL NIL", namespace(personal: [("", "/")])),
        DecoderCase(
            "NAMESPACE of Courier", "* NAMESPACE ((\"INBOX.\" \".\")) NIL ((\"#shared.\" \".\")(\"shared.\" \".\"))",
            namespace(personal: [("INBOX.", ".")], shared: [("#shared.", "."), ("shared.", ".")])),
        DecoderCase(
            "NAMESPACE with extensions",
            "* NAMESPACE ((\"\" \"/\" \"X-PARAM\" (\"FLAG1\" \"FLAG2\"))) ((\"~\" \"/\")) NIL",
            namespace(personal: [("", "/")], others: [("~", "/")])),
        DecoderCase("NAMESPACE without groups", "* NAMESPACE NIL", namespace(personal: [])),
        DecoderCase("NAMESPACE that is flat", "* NAMESPACE ((\"\" NIL)) NIL NIL", namespace(personal: [("", nil)])),
        DecoderCase("NAMESPACE that is broken", "* NAMESPACE ((\"\"", .other("NAMESPACE")),
    ]

    private static func namespace(
        personal: [(String, Character?)], others: [(String, Character?)] = [], shared: [(String, Character?)] = []
    ) -> UntaggedResponse {
        func list(_ pairs: [(String, Character?)]) -> [NamespaceResponse.Namespace] {
            pairs.map { .init(prefix: mailbox($0.0), delimiter: $0.1) }
        }
        var response = NamespaceResponse()
        response.personal = list(personal)
        response.otherUsers = list(others)
        response.shared = list(shared)
        return .namespace(response)
    }

    private static let stateCases: [DecoderCase] = [
        DecoderCase("EXISTS", "* 23 EXISTS", .exists(23)),
        DecoderCase("EXISTS zero", "* 0 EXISTS", .exists(0)),
        DecoderCase("EXISTS too large", "* 4294967296 EXISTS", .other("EXISTS")),
        DecoderCase("RECENT", "* 5 RECENT", .recent(5)),
        DecoderCase("EXPUNGE", "* 44 EXPUNGE", .expunge(message(44))),
        DecoderCase("EXPUNGE zero", "* 0 EXPUNGE", .other("EXPUNGE")),
        DecoderCase("a number alone", "* 5", .other("")),
        DecoderCase("a number of nothing known", "* 5 APPLES", .other("APPLES")),
        DecoderCase("a star alone", "*", .other("")),
        DecoderCase("FLAGS", "* FLAGS (\\Answered \\DELETED Junk)", .flags([.answered, .deleted, keyword("Junk")])),
        DecoderCase("FLAGS empty", "* FLAGS ()", .flags([])),
        DecoderCase("FLAGS that are broken", "* FLAGS \\Seen", .other("FLAGS")),
        DecoderCase(
            "CAPABILITY", "* CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN LITERAL+",
            .capability(["IMAP4REV1", "STARTTLS", "AUTH=PLAIN", "LITERAL+"])),
        DecoderCase(
            "CAPABILITY with odd spaces", "* CAPABILITY  IMAP4rev1\t IDLE ", .capability(["IMAP4REV1", "IDLE"])),
        DecoderCase("CAPABILITY empty", "* CAPABILITY", .capability([])),
        DecoderCase("CAPABILITY mangled", "* CAPABILITY (IMAP4rev1 \" IDLE)", .capability(["IMAP4REV1", "IDLE"])),
        DecoderCase("ENABLED", "* ENABLED CONDSTORE qresync", .enabled(["CONDSTORE", "QRESYNC"])),
        DecoderCase("ENABLED nothing", "* ENABLED", .enabled([])),
        DecoderCase(
            "VANISHED", "* VANISHED 405,407,410:425", .vanished(earlier: false, uids(405...405, 407...407, 410...425))),
        DecoderCase(
            "VANISHED earlier", "* VANISHED (EARLIER) 300:310,405", .vanished(earlier: true, uids(300...310, 405...405))
        ),
        DecoderCase(
            "VANISHED everything", "* VANISHED (EARLIER) 1:4294967295", .vanished(earlier: true, uids(1...UInt32.max))),
        DecoderCase("VANISHED with a star", "* VANISHED 1:*", .other("VANISHED")),
        DecoderCase("VANISHED with zero", "* VANISHED 0", .other("VANISHED")),
        DecoderCase("VANISHED nothing", "* VANISHED (EARLIER) ", .other("VANISHED")),
        DecoderCase("VANISHED of something else", "* VANISHED (LATER) 5", .other("VANISHED")),
        DecoderCase(
            "ID", "* ID (\"name\" \"Dovecot\" \"version\" NIL)",
            .id(Identification([.init(name: "name", value: "Dovecot"), .init(name: "version", value: nil)]))),
        DecoderCase("ID NIL", "* ID NIL", .id(Identification([]))),
        DecoderCase(
            "ID with a literal", "* ID (\"name\" {4}", "a\"bc \"os\" \"x\")",
            events: [
                .untagged(.id(Identification([.init(name: "name", value: "a\"bc"), .init(name: "os", value: "x")])))
            ]),
        DecoderCase("ID that is odd", "* ID (\"name\")", .other("ID")),
        DecoderCase(
            "a response nobody knows", "* METADATA \"INBOX\" (/shared/comment {3}", "a)b)",
            events: [.untagged(.other("METADATA"))]),
        DecoderCase("a name that is no name", "* \u{1B}[2Jboo hoo", .other("")),
        DecoderCase("an unknown name with a quote", "* X\"y z", .other("X")),
    ]

    private static func found(tag: String? = nil, _ change: (inout ESearchResult) -> Void = { _ in })
        -> UntaggedResponse
    {
        var result = ESearchResult()
        result.tag = tag
        change(&result)
        return .esearch(result)
    }

    private static let searchCases: [DecoderCase] = [
        DecoderCase("SEARCH", "* SEARCH 2 3 6", .search([2, 3, 6], nil)),
        DecoderCase("SEARCH empty", "* SEARCH", .search([], nil)),
        DecoderCase("SEARCH empty with a space", "* SEARCH ", .search([], nil)),
        DecoderCase("SEARCH with a space behind", "* SEARCH 2 3 ", .search([2, 3], nil)),
        DecoderCase("SEARCH with MODSEQ", "* SEARCH 2 5 (MODSEQ 917162500)", .search([2, 5], ModSeq(917_162_500))),
        DecoderCase("SEARCH to the last", "* SEARCH 4294967295", .search([.max], nil)),
        DecoderCase(
            "ESEARCH", "* ESEARCH (TAG \"A282\") UID COUNT 5 ALL 4:19,21,28",
            found(tag: "A282") {
                $0.isUID = true
                $0.count = 5
                $0.all = uids(4...19, 21...21, 28...28)
            }),
        DecoderCase("ESEARCH of nothing", "* ESEARCH (TAG \"A283\") UID", found(tag: "A283") { $0.isUID = true }),
        DecoderCase(
            "ESEARCH without a tag", "* ESEARCH MIN 2 MAX 47",
            found {
                $0.min = 2
                $0.max = 47
            }),
        DecoderCase(
            "ESEARCH with MODSEQ and more", "* ESEARCH (TAG \"a\") ALL 1:3 MODSEQ 1236 X (a (b)) Y 5",
            found(tag: "a") {
                $0.all = uids(1...3)
                $0.modSeq = ModSeq(1_236)
            }),
        DecoderCase("ESEARCH alone", "* ESEARCH", found()),
    ]

    @Test(arguments: [
        "* SEARCH 1 x", "* SEARCH 0", "* SEARCH 4294967296", "* SEARCH 1,2", "* SEARCH (MODSEQ)",
        "* ESEARCH UID ALL 1:*",
        "* ESEARCH (TAG", "* ESEARCH UID ALL", "* ESEARCH COUNT x",
    ])
    func aSearchThatDoesNotParseIsAnErrorAndNotAnEmptyAnswer(_ line: String) {
        let replay = Replay(limits: .standard, pieces: [Array((line + "\r\n").utf8)])
        #expect(replay.events.isEmpty)
        #expect(replay.error?.kind == .malformedResponse)
    }
}

extension DecoderCase {
    fileprivate init(_ name: String, _ first: String, _ second: String, list mailbox: String) {
        let entry = ListEntry(attributes: [], delimiter: "/", name: WireMailboxName(decoded: mailbox))
        self.init(name, first, second, events: [.untagged(.list(entry))])
    }
}
