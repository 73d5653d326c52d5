import IMAPSyntax
import MailModel
import Testing

@testable import IMAPSession

/// New messages that the server shows of its own accord (RFC 5465): used when they are all there, and never else.
@Suite struct NotifyTests {
    private let items: [FetchItem] = [.uid, .flags, .internalDate, .size, .bodyPeek(.header, partial: nil)]

    private func watching(_ reply: String = "OK") -> SessionScript {
        var script = SessionScript()
        script.submit(.select(.inbox, condstore: false))
        script.server("* 3 EXISTS", "p1 OK")
        script.machine.activity = MailboxActivity()
        script.submit(.notify(items), .idle)
        script.server("p2 \(reply)", "+ idling")
        _ = script.written()
        return script
    }

    private func shown(_ sequence: Int, _ uid: Int, flags: String = "") -> String {
        "* \(sequence) FETCH (UID \(uid) FLAGS (\(flags)) INTERNALDATE \" 1-Nov-2026 10:00:00 +0000\" RFC822.SIZE 40 "
            + "BODY[HEADER] {4}\r\nA: b)"
    }

    private func uids(_ script: SessionScript, from next: UInt32) -> [UInt32]? {
        UID(next).flatMap { script.machine.activity.arrivals(from: $0) }?.compactMap { $0.uid?.rawValue }
    }

    @Test func newMessagesThatAreShownNeedNotBeFetched() {
        var script = watching()
        script.server("* 5 EXISTS", shown(4, 10))
        #expect(script.machine.activity.awaitsArrivals)
        #expect(uids(script, from: 10) == nil, "one of two")
        script.server(shown(5, 12))
        #expect(!script.machine.activity.awaitsArrivals)
        #expect(uids(script, from: 10) == [10, 12])
        #expect(script.machine.activity.flags.isEmpty, "nobody changed anything")
        // What was seen before is no arrival, and then it cannot be told which ones are missing.
        #expect(uids(script, from: 11) == nil)
    }

    @Test func whatGoesMeanwhileIsNotMissed() {
        var script = watching()
        script.server("* 1 EXPUNGE", "* 3 EXISTS", shown(3, 10), "* 1 EXPUNGE", "* 3 EXISTS", shown(3, 11))
        #expect(uids(script, from: 10) == [10, 11])
    }

    @Test func oneThatIsShownTwiceIsNotTakenForTwo() {
        var script = watching()
        script.server("* 5 EXISTS", shown(4, 10), shown(4, 10))
        #expect(uids(script, from: 10) == nil)
    }

    @Test func aCountThatCannotBeBelievedIsNoProof() {
        var script = watching()
        script.server("* VANISHED 1:2", "* 4 EXISTS", shown(4, 10))
        #expect(uids(script, from: 10) == nil)
    }

    @Test(arguments: ["NO [NOTIFICATIONOVERFLOW] too many", "BAD what?"])
    func whereItIsRefusedWhatComesUnaskedIsAChange(_ reply: String) {
        var script = watching(reply)
        script.server("* 4 EXISTS", shown(4, 10, flags: "\\Seen"))
        #expect(uids(script, from: 10) == nil)
        #expect(script.machine.activity.flags == [UID(10) ?? .first: [.seen]])
        #expect(script.closing == nil)
    }

    @Test func aServerThatStopsTellingIsLeft() {
        var script = watching()
        script.server("* OK [NOTIFICATIONOVERFLOW] too much")
        #expect(script.closing?.code == .connectionLost)
    }

    @Test func noMoreIsKeptThanIsUseful() {
        var script = watching()
        let count = MailboxActivity.mostArrivals + 5
        script.server("* \(3 + count) EXISTS")
        for index in 1...count { script.server(shown(3 + index, 9 + index)) }
        #expect(script.machine.activity.arrived.isEmpty)
        #expect(uids(script, from: 10) == nil)
        #expect(!script.machine.activity.awaitsArrivals)
    }
}
