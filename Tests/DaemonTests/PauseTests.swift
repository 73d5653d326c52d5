import ActionJournal
import MailModel
import Synchronization
import Testing

@testable import Daemon

@Suite struct PauseTests {
    private let home: AccountName
    private let work: AccountName

    init() throws {
        home = try #require(AccountName("home"))
        work = try #require(AccountName("work"))
    }

    private func target(_ name: String, _ rules: Set<String>?) -> PauseTarget {
        PauseTarget(name, accounts: [home, work], rules: rules)
    }

    private func isUnclear(_ target: PauseTarget, _ word: String) -> Bool {
        if case .unclear(let why) = target { why.contains(word) } else { false }
    }

    @Test func aNameIsAnAccountOrARuleAndNotGuessedWhereItIsBoth() {
        #expect(target("home", ["Receipts"]) == .scope(.account(home)))
        #expect(target("Receipts", ["Receipts"]) == .scope(.rule("Receipts")))
        #expect(isUnclear(target("work", ["work"]), "say account:work or rule:work"))
        #expect(target("account:work", ["work"]) == .scope(.account(work)))
        #expect(target("rule:work", ["work"]) == .scope(.rule("work")))
        #expect(target("rule:a:b", ["a:b"]) == .scope(.rule("a:b")))
        #expect(isUnclear(target("nobody", ["Receipts"]), "no account and no rule “nobody”"))
        #expect(isUnclear(target("account:nobody", []), "no account"))
        #expect(isUnclear(target("rule:nobody", []), "no rule"))
    }

    @Test func rulesThatDoNotLoadKeepNobodyFromPausing() {
        #expect(target("home", nil) == .scope(.account(home)))
        #expect(target("rule:Receipts", nil) == .scope(.rule("Receipts")))
        #expect(isUnclear(target("Receipts", nil), "rule:Receipts"))
    }

    @Test func whatIsResumedIsLookedForAmongThePauses() {
        func target(_ name: String, _ scopes: PauseScope...) -> PauseTarget {
            PauseTarget(name, among: scopes.map { Pause(scope: $0, until: nil, since: 0) })
        }
        // The rule may have gone since.
        #expect(target("Receipts", .rule("Receipts"), .account(home)) == .scope(.rule("Receipts")))
        #expect(target("account:home", .rule("home"), .account(home)) == .scope(.account(home)))
        #expect(isUnclear(target("home", .rule("home"), .account(home)), "say account:home or rule:home"))
        #expect(isUnclear(target("home", .rule("other")), "not paused"))
        #expect(isUnclear(target("home", .everything), "everything is paused"))
    }

    @Test func aPauseIsInForceUntilItsTimeAndEndsOnce() {
        let now = Atomic<Int64>(100)
        let book = PauseBook([Pause(scope: .account(home), until: 200, since: 90)]) {
            now.load(ordering: .relaxed)
        }
        #expect(book.isPaused(home) && !book.isPaused(work))
        book.note(Pause(scope: .rule("Receipts"), until: nil, since: 100))
        #expect(book.rules == ["Receipts"] && book.nextEnd == 200)
        now.store(200, ordering: .relaxed)
        #expect(!book.isPaused(home) && book.nextEnd == nil)
        #expect(book.takeEnded().map(\.scope) == [.account(home)])
        #expect(book.takeEnded().isEmpty)
        // Said again, the later word counts.
        book.note(Pause(scope: .rule("Receipts"), until: 300, since: 200))
        #expect(book.pauses.count == 1 && book.nextEnd == 300)
        book.note(Pause(scope: .everything, until: nil, since: 200))
        #expect(book.isPaused(home) && book.isPaused(work))
        book.forget(.everything)
        #expect(!book.isPaused(work))
    }
}
