import IMAPSyntax
import MailModel
import Testing

struct StatusResponseTests {
    @Test(arguments: cases) func decodes(_ decoderCase: DecoderCase) { decoderCase.check() }

    private static func ok(_ name: String, _ code: String, _ expected: ResponseCode?, text: String = "x") -> DecoderCase
    {
        DecoderCase(name, "* OK [\(code)] x", .status(.ok, expected, text))
    }

    private static let cases: [DecoderCase] =
        [
            DecoderCase("greeting", "* OK ready", .status(.ok, nil, "ready")),
            DecoderCase("greeting with PREAUTH", "* PREAUTH hello", .status(.preauth, nil, "hello")),
            DecoderCase(
                "BYE", "* BYE Session expired, please login again.",
                .status(.bye, nil, "Session expired, please login again.")),
            DecoderCase("untagged NO", "* NO [ALERT] nearly full", .status(.no, .alert, "nearly full")),
            DecoderCase("untagged BAD", "* BAD what?", .status(.bad, nil, "what?")),
            DecoderCase("lower case", "* ok [read-only] x", .status(.ok, .readOnly, "x")),
            DecoderCase("OK without text", "* OK", .status(.ok, nil, "")),
            DecoderCase("OK with a space and no text", "* OK ", .status(.ok, nil, "")),
            DecoderCase("OK with a code and no text", "* OK [CLOSED]", .status(.ok, .closed, "")),
            DecoderCase("a text that looks like a literal", "* OK only {5}", .status(.ok, nil, "only {5}")),
            DecoderCase("a text in UTF-8", "* OK grüß Gott", .status(.ok, nil, "grüß Gott")),
            DecoderCase("a bracket that does not close", "* OK [UIDNEXT 5 x", .status(.ok, nil, "[UIDNEXT 5 x")),
            DecoderCase("empty brackets", "* OK [] x", .status(.ok, nil, "[] x")),
            DecoderCase(
                "a line ended by LF alone", "* OK a\n* OK b",
                events: [.untagged(.status(.ok, nil, "a")), .untagged(.status(.ok, nil, "b"))]),
            DecoderCase(
                "empty lines between", "", "* OK a", "", "* OK b",
                events: [.untagged(.status(.ok, nil, "a")), .untagged(.status(.ok, nil, "b"))]),
            DecoderCase(
                "several in one", "* 3 EXISTS", "* 1 RECENT", "A1 OK done",
                events: [
                    .untagged(.exists(3)), .untagged(.recent(1)),
                    .tagged(TaggedResponse(tag: "A1", status: .ok, text: "done")),
                ]),
            DecoderCase(
                "tagged NO", "A2 NO [NONEXISTENT] Mailbox does not exist (took 1 ms)",
                events: [
                    .tagged(
                        TaggedResponse(
                            tag: "A2", status: .no, code: .nonExistent,
                            text: "Mailbox does not exist (took 1 ms)"))
                ]),
            DecoderCase("tagged BAD", "* BAD", .status(.bad, nil, "")),
            DecoderCase("tagged OK without text", "A3 OK", events: [.tagged(TaggedResponse(tag: "A3", status: .ok))]),
            DecoderCase(
                "tagged in lower case", "a.1 bad no",
                events: [.tagged(TaggedResponse(tag: "a.1", status: .bad, text: "no"))]),
            DecoderCase(
                "a tagged text that ends in a literal header", "A OK see {12}",
                events: [.tagged(TaggedResponse(tag: "A", status: .ok, text: "see {12}"))]),
            DecoderCase("continuation", "+ idling", events: [.continuation(code: nil, text: "idling")]),
            DecoderCase("continuation without text", "+", events: [.continuation(code: nil, text: "")]),
            DecoderCase("continuation with a space", "+ ", events: [.continuation(code: nil, text: "")]),
            DecoderCase(
                "continuation with a code", "+ [ALERT] go on", events: [.continuation(code: .alert, text: "go on")]),
            DecoderCase(
                "continuation with a challenge", "+ eyJzdGF0dXMiOiI0MDAifQ==",
                events: [.continuation(code: nil, text: "eyJzdGF0dXMiOiI0MDAifQ==")]),
            DecoderCase(
                "a tag nobody waits for", "ZZZ9 OK hm",
                events: [.tagged(TaggedResponse(tag: "ZZZ9", status: .ok, text: "hm"))]),
        ] + codeCases + plainCodeCases

    private static let codeCases: [DecoderCase] = [
        ok(
            "CAPABILITY", "CAPABILITY IMAP4rev1 Idle  AUTH=PLAIN ",
            .capability(["IMAP4REV1", "IDLE", "AUTH=PLAIN"])),
        ok(
            "PERMANENTFLAGS", "PERMANENTFLAGS (\\Answered \\Seen $Junk \\*)",
            .permanentFlags([.answered, .seen, keyword("$Junk")], any: true)),
        ok(
            "PERMANENTFLAGS with a bracket in a flag", "PERMANENTFLAGS (\\Seen a]b)",
            .permanentFlags([.seen], any: false)),
        ok("PERMANENTFLAGS empty", "PERMANENTFLAGS ()", .permanentFlags([], any: false)),
        ok("UIDNEXT", "UIDNEXT 4392", .uidNext(uid(4_392))),
        ok("UIDNEXT of the last", "UIDNEXT 4294967295", .uidNext(.last)),
        ok("UIDNEXT too large", "UIDNEXT 4294967296", .other(name: "UIDNEXT", arguments: "4294967296")),
        ok("UIDNEXT zero", "UIDNEXT 0", .other(name: "UIDNEXT", arguments: "0")),
        ok("UIDVALIDITY", "UIDVALIDITY 3857529045", .uidValidity(validity(3_857_529_045))),
        ok("UNSEEN", "UNSEEN 12", .unseen(message(12))),
        ok("HIGHESTMODSEQ", "HIGHESTMODSEQ 715194045007", .highestModSeq(ModSeq(715_194_045_007))),
        ok("HIGHESTMODSEQ zero", "HIGHESTMODSEQ 0", .highestModSeq(ModSeq(0))),
        ok("HIGHESTMODSEQ negative", "HIGHESTMODSEQ -1", .other(name: "HIGHESTMODSEQ", arguments: "-1")),
        ok(
            "HIGHESTMODSEQ past 64 bits", "HIGHESTMODSEQ 99999999999999999999",
            .other(name: "HIGHESTMODSEQ", arguments: "99999999999999999999")),
        ok("APPENDUID", "APPENDUID 38505 3955", .appendUID(validity(38_505), OrderedUIDs(uid(3_955)))),
        ok(
            "COPYUID", "COPYUID 38505 304,319:320 3956:3958",
            .copyUID(validity(38_505), source: ordered("304,319:320"), target: ordered("3956:3958"))),
        ok(
            "COPYUID keeps the order", "COPYUID 1 7,3,5 20,10,30",
            .copyUID(validity(1), source: ordered("7,3,5"), target: ordered("20,10,30"))),
        ok(
            "COPYUID of everything", "COPYUID 1 1:4294967295 1:4294967295",
            .copyUID(validity(1), source: ordered("1:4294967295"), target: ordered("1:4294967295"))),
        ok("COPYUID with a star", "COPYUID 1 1:* 2:*", .other(name: "COPYUID", arguments: "1 1:* 2:*")),
        ok("COPYUID without a target", "COPYUID 1 1:3", .other(name: "COPYUID", arguments: "1 1:3")),
        ok("COPYUID with empty sets", "COPYUID 1  ", .other(name: "COPYUID", arguments: "1  ")),
        ok("COPYUID with zero", "COPYUID 1 0 1", .other(name: "COPYUID", arguments: "1 0 1")),
        ok("COPYUID without a validity", "COPYUID 0 1 1", .other(name: "COPYUID", arguments: "0 1 1")),
        ok("COPYUID with too much", "COPYUID 1 2 3 4", .other(name: "COPYUID", arguments: "1 2 3 4")),
        ok("MODIFIED", "MODIFIED 7,9:10", .modified(uids(7...7, 9...10))),
        ok("BADCHARSET", "BADCHARSET (US-ASCII \"UTF-8\")", .badCharset(["US-ASCII", "UTF-8"])),
        ok("BADCHARSET alone", "BADCHARSET", .badCharset([])),
        ok("MAILBOXID", "MAILBOXID (F2212ea87-6097)", .mailboxID("F2212ea87-6097")),
        ok("WEBALERT", "WEBALERT https://example.org/Login?x=1", .webAlert("https://example.org/Login?x=1")),
        ok("an unknown code", "X-New thing (1)", .other(name: "X-NEW", arguments: "thing (1)")),
        ok("an unknown code without arguments", "THROTTLED", .other(name: "THROTTLED", arguments: "")),
        ok("a plain code with arguments", "ALERT now", .other(name: "ALERT", arguments: "now")),
    ]

    private static let plainCodes: [(String, ResponseCode)] = [
        ("ALERT", .alert), ("PARSE", .parse), ("READ-ONLY", .readOnly), ("READ-WRITE", .readWrite),
        ("TRYCREATE", .tryCreate), ("UIDNOTSTICKY", .uidNotSticky), ("NOMODSEQ", .noModSeq), ("CLOSED", .closed),
        ("UNAVAILABLE", .unavailable), ("AUTHENTICATIONFAILED", .authenticationFailed),
        ("AUTHORIZATIONFAILED", .authorizationFailed), ("EXPIRED", .expired), ("PRIVACYREQUIRED", .privacyRequired),
        ("CONTACTADMIN", .contactAdmin), ("NOPERM", .noPerm), ("INUSE", .inUse), ("EXPUNGEISSUED", .expungeIssued),
        ("CORRUPTION", .corruption), ("SERVERBUG", .serverBug), ("CLIENTBUG", .clientBug), ("CANNOT", .cannot),
        ("LIMIT", .limit), ("OVERQUOTA", .overQuota), ("ALREADYEXISTS", .alreadyExists), ("NONEXISTENT", .nonExistent),
        ("TOOBIG", .tooBig), ("NOTIFICATIONOVERFLOW", .notificationOverflow),
    ]

    private static let plainCodeCases: [DecoderCase] = plainCodes.map { name, code in
        DecoderCase(
            "tagged \(name)", "A1 NO [\(name)] x",
            events: [.tagged(TaggedResponse(tag: "A1", status: .no, code: code, text: "x"))])
    }
}
