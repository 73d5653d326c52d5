import IMAPSyntax
import MailModel
import NIOCore
import Testing

@testable import IMAPSession

/// Commands and answers: order, bursts, IDLE, literals, news.
@Suite struct SessionMachineTests {
    @Test func nothingIsWrittenBeforeTheGreeting() {
        var script = SessionScript(greeted: false)
        script.submit(.capability)
        #expect(script.written().isEmpty)
        script.server("* OK [CAPABILITY IMAP4rev1 IDLE] ready")
        #expect(script.written() == ["p1 CAPABILITY\r\n"])
        #expect(script.machine.capabilities == ["IMAP4REV1", "IDLE"])
        #expect(script.greeting == Greeting(isPreauthenticated: false, text: "ready"))
    }

    @Test(arguments: ["* BYE too many connections", "* NO not now", "* 3 EXISTS", "* CAPABILITY IMAP4rev1"])
    func whatIsNoGreetingEndsTheConnection(_ line: String) {
        var script = SessionScript(greeted: false)
        let ids = script.submit(.capability)
        script.server(line)
        #expect(script.closing != nil)
        #expect(script.failures.keys.contains(ids[0]))
    }

    @Test func commandsGoOutInOneWriteAndAreAnsweredInAnyOrder() throws {
        var script = SessionScript()
        let ids = script.submit(.noop, .namespace, .capability)
        #expect(script.written() == ["p1 NOOP\r\np2 NAMESPACE\r\np3 CAPABILITY\r\n"])
        script.server("* CAPABILITY A", "p3 OK", "p1 NO [INUSE] busy", "p2 BAD what?")
        #expect(try script.result(ids[2]).capabilities == ["A"])
        #expect(try script.result(ids[0]).error.code == .unavailable)
        #expect(try script.result(ids[1]).error.code == .protocolError)
        #expect(script.impossible.isEmpty)
    }

    // MARK: IDLE

    @Test func doneAndTheNextCommandsAreOneWrite() {
        var script = SessionScript()
        let idle = script.submit(.idle)
        #expect(script.written() == ["p1 IDLE\r\n"])
        script.server("+ idling")
        script.server("* 5 EXISTS")
        script.submit(.noop, .idle)
        #expect(script.written() == ["DONE\r\np2 NOOP\r\np3 IDLE\r\n"])
        script.server("p1 OK done", "p2 OK")
        #expect(script.results.keys.contains(idle[0]))
        #expect(script.machine.activity.exists == 5)
        #expect(script.impossible.isEmpty)
    }

    @Test func aCommandBeforeTheContinuationWaitsForIt() {
        var script = SessionScript()
        script.submit(.idle)
        script.submit(.noop)
        #expect(script.written() == ["p1 IDLE\r\n"])
        // Legal, and often met: data before the `+`.
        script.server("* 7 EXISTS", "* 1 FETCH (UID 4 FLAGS (\\Seen))", "* OK still here")
        #expect(script.written().isEmpty)
        #expect(script.machine.activity.exists == 7)
        #expect(script.machine.activity.flags == [UID(4) ?? .first: [.seen]])
        script.server("+")
        #expect(script.written() == ["DONE\r\np2 NOOP\r\n"])
        #expect(script.impossible.isEmpty)
    }

    @Test(arguments: ["p1 NO no IDLE here", "p1 BAD unknown", "p1 OK enough"])
    func anIdleThatTheServerEndsLetsTheNextCommandsGo(_ reply: String) {
        for continued in [false, true] {
            var script = SessionScript()
            let ids = script.submit(.idle)
            if continued { script.server("+ idling") }
            script.server(reply)
            script.forgetIdle()
            #expect(script.machine.idle == .none)
            #expect(script.results.keys.contains(ids[0]))
            script.submit(.noop)
            #expect(script.written().last == "p2 NOOP\r\n", "no DONE for an IDLE that is over")
        }
    }

    @Test func anIdleThatEndsWhileDoneIsUnderwayEndsOnce() {
        var script = SessionScript()
        script.submit(.idle)
        script.server("+ idling")
        script.submit(.noop)
        script.server("p1 OK ended by us", "DONE BAD unknown", "p2 OK")
        #expect(script.isSettled && script.impossible.isEmpty)
        script.submit(.idle)
        script.server("+ idling")
        #expect(script.machine.awaitsAnswer == false)
        #expect(script.written().last == "p3 IDLE\r\n", "the new IDLE is not ended at once")
    }

    @Test func idleBehindOtherCommandsGoesInTheSameWrite() {
        var script = SessionScript()
        script.submit(.uidMove(uids(3), wire("A")), .idle)
        #expect(script.written() == ["p1 UID MOVE 3 \"A\"\r\np2 IDLE\r\n"])
        script.server("* OK [COPYUID 7 3 9] moved", "* 1 EXPUNGE", "p1 OK", "+ idling")
        #expect(script.machine.idle != .none)
        #expect(script.machine.awaitsAnswer == false)
        #expect(script.machine.isResting)
    }

    // MARK: Literals and exclusive commands

    @Test func aLiteralWaitsForItsContinuationAndHoldsOthersBack() {
        var script = SessionScript()
        script.submit(.login(user: "jane", password: Secret("pässword")))
        script.submit(.capability)
        #expect(script.written() == ["p1 LOGIN \"jane\" {9}\r\n"])
        script.server("* OK thinking", "+ go on")
        #expect(script.written() == ["pässword\r\n"])
        script.server("p1 OK in")
        #expect(script.written() == ["p2 CAPABILITY\r\n"])
    }

    @Test func aRefusedLiteralIsNotSent() {
        var script = SessionScript()
        let ids = script.submit(.login(user: "jane", password: Secret("pässword")))
        script.server("p1 NO too long")
        script.submit(.noop)
        #expect(script.written().last == "p2 NOOP\r\n")
        #expect(script.results[ids[0]]?.status == .no)
    }

    @Test func literalPlusNeedsNoContinuation() {
        var script = SessionScript(greeted: false)
        script.server("* OK [CAPABILITY IMAP4rev1 LITERAL+] ready")
        script.submit(.login(user: "jane", password: Secret("pässword")))
        #expect(script.written() == ["p1 LOGIN \"jane\" {9+}\r\npässword\r\n"])
    }

    @Test func exclusiveCommandsOvertakeNothingAndAreNotOvertaken() {
        var script = SessionScript()
        script.submit(.noop)
        script.submit(.login(user: "jane", password: Secret("x")))
        script.submit(.namespace)
        #expect(script.written() == ["p1 NOOP\r\n"])
        script.server("p1 OK")
        #expect(script.written() == ["p2 LOGIN \"jane\" \"x\"\r\n"])
        script.server("p2 OK [CAPABILITY IMAP4rev1 MOVE] in")
        #expect(script.written() == ["p3 NAMESPACE\r\n"])
        #expect(script.machine.capabilities == ["IMAP4REV1", "MOVE"])
    }

    @Test func saslLinesFollowEachContinuation() {
        var script = SessionScript()
        let line = ByteBuffer(string: "AGphbmUAeA==\r\n")
        script.submit([SubmittedCommand(.authenticate(mechanism: "PLAIN", initialResponse: nil), continuations: [line])]
        )
        #expect(script.written() == ["p1 AUTHENTICATE PLAIN\r\n"])
        script.server("+ ")
        #expect(script.written() == ["AGphbmUAeA==\r\n"])
        script.server("+ ", "p1 OK")
        #expect(script.written().isEmpty)
        #expect(script.isSettled)
    }

    @Test func whatCannotBeSentFailsAloneAndNothingOfItIsWritten() {
        var script = SessionScript()
        let ids = script.submit(.create(wire("a\r\np9 LOGOUT")), .noop)
        #expect(script.failures[ids[0]]?.scope == .message)
        let written = script.written()
        #expect(written.count == 1 && written[0].hasSuffix(" NOOP\r\n") && !written[0].contains("LOGOUT"))
    }

    // MARK: SELECT

    @Test func selectIsPipelinedAndItsDataAreItsOwn() throws {
        var script = SessionScript()
        let ids = script.submit(.select(wire("INBOX"), condstore: false), fetchHeaders(from: .first))
        #expect(script.written().count == 1)
        script.server(
            "* FLAGS (\\Seen)", "* OK [PERMANENTFLAGS (\\Seen \\*)] kept", "* 2 EXISTS", "* OK [UIDVALIDITY 7] v",
            "* OK [UIDNEXT 9] n", "* OK [HIGHESTMODSEQ 12] m", "p1 OK [READ-WRITE] selected")
        let selected = try #require(try script.result(ids[0]).selected)
        #expect(selected.uidValidity == UIDValidity(7) && selected.uidNext == UID(9) && selected.exists == 2)
        #expect(selected.acceptsNewKeywords && selected.keeps(.seen) && !selected.keeps(.flagged))
        #expect(selected.highestModSeq == ModSeq(12) && !selected.isReadOnly)
        script.server("* 1 FETCH (UID 8 FLAGS () BODY[HEADER] {4}\r\nA: b)", "* 3 EXISTS", "p2 OK")
        #expect(try script.result(ids[1]).fetched.map(\.uid) == [UID(8)])
        #expect(script.machine.activity.exists == 3)
        #expect(script.machine.selected?.exists == 3)
    }

    @Test func mailThatCameWhileAnotherMailboxWasSelectedIsNews() throws {
        var script = SessionScript()
        script.submit(.select(wire("INBOX"), condstore: false))
        script.server("* 2 EXISTS", "p1 OK")
        script.machine.activity = MailboxActivity()
        script.submit(.examine(wire("Archive"), condstore: false))
        script.server("* 90 EXISTS", "p2 OK [READ-ONLY]")
        script.submit(.select(wire("INBOX"), condstore: false))
        script.server("* 3 EXISTS", "p3 OK")
        #expect(script.machine.activity.exists == 3)
        #expect(script.machine.selected?.isReadOnly == false)
    }

    @Test func aRefusedSelectLeavesNothingSelected() throws {
        var script = SessionScript()
        script.submit(.select(wire("INBOX"), condstore: false))
        script.server("* 2 EXISTS", "p1 OK")
        let ids = script.submit(.select(wire("Gone"), condstore: false))
        script.server("p2 NO [NONEXISTENT] gone")
        #expect(script.machine.selected == nil)
        #expect(try script.result(ids[0]).error.code == .folderMissing)
        #expect(try script.result(ids[0]).error.mailbox == "Gone")
    }

    @Test func readOnlyIsNoticed() throws {
        var script = SessionScript()
        let ids = script.submit(.select(wire("INBOX"), condstore: false))
        script.server("* 2 EXISTS", "p1 OK [READ-ONLY] look only")
        #expect(try script.result(ids[0]).selected?.isReadOnly == true)
    }

    // MARK: Answers and news

    @Test func movesThatAreCarriedOutTogetherAreToldApartByTheirMessages() throws {
        var script = SessionScript()
        let ids = script.submit(
            .uidMove(uids(3), wire("A")),
            .uidMove(uids(5), wire("B")))
        // Dovecot does: it syncs once for all of them, and answers then.
        script.server("* OK [COPYUID 7 3 9] moved", "* OK [COPYUID 8 5 2] moved", "* 1 EXPUNGE", "* 1 EXPUNGE")
        script.server("p1 OK", "p2 OK")
        let pairs = try ids.map { try script.result($0).copiedUIDs()?.pairs.first }
        #expect(pairs.map { $0?.source.rawValue } == [3, 5])
        #expect(pairs.map { $0?.target.rawValue } == [9, 2])
    }

    @Test func copyUIDInAnUntaggedOKBelongsToTheMove() throws {
        var script = SessionScript()
        let ids = script.submit(.uidMove(uids(3, 5), wire("A")))
        script.server("* OK [COPYUID 7 3,5 9:10] moved", "* 1 EXPUNGE", "* 1 EXPUNGE", "p1 OK")
        let copied = try #require(try script.result(ids[0]).copiedUIDs())
        #expect(copied.uidValidity == UIDValidity(7))
        #expect(copied.pairs.map { "\($0.source)>\($0.target)" } == ["3>9", "5>10"])
        #expect(script.machine.activity.expunged == 2)
    }

    @Test(arguments: [
        "OK [COPYUID 7 3,5 9] few", "OK [COPYUID 7 3,5 9:11] many", "OK [COPYUID 7 3,5 *] star", "OK [COPYUID 7] none",
        "OK [COPYUID 0 3,5 9:10] zero", "OK [COPYUID 7 3,3 9:10] twice", "OK [COPYUID 7 1:4294967295 1:4294967295] all",
        "OK", "OK done",
    ]) func aMalformedCopyUIDTellsNothing(_ reply: String) throws {
        var script = SessionScript()
        let ids = script.submit(.uidCopy(uids(3, 5), wire("A")))
        script.server("p1 \(reply)")
        #expect(try script.result(ids[0]).copiedUIDs() == nil)
        #expect(try script.result(ids[0]).status == .ok)
    }

    @Test func unsolicitedFlagsAreNewsAndAnswersAreNot() throws {
        var script = SessionScript()
        let ids = script.submit(fetchHeaders(from: .first))
        script.server("* 4 FETCH (UID 4 FLAGS (\\Seen))")
        script.server("* 4 FETCH (UID 4 FLAGS (\\Seen) BODY[HEADER] {4}\r\nA: b)", "p1 OK")
        #expect(try script.result(ids[0]).fetched.count == 1)
        #expect(script.machine.activity.flags == [UID(4) ?? .first: [.seen]])
    }

    @Test func aFetchForAUIDThatWasNotAskedForIsNews() throws {
        var script = SessionScript()
        let ids = script.submit(fetchFlags(uids(4)))
        script.server("* 1 FETCH (UID 9 FLAGS (\\Seen))", "* 2 FETCH (FLAGS ())", "p1 OK")
        #expect(try script.result(ids[0]).fetched.isEmpty)
        #expect(script.machine.activity.flags.keys.map(\.rawValue) == [9])
        #expect(script.machine.activity.needsFlagListing)
    }

    @Test func aSilentStoreSwallowsNoNews() throws {
        var script = SessionScript()
        let ids = script.submit(.uidStore(uids(4), .add, [.deleted], silent: true, unchangedSince: nil))
        script.server("* 1 FETCH (UID 4 FLAGS (\\Seen \\Deleted))", "p1 OK")
        #expect(try script.result(ids[0]).fetched.isEmpty)
        #expect(script.machine.activity.flags == [UID(4) ?? .first: [.seen, .deleted]])
    }

    @Test func flagsToldBeforeARemovalBelongToItAndAreNews() throws {
        var script = SessionScript()
        let ids = script.submit(fetchFlags(uids(4)), .uidExpunge(uids(4)))
        script.server("* 1 FETCH (UID 4 FLAGS (\\Deleted))", "p1 OK fetched")
        script.server("* 1 FETCH (UID 4 FLAGS (\\Deleted \\Answered))", "* 1 EXPUNGE", "p2 OK expunged")
        #expect(try script.result(ids[0]).fetched.map(\.flags) == [[.deleted]])
        #expect(try script.result(ids[1]).fetched.map(\.flags) == [[.deleted, .answered]])
        #expect(script.machine.activity.flags == [UID(4) ?? .first: [.deleted, .answered]])
    }

    @Test func activityIsOnlyMergedNeverLost() {
        var script = SessionScript()
        script.submit(.idle)
        script.server(
            "+ idling", "* 5 EXISTS", "* 6 EXISTS", "* 2 EXPUNGE", "* VANISHED 8:9", "* VANISHED 11",
            "* 1 FETCH (UID 3 FLAGS ())", "* 1 FETCH (UID 3 FLAGS (\\Seen))")
        let activity = script.machine.activity
        #expect(activity.exists == 6 && activity.expunged == 1)
        #expect(activity.vanished.description == "8:9,11")
        #expect(activity.flags == [UID(3) ?? .first: [.seen]])
        #expect(script.activities == 7)
        script.submit(.noop)
        script.server("* 7 EXISTS", "p1 OK", "p2 OK")
        #expect(script.machine.activity.exists == 7)
    }

    @Test func moreFlagNewsThanCanBeKeptAsksForAListing() {
        var script = SessionScript()
        for uid in 1...(MailboxActivity.mostFlags + 5) { script.server("* \(uid) FETCH (UID \(uid) FLAGS ())") }
        #expect(script.machine.activity.flags.count == MailboxActivity.mostFlags)
        #expect(script.machine.activity.needsFlagListing)
    }

    @Test func vanishingOfEverythingCostsNothing() {
        var script = SessionScript()
        script.server("* VANISHED 1:4294967295", "* VANISHED (EARLIER) 1:4294967295")
        #expect(script.machine.activity.vanished.intervals.count == 1)
    }

    @Test func whatVanishedEarlierBelongsToTheCommandThatAskedForIt() throws {
        var script = SessionScript()
        let ids = script.submit(.uidResync(.from(.first), since: ModSeq(7)))
        script.server(
            "* VANISHED (EARLIER) 1:3", "* VANISHED (EARLIER) 9", "* 4 FETCH (UID 5 FLAGS (\\Seen) MODSEQ (8))",
            "* VANISHED 6", "* 2 FETCH (FLAGS ())", "p1 OK")
        let result = try script.result(ids[0])
        #expect(result.vanished.description == "1:3,9")
        #expect(result.fetched.map(\.uid) == [UID(5)] && result.fetched.map(\.modSeq) == [ModSeq(8)])
        // News of the mailbox is not the command's.
        #expect(script.machine.activity.vanished.description == "6")
        #expect(script.machine.activity.needsFlagListing)
    }

    @Test func whatVanishesIsCountedWhereItCanHaveBeenThere() throws {
        var script = SessionScript()
        script.submit(.select(wire("A"), condstore: true))
        script.server("* 5 EXISTS", "p1 OK", "* VANISHED 2:3")
        #expect(script.machine.selected?.exists == 3)
        script.server("* VANISHED 1:4294967295")
        #expect(script.machine.selected?.exists == 3)
        // The same number again is news all the same: whether there were that many only the server knows.
        script.server("* 3 EXISTS")
        #expect(script.machine.activity.exists == 3)
    }

    @Test func aMailboxThatIsSelectedAgainSaysSo() throws {
        var script = SessionScript()
        script.submit(.select(wire("A"), condstore: false))
        script.server("* 5 EXISTS", "p1 OK", "* 1 FETCH (UID 4 FLAGS ())")
        script.submit(.select(wire("A"), condstore: false))
        script.server("* 4 EXISTS", "p2 OK")
        #expect(script.machine.activity.isReselected && script.machine.activity.flags.isEmpty)
    }

    @Test func newsIsMergedInTheOrderItCame() {
        var first = MailboxActivity()
        first.exists = 4
        first.flags = [.first: []]
        var second = MailboxActivity()
        second.expunged = 2
        second.flags = [.first: [.seen], .last: []]
        second.vanished = [.last]
        first.merge(second)
        #expect(first.exists == 4 && first.expunged == 2 && first.vanished == [.last])
        #expect(first.flags == [.first: [.seen], .last: []])
        #expect(!first.needsFlagListing && !first.isReselected)
        second.needsFlagListing = true
        second.isReselected = true
        first.merge(second)
        #expect(first.needsFlagListing && first.isReselected && first.expunged == 4)
    }

    @Test func statusAndListKeepTheirOwnData() throws {
        var script = SessionScript()
        let ids = script.submit(
            .status(wire("A"), [.uidNext]), .list(reference: "", pattern: "*", returning: []), .enable(["CONDSTORE"]))
        script.server(
            "* STATUS \"A\" (UIDNEXT 4 UIDVALIDITY 7)", "p1 OK", "* LIST (\\Noselect) \"/\" \"B\"",
            "* STATUS \"B\" (UIDNEXT 5)", "p2 OK", "* ENABLED CONDSTORE", "p3 OK")
        #expect(try script.result(ids[0]).statuses.map(\.uidNext) == [UID(4)])
        #expect(try script.result(ids[1]).lists.map(\.name) == [wire("B")])
        #expect(try script.result(ids[1]).statuses.map(\.uidNext) == [UID(5)])
        #expect(try script.result(ids[2]).enabled == ["CONDSTORE"])
    }

    @Test func alertsReachAPerson() {
        var script = SessionScript()
        script.server("* OK [ALERT] the disk is full")
        #expect(script.alerts == ["the disk is full"])
    }

    // MARK: The end

    @Test func closingSettlesEachCommandOnce() {
        var script = SessionScript()
        script.submit(.noop, .idle)
        script.submit(.namespace, .capability)
        script.server("p1 OK")
        script.close()
        #expect(script.isSettled && script.impossible.isEmpty)
        #expect(script.failures.count == 3)
        let late = script.submit(.noop)
        #expect(script.failures[late[0]]?.code == .connectionLost)
        script.close()
        #expect(script.impossible.isEmpty)
    }

    @Test func aByeIsTheReasonWhereverItCame() {
        for setUp in [[], ["p1 OK"], ["* 5 EXISTS"]] {
            var script = SessionScript()
            let ids = script.submit(.noop)
            for line in setUp { script.server(line) }
            script.server("* BYE shutting down")
            script.close()
            #expect(script.closing?.text.contains("shutting down") == true)
            #expect(script.results[ids[0]] != nil || script.failures[ids[0]] != nil)
        }
    }

    @Test func aGoodbyeWhileNothingIsDueEndsTheConnection() {
        for idles in [false, true] {
            var script = SessionScript()
            let ids = idles ? script.submit(.idle) : []
            if idles { script.server("+ idling") }
            script.server("* BYE shutting down")
            #expect(script.closing?.text.contains("shutting down") == true)
            #expect(ids.allSatisfy { script.failures[$0]?.code == .connectionLost })
            #expect(script.isSettled)
        }
    }

    @Test func aGoodbyeThatIsFollowedByAnAnswerEndsTheConnectionWithIt() throws {
        var script = SessionScript()
        let ids = script.submit(.noop, .capability)
        script.server("* BYE shutting down", "p1 OK")
        #expect(script.closing == nil)
        script.server("p2 OK")
        #expect(try script.result(ids[1]).status == .ok)
        #expect(script.closing?.text.contains("shutting down") == true)
        let late = script.submit(.noop)
        #expect(script.failures[late[0]]?.text.contains("shutting down") == true)
    }

    @Test func aFolderThatIsRenumberedWhileItIsSelectedIsSelectedAnew() throws {
        var script = SessionScript()
        script.submit(.select(.inbox, condstore: false))
        script.server("* 1 EXISTS", "* OK [UIDVALIDITY 7] valid", "p1 OK", "* OK [UIDVALIDITY 7] still")
        #expect(script.closing == nil)
        let ids = script.submit(.noop)
        script.server("* OK [UIDVALIDITY 8] new")
        #expect(script.failures[ids[0]]?.code == .connectionLost)
        #expect(script.closing?.text.contains("renumbered") == true)
    }

    @Test func whatVanishedIsKeptInFewIntervalsHoweverMuchIsSaid() {
        var script = SessionScript(limits: .with { $0.vanishedIntervals = 10 })
        script.submit(.idle)
        script.server("+")
        for start in stride(from: 1, to: 2_000, by: 20) {
            script.server("* VANISHED \(start),\(start + 2),\(start + 4)")
            #expect(script.machine.activity.vanished.intervals.count <= 10)
        }
        #expect(script.machine.activity.vanished == UIDSet(intervals: [1...1_985]))
    }

    @Test func messagesThatWereAskedForAreCountedApart() {
        var script = SessionScript(
            limits: .with {
                $0.untaggedResponses = 5
                $0.fetchedMessages = 20
            })
        script.submit(fetchHeaders(from: .first))
        for number in 1...20 { script.server("* \(number) FETCH (UID \(number) BODY[HEADER] {1}\r\nA)") }
        #expect(script.closing == nil)
        script.server("* 21 FETCH (UID 21 BODY[HEADER] {1}\r\nA)")
        #expect(script.closing?.code == .limitExceeded)
    }

    @Test func strayTaggedRepliesAreBorneUpToALimit() {
        var script = SessionScript(limits: .with { $0.strayReplies = 3 })
        script.server("p9 OK", "x NO", "p8 BAD")
        #expect(script.closing == nil)
        script.server("p7 OK")
        #expect(script.closing?.code == .protocolError)
    }

    @Test func aReplyThatComesTwiceChangesNothing() throws {
        var script = SessionScript()
        let ids = script.submit(.noop)
        script.server("p1 OK first", "p1 NO second")
        #expect(try script.result(ids[0]).status == .ok)
        #expect(script.closing == nil && script.impossible.isEmpty)
    }

    @Test func aFloodOfResponsesEndsTheConnection() {
        var script = SessionScript(limits: .with { $0.untaggedResponses = 10 })
        script.submit(.idle)
        script.server("+")
        // The greeting was one.
        for _ in 0..<9 { script.server("* 1 EXISTS") }
        #expect(script.closing == nil)
        script.server("* 1 EXISTS")
        #expect(script.closing?.code == .limitExceeded)
        #expect(script.isSettled)
    }

    @Test func moreBytesThanMayBeHeldEndTheConnection() {
        var script = SessionScript(limits: .with { $0.fetchedBytes = 10 })
        script.submit(fetchHeaders(from: .first))
        script.server("* 1 FETCH (UID 1 BODY[HEADER] {6}\r\nA: bcd)")
        #expect(script.closing == nil)
        script.server("* 2 FETCH (UID 2 BODY[HEADER] {6}\r\nA: bcd)")
        #expect(script.closing?.code == .limitExceeded)
    }

    @Test func bytesOfAnsweredFetchesAreNotCountedAnyMore() {
        var script = SessionScript(limits: .with { $0.fetchedBytes = 10 })
        for number in 1...5 {
            script.submit(fetchHeaders(from: .first))
            script.server("* 1 FETCH (UID 1 BODY[HEADER] {6}\r\nA: bcd)", "p\(number) OK")
            // Not asked for: neither kept nor counted.
            script.server("* 2 FETCH (UID 2 BODY[HEADER] {6}\r\nA: bcd)")
        }
        #expect(script.closing == nil)
    }

    @Test func noBytesOfACommandArePrinted() {
        #expect("\(OutboundBytes(ByteBuffer(string: "p1 LOGIN jane canary")))" == "<20 bytes>")
    }
}

extension SessionLimits {
    static func with(_ change: (inout SessionLimits) -> Void) -> SessionLimits {
        var limits = SessionLimits.standard
        change(&limits)
        return limits
    }
}
