import MailModel
import MailboxWatch
import Testing

/// What is new mail and what is not (DESIGN §4).
@Suite struct ArrivalTests {
    static let checked: Int64 = 1_000_000

    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var internalDate: Int64
        var identity = IdentityMemory()
        var newest: Int64? = checked - 100
        var lastCheck = checked
        var afterReset = false
        var expected: Arrival

        var testDescription: String { name }
    }

    static let cases: [Case] = [
        Case(name: "just delivered", internalDate: checked + 5, expected: .new),
        Case(name: "delivered while nobody watched", internalDate: checked - 50, expected: .new),
        Case(name: "as old as the newest", internalDate: checked - 100, expected: .new),
        Case(name: "ten minutes older than the newest", internalDate: checked - 700, expected: .new),
        Case(name: "older than that", internalDate: checked - 701, expected: .movedIn),
        Case(name: "years old", internalDate: 0, expected: .movedIn),
        Case(name: "before 1970", internalDate: -62_135_596_800, expected: .movedIn),
        Case(
            name: "known from elsewhere", internalDate: checked + 5, identity: .init(isKnown: true), expected: .movedIn),
        Case(
            name: "brought back", internalDate: checked + 5, identity: .init(isKnown: true, wasTakenOutOfHere: true),
            expected: .takenBack),
        Case(
            name: "filed here by us", internalDate: checked + 5, identity: .init(isKnown: true, wasFiledHere: true),
            expected: .ownEcho),
        // Clocks that are wrong.
        Case(
            name: "one message from the future came before", internalDate: checked + 5, newest: checked + 1_000_000,
            expected: .new),
        Case(
            name: "the server's clock is an hour behind", internalDate: checked - 3_600, newest: checked - 3_700,
            expected: .new),
        Case(
            name: "our clock is a day ahead", internalDate: checked, newest: checked - 100, lastCheck: checked + 86_400,
            expected: .new),
        Case(
            name: "our clock is a day behind", internalDate: checked, newest: checked - 100,
            lastCheck: checked - 86_400,
            expected: .new),
        Case(name: "an empty folder's first mail", internalDate: checked + 1, newest: nil, expected: .new),
        Case(name: "old mail into an empty folder", internalDate: checked - 601, newest: nil, expected: .movedIn),
        // New UIDs for all.
        Case(name: "renumbered and old", internalDate: checked - 601, afterReset: true, expected: .knownBefore),
        Case(name: "renumbered, young, unknown", internalDate: checked - 600, afterReset: true, expected: .new),
        Case(
            name: "renumbered, young, known", internalDate: checked + 5, identity: .init(isKnown: true),
            afterReset: true,
            expected: .knownBefore),
        Case(
            name: "renumbered and filed by us", internalDate: checked + 5,
            identity: .init(isKnown: true, wasFiledHere: true),
            afterReset: true, expected: .ownEcho),
        Case(
            name: "renumbered, from the future", internalDate: checked + 99_999_999, afterReset: true, expected: .new),
    ]

    @Test(arguments: cases) func mailIsJudgedByWhatIsKnown(_ one: Case) throws {
        let memory = MailboxMemory(
            uidValidity: try #require(UIDValidity(7)), nextUID: .first, newestInternalDate: one.newest,
            lastCompleteCheck: one.lastCheck)
        let judged = ArrivalJudge.judge(
            internalDate: one.internalDate, identity: one.identity, memory: memory, afterReset: one.afterReset)
        #expect(judged == one.expected)
    }
}
