import IMAPSyntax
import MailModel
import NIOCore
import Testing

struct CommandEncoderTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let command: IMAPCommand
        let segments: [String]
        var literals = LiteralForm.synchronizing
        var testDescription: String { segments.joined(separator: " ~ ") }

        init(_ command: IMAPCommand, _ segments: String..., literals: LiteralForm = .synchronizing) {
            self.command = command
            self.segments = segments
            self.literals = literals
        }
    }

    @Test(arguments: sessionCases + mailboxCases + messageCases + literalCases)
    func encodes(_ encoderCase: Case) throws {
        let encoded = try CommandEncoder(literals: encoderCase.literals).encode(tag: "A1", command: encoderCase.command)
        #expect(encoded.segments.map { String(buffer: $0) } == encoderCase.segments)
    }

    private static let sessionCases: [Case] = [
        Case(.capability, "A1 CAPABILITY\r\n"), Case(.noop, "A1 NOOP\r\n"), Case(.logout, "A1 LOGOUT\r\n"),
        Case(.startTLS, "A1 STARTTLS\r\n"), Case(.namespace, "A1 NAMESPACE\r\n"), Case(.idle, "A1 IDLE\r\n"),
        Case(.unselect, "A1 UNSELECT\r\n"),
        Case(
            .notify([.uid, .bodyPeek(.header, partial: nil)]),
            "A1 NOTIFY SET (SELECTED (MessageNew (UID BODY.PEEK[HEADER]) MessageExpunge FlagChange))\r\n"),
        Case(.login(user: "jane", password: Secret("abcd efgh")), "A1 LOGIN \"jane\" \"abcd efgh\"\r\n"),
        Case(.login(user: "a\"b", password: Secret("c\\d")), "A1 LOGIN \"a\\\"b\" \"c\\\\d\"\r\n"),
        Case(.login(user: "jane", password: Secret("")), "A1 LOGIN \"jane\" \"\"\r\n"),
        Case(.login(user: "jürgen", password: Secret("\tx")), "A1 LOGIN {7}\r\n", "jürgen {2}\r\n", "\tx\r\n"),
        Case(
            .login(user: "jürgen", password: Secret("ü")), "A1 LOGIN {7+}\r\njürgen {2+}\r\nü\r\n",
            literals: .nonSynchronizing),
        Case(.authenticate(mechanism: "PLAIN", initialResponse: nil), "A1 AUTHENTICATE PLAIN\r\n"),
        Case(
            .authenticate(mechanism: "PLAIN", initialResponse: Secret("\0test\0test")),
            "A1 AUTHENTICATE PLAIN AHRlc3QAdGVzdA==\r\n"),
        Case(.authenticate(mechanism: "EXTERNAL", initialResponse: Secret("")), "A1 AUTHENTICATE EXTERNAL =\r\n"),
        Case(.enable(["CONDSTORE", "UTF8=ACCEPT"]), "A1 ENABLE CONDSTORE UTF8=ACCEPT\r\n"),
        Case(.id(nil), "A1 ID NIL\r\n"), Case(.id([]), "A1 ID NIL\r\n"),
        Case(
            .id([.init(name: "name", value: "Postmoon"), .init(name: "os", value: nil)]),
            "A1 ID (\"name\" \"Postmoon\" \"os\" NIL)\r\n"),
    ]

    private static let mailboxCases: [Case] = [
        Case(.list(reference: "", pattern: "*", returning: []), "A1 LIST \"\" \"*\"\r\n"),
        Case(
            .list(reference: "", pattern: "Entwürfe/%", returning: [.specialUse]),
            "A1 LIST \"\" \"Entw&APw-rfe/%\" RETURN (SPECIAL-USE)\r\n"),
        Case(
            .list(reference: "", pattern: "*", returning: [.subscribed, .children, .status([.messages, .uidNext])]),
            "A1 LIST \"\" \"*\" RETURN (SUBSCRIBED CHILDREN STATUS (MESSAGES UIDNEXT))\r\n"),
        Case(.lsub(reference: "a", pattern: "%"), "A1 LSUB \"a\" \"%\"\r\n"),
        Case(
            .status(mailbox("A & B"), [.uidNext, .uidValidity, .highestModSeq]),
            "A1 STATUS \"A &- B\" (UIDNEXT UIDVALIDITY HIGHESTMODSEQ)\r\n"),
        Case(.select(.inbox, condstore: false), "A1 SELECT \"INBOX\"\r\n"),
        Case(.select(mailbox("inbox"), condstore: true), "A1 SELECT \"INBOX\" (CONDSTORE)\r\n"),
        Case(.examine(mailbox("a\\b"), condstore: false), "A1 EXAMINE \"a\\\\b\"\r\n"),
        Case(.create(mailbox("日本語")), "A1 CREATE \"&ZeVnLIqe-\"\r\n"),
        Case(.deleteMailbox(mailbox("a b")), "A1 DELETE \"a b\"\r\n"),
        Case(.quotaRoot(.inbox), "A1 GETQUOTAROOT \"INBOX\"\r\n"),
        Case(.subscribe(mailbox("🌙")), "A1 SUBSCRIBE \"&2DzfGQ-\"\r\n"),
        Case(.create(WireMailboxName(raw: Array("grün".utf8))), "A1 CREATE {5}\r\n", "grün\r\n"),
    ]

    private static let set = NonEmptyUIDSet(uids(1...3, 7...7))!

    private static let messageCases: [Case] = [
        Case(
            .uidFetch(
                .from(uid(7)), [.uid, .flags, .internalDate, .size, .bodyPeek(.header, partial: nil)], changedSince: nil
            ),
            "A1 UID FETCH 7:* (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER])\r\n"),
        Case(
            .uidFetch(.set(uids(1...UInt32.max)), [.uid, .flags], changedSince: ModSeq(12)),
            "A1 UID FETCH 1:4294967295 (UID FLAGS) (CHANGEDSINCE 12)\r\n"),
        Case(.uidFetch(.last, [.uid], changedSince: ModSeq(0)), "A1 UID FETCH * (UID)\r\n"),
        Case(
            .uidResync(.from(.first), since: ModSeq(12)),
            "A1 UID FETCH 1:* (UID FLAGS) (CHANGEDSINCE 12 VANISHED)\r\n"),
        Case(
            .uidFetch(
                .last,
                [.bodyPeek(.headerFields(["From", "List-Id"]), partial: nil), .bodyPeek(.whole, partial: 0..<100)],
                changedSince: nil), "A1 UID FETCH * (BODY.PEEK[HEADER.FIELDS (From List-Id)] BODY.PEEK[]<0.100>)\r\n"),
        Case(
            .uidFetch(
                .last,
                [
                    .bodyPeek(.headerFieldsNot(["X"]), partial: nil), .bodyPeek(.part([1, 2]), partial: nil),
                    .bodyPeek(.partMIME([1]), partial: nil), .bodyPeek(.partHeader([1]), partial: nil),
                    .bodyPeek(.partText([1]), partial: nil), .bodyPeek(.text, partial: nil),
                ], changedSince: nil),
            "A1 UID FETCH * (BODY.PEEK[HEADER.FIELDS.NOT (X)] BODY.PEEK[1.2] BODY.PEEK[1.MIME] BODY.PEEK[1.HEADER] "
                + "BODY.PEEK[1.TEXT] BODY.PEEK[TEXT])\r\n"),
        Case(
            .uidFetch(
                .last, [.envelope, .bodyStructure, .modSeq, .emailID, .threadID, .gmMessageID, .gmThreadID, .gmLabels],
                changedSince: nil),
            "A1 UID FETCH * (ENVELOPE BODYSTRUCTURE MODSEQ EMAILID THREADID X-GM-MSGID X-GM-THRID X-GM-LABELS)\r\n"),
        Case(
            .uidStore(set, .add, [.deleted], silent: true, unchangedSince: nil),
            "A1 UID STORE 1:3,7 +FLAGS.SILENT (\\Deleted)\r\n"),
        Case(
            .uidStore(set, .remove, [.seen, keyword("$Junk")], silent: false, unchangedSince: ModSeq(5)),
            "A1 UID STORE 1:3,7 (UNCHANGEDSINCE 5) -FLAGS (\\Seen $Junk)\r\n"),
        Case(.uidStore(set, .replace, [], silent: true, unchangedSince: nil), "A1 UID STORE 1:3,7 FLAGS.SILENT ()\r\n"),
        Case(.uidCopy(set, mailbox("a b")), "A1 UID COPY 1:3,7 \"a b\"\r\n"),
        Case(.uidMove(NonEmptyUIDSet(.last), mailbox("x")), "A1 UID MOVE 4294967295 \"x\"\r\n"),
        Case(.uidExpunge(set), "A1 UID EXPUNGE 1:3,7\r\n"),
        Case(.uidSearch([.all], returnAll: true), "A1 UID SEARCH RETURN (ALL) ALL\r\n"),
        Case(
            .uidSearch([.gmMessageID(1_278_455_344_230_334_865)], returnAll: false),
            "A1 UID SEARCH X-GM-MSGID 1278455344230334865\r\n"),
        Case(
            .uidSearch(
                [
                    .uid(.from(uid(9))), .has(.seen), .lacks(.deleted), .has(keyword("$x")), .lacks(keyword("y")),
                    .lacks(.recent), .not(.has(.draft)), .modSeq(ModSeq(3)),
                ], returnAll: false),
            "A1 UID SEARCH UID 9:* SEEN UNDELETED KEYWORD $x UNKEYWORD y OLD NOT DRAFT MODSEQ 3\r\n"),
        Case(
            .uidSearch([.since(1_767_225_600), .before(1_767_312_000)], returnAll: false),
            "A1 UID SEARCH SINCE 1-Jan-2026 BEFORE 2-Jan-2026\r\n"),
    ]

    private static let literalCases: [Case] = [
        Case(
            .append(.inbox, [.seen], internalDate: 837_596_665, size: 310),
            "A1 APPEND \"INBOX\" (\\Seen) \"17-Jul-1996 09:44:25 +0000\" {310}\r\n"),
        Case(
            .append(.inbox, [], internalDate: nil, size: 5), "A1 APPEND \"INBOX\" {5+}\r\n", literals: .nonSynchronizing
        ),
        Case(
            .append(.inbox, [], internalDate: nil, size: 4_096), "A1 APPEND \"INBOX\" {4096+}\r\n",
            literals: .limited4096),
        Case(
            .append(.inbox, [], internalDate: nil, size: 4_097), "A1 APPEND \"INBOX\" {4097}\r\n",
            literals: .limited4096),
        Case(
            .login(user: "x", password: Secret(String(repeating: "p", count: 1_001))), "A1 LOGIN \"x\" {1001}\r\n",
            String(repeating: "p", count: 1_001) + "\r\n"),
    ]

    @Test func anAppendSaysWhetherItWaits() throws {
        let command = IMAPCommand.append(.inbox, [], internalDate: nil, size: 5_000)
        let waiting = try CommandEncoder(literals: .limited4096).encode(tag: "A", command: command).message
        #expect(waiting?.size == 5_000)
        #expect(waiting?.waitsForContinuation == true)
        let going = try CommandEncoder(literals: .nonSynchronizing).encode(tag: "A", command: command).message
        #expect(going?.waitsForContinuation == false)
        #expect(try CommandEncoder(literals: .nonSynchronizing).encode(tag: "A", command: .noop).message == nil)
    }

    @Test(arguments: ["a\r\nb", "a\nb", "a\rb", "a\0b", "\r\nA2 LOGOUT", "x\0"])
    func lineEndsAndNULAreRefusedEverywhere(_ text: String) {
        let name = mailbox(text)
        let rawName = WireMailboxName(raw: Array(text.utf8))
        let commands: [IMAPCommand] = [
            .login(user: text, password: Secret("x")), .login(user: "x", password: Secret(text)),
            .authenticate(mechanism: text, initialResponse: nil), .enable([text]),
            .id([.init(name: text, value: nil)]), .id([.init(name: "a", value: text)]),
            .list(reference: text, pattern: "*", returning: []), .list(reference: "", pattern: text, returning: []),
            .lsub(reference: "", pattern: text), .status(name, [.messages]), .select(name, condstore: false),
            .examine(name, condstore: true), .create(name), .deleteMailbox(name),
            .quotaRoot(name), .subscribe(rawName), .uidCopy(Self.set, name),
            .uidMove(Self.set, rawName), .append(name, [], internalDate: nil, size: 1),
            .uidFetch(.last, [.bodyPeek(.headerFields([text]), partial: nil)], changedSince: nil),
        ]
        for command in commands {
            for literals in [LiteralForm.synchronizing, .nonSynchronizing] {
                let error = refusal(of: command, literals)
                #expect(error?.kind == .unsendableArgument, "\(command.name)")
                #expect(error?.description.contains(text) == false)
            }
        }
        #expect(throws: IMAPSyntaxError.self) {
            try CommandEncoder(literals: .synchronizing).encode(tag: text, command: .noop)
        }
    }

    @Test func whatDoesNotFitTheGrammarIsRefused() {
        let commands: [IMAPCommand] = [
            .create(mailbox("")), .enable([]), .enable(["a b"]), .enable(["a)"]), .status(.inbox, []),
            .authenticate(mechanism: "", initialResponse: nil), .uidFetch(.set([]), [.uid], changedSince: nil),
            .uidFetch(.last, [], changedSince: nil),
            .uidResync(.last, since: ModSeq(0)), .uidResync(.set([]), since: ModSeq(1)),
            .uidFetch(.last, [.uid], changedSince: ModSeq(UInt64(Int64.max) + 1)),
            .uidFetch(.last, [.bodyPeek(.headerFields([]), partial: nil)], changedSince: nil),
            .uidFetch(.last, [.bodyPeek(.headerFields(["a b"]), partial: nil)], changedSince: nil),
            .uidFetch(.last, [.bodyPeek(.headerFields(["a)]"]), partial: nil)], changedSince: nil),
            .uidFetch(.last, [.bodyPeek(.headerFields(["é"]), partial: nil)], changedSince: nil),
            .uidFetch(.last, [.bodyPeek(.part([]), partial: nil)], changedSince: nil),
            .uidFetch(.last, [.bodyPeek(.part([0]), partial: nil)], changedSince: nil),
            .uidFetch(.last, [.bodyPeek(.whole, partial: 5..<5)], changedSince: nil),
            .uidFetch(.last, [.bodyPeek(.whole, partial: -1..<5)], changedSince: nil),
            .uidStore(Self.set, .add, [], silent: true, unchangedSince: nil), .uidSearch([], returnAll: false),
            .uidSearch([.has(keyword("\\Own"))], returnAll: false), .uidSearch([.since(.max)], returnAll: false),
            .append(.inbox, [], internalDate: .min, size: 1), .append(.inbox, [], internalDate: nil, size: 0),
            .list(reference: "", pattern: "*", returning: [.status([])]),
        ]
        for command in commands {
            #expect(refusal(of: command, .synchronizing)?.kind == .unsendableArgument, "\(command.name)")
        }
    }

    private func refusal(of command: IMAPCommand, _ literals: LiteralForm) -> IMAPSyntaxError? {
        do {
            _ = try CommandEncoder(literals: literals).encode(tag: "A1", command: command)
            return nil
        } catch {
            return error
        }
    }

    @Test func nothingPrintsASecretOrAUser() throws {
        let command = IMAPCommand.login(user: "jane@canary", password: Secret("canary"))
        let encoded = try CommandEncoder(literals: .nonSynchronizing).encode(tag: "A1", command: command)
        var dumped = ""
        dump(command, to: &dumped)
        dump(encoded, to: &dumped)
        #expect(
            !"\(command) \(encoded) \(String(reflecting: command)) \(String(reflecting: encoded)) \(dumped)".contains(
                "canary"))
        #expect("\(command)" == "LOGIN")
        #expect("\(IMAPCommand.uidMove(Self.set, mailbox("Büro")))" == "UID MOVE Büro")
    }

    @Test func aResponseWithinAuthenticationIsBase64() {
        #expect(String(buffer: CommandEncoder.authenticationResponse(Secret("\0a\0b"))) == "AGEAYg==\r\n")
        #expect(String(buffer: CommandEncoder.authenticationResponse(Secret(""))) == "\r\n")
        #expect(String(buffer: CommandEncoder.idleDone) == "DONE\r\n")
    }

    @Test(arguments: [1, 10, 40, 200, 1_000, 8_000])
    func longSetsAreCutIntoCommandsUnderTheLineLimit(_ lineLimit: Int) throws {
        let members = (1...2_000).map { uid(UInt32($0 * 3)) }
        let set = try #require(NonEmptyUIDSet(UIDSet(members)))
        let chunks = CommandEncoder.chunks(of: set, lineLimit: lineLimit, overhead: 30)
        #expect(chunks.reduce(UIDSet()) { $0.union($1.set) } == set.set)
        #expect(chunks.reduce(0) { $0 + $1.set.count } == 2_000)
        for chunk in chunks {
            #expect(chunk.description.utf8.count <= lineLimit - 30 || chunk.set.intervals.count == 1)
            let encoded = try CommandEncoder(literals: .synchronizing).encode(
                tag: "A1", command: .uidMove(chunk, .inbox))
            #expect((encoded.segments.first?.readableBytes ?? 0) <= max(lineLimit, 40))
        }
        if lineLimit == 8_000 { #expect(chunks.count == 2) }
    }

    @Test func aSetThatFitsIsNotCut() throws {
        let set = try #require(NonEmptyUIDSet(uids(1...UInt32.max)))
        #expect(CommandEncoder.chunks(of: set, lineLimit: 1_000) == [set])
        #expect(CommandEncoder.chunks(of: set, lineLimit: -5, overhead: -5) == [set])
    }
}
