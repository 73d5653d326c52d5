import ActionJournal
import Testing

@testable import TestKit

/// The judge of the campaigns finds what it is there to find.
@Suite("Verdict of a campaign")
struct VerdictTests {
    private let letter: Letter
    private let forwarded: Letter
    private let message: StoredMessage

    init() throws {
        var generator = SeededGenerator(seed: 1)
        let letters = Letter.letters(200, using: &generator)
        letter = try #require(letters.first { $0.kind == .left })
        forwarded = try #require(letters.first { $0.kind == .forwarded })
        message = StoredMessage(content: letter.bytes, flags: [])
    }

    private func verdict(_ letters: [Letter], _ census: Census, tally: Int? = nil) -> Verdict {
        let next = JournalState.nextUIDs(letters)
        let journal = JournalState(
            nextUID: next, plans: [], counts: JournalCounts(), spooled: [], tally: tally ?? letters.count)
        return Verdict(letters, census, journal)
    }

    private func found(_ folder: String, _ flags: Set<Character> = [], _ content: [UInt8]? = nil) -> Census.Found {
        Census.Found(
            place: Letter.Place(folder: folder, flags: flags),
            message: StoredMessage(content: content ?? letter.bytes, flags: flags))
    }

    @Test("all is well") func fine() {
        #expect(verdict([letter], Census(account: [found("INBOX")])).complaints.isEmpty)
    }

    @Test("servers' trace lines and line ends make no other message") func trace() {
        let trace = "Return-Path: <a@b.example>\nReceived: from x\n\tby y\n"
        let stored = Array((trace + String(decoding: letter.bytes, as: UTF8.self)).replacing("\r\n", with: "\n").utf8)
        #expect(verdict([letter], Census(account: [found("INBOX", [], stored)])).complaints.isEmpty)
    }

    @Test("a letter is missing") func lost() {
        #expect(verdict([letter], Census()).complaints.map(\.charge) == [.lost])
    }

    @Test("a letter is there twice") func doubled() {
        let census = Census(account: [found("INBOX"), found("INBOX")])
        #expect(verdict([letter], census).complaints.map(\.charge) == [.doubled])
    }

    @Test("a letter is elsewhere, or has other flags") func misplaced() {
        for place in [found("Receipts"), found("INBOX", ["T"])] {
            #expect(verdict([letter], Census(account: [place])).complaints.map(\.charge) == [.misplaced])
        }
    }

    @Test("a letter is not what was delivered") func altered() {
        let census = Census(account: [found("INBOX", [], letter.bytes + Array("more\r\n".utf8))])
        #expect(verdict([letter], census).complaints.map(\.charge) == [.altered])
    }

    @Test("a message that nobody delivered") func stray() {
        let census = Census(account: [found("INBOX"), found("Trash", [], Array("Subject: x\r\n\r\n".utf8))])
        #expect(verdict([letter], census).complaints.map(\.charge) == [.stray])
    }

    @Test("a forward is missing, or comes twice without a doubt, or differently") func forwards() {
        let place = Census.Found(
            place: Letter.Place(folder: "INBOX"), message: StoredMessage(content: forwarded.bytes, flags: []))
        func charges(_ arrived: [StoredMessage]) -> [Verdict.Charge] {
            verdict([forwarded], Census(account: [place], forwards: [Letter.onCall: arrived])).complaints.map(\.charge)
        }
        let one = StoredMessage(content: forwarded.bytes, flags: [])
        let other = StoredMessage(content: forwarded.bytes + [0x21], flags: [])
        #expect(charges([]).contains(.forwardLost))
        #expect(!charges([one]).contains { [.forwardLost, .forwardDoubled, .forwardAltered].contains($0) })
        #expect(charges([one, one]).contains(.forwardDoubled))
        #expect(charges([one, other]).contains(.forwardAltered))
        // The journal knows of no plan for it.
        #expect(charges([one]).contains(.undecided))
    }

    @Test("the rules did not run once for each letter") func tally() {
        let census = Census(account: [found("INBOX")])
        #expect(verdict([letter], census, tally: 2).complaints.map(\.charge) == [.undecided])
    }
}
