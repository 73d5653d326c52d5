import Foundation
import MailModel
import Synchronization
import TestKit
import Testing

/// Another client acts before any one command, with and without a break there (DESIGN §2.6): its hand wins, nothing is
/// lost or doubled, and every plan comes to an end.
struct Interference: Sendable {
    enum Deed: String, CaseIterable, Sendable {
        case removes, movesAway, marksDeleted, flags, unflags, removesCopy, deletesTarget, delivers

        /// - Returns: whether it changed flags of the message.
        func act(_ store: ModelMailStore, _ token: Int) -> Bool {
            let isThere = store.places(of: token).contains("INBOX")
            switch self {
            case .removes: store.remove(token, from: "INBOX")
            case .movesAway: store.move(token, from: "INBOX", to: "Elsewhere")
            case .marksDeleted: store.change(token, in: "INBOX", adding: [.deleted])
            case .flags: store.change(token, in: "INBOX", adding: [.answered])
            case .unflags: store.change(token, in: "INBOX", removing: [.seen])
            case .removesCopy: store.remove(token, from: "Receipts")
            case .deletesTarget where store["Receipts"]?.messages.isEmpty == true: store.deleteMailbox("Receipts")
            case .deletesTarget: break
            case .delivers: store.deliver(Letter("stranger", from: "friend@example.org").bytes)
            }
            return isThere && [.flags, .unflags].contains(self)
        }

        /// Whether afterwards the message may be nowhere, by that client's will.
        var mayRemove: Bool {
            switch self {
            case .removes, .removesCopy, .marksDeleted: true
            case .movesAway, .flags, .unflags, .deletesTarget, .delivers: false
            }
        }
    }

    /// What breaks at the command before which the deed is done.
    enum Break: CaseIterable, Sendable { case nothing, replyIsLost, programDies }

    let scenario: Scenario
    let deed: Deed

    static let scenarios: [Scenario] = [
        filed("somebody else and a move", .modern, #"mark "flagged", move "Receipts""#),
        filed("somebody else and a copied move", .withoutMove, #"mark "flagged", move "Receipts""#),
        filed("somebody else and a move without UIDPLUS", .minimal, #"mark "flagged", move "Receipts""#),
        filed("somebody else, a copy and a move", .withoutMove, #"copy "Archive", move "Receipts""#),
        filed("somebody else and another account", .modern, #"mark "flagged", move "work:Clients""#),
        filed("somebody else and an undo", .withoutMove, #"mark "flagged", move "Receipts""#, then: [.undoAsWellAsCan]),
    ]

    private static func filed(
        _ name: String, _ traits: ServerTraits, _ actions: String, then more: [Phase] = []
    ) -> Scenario {
        Scenario(
            name: name, accounts: ["home": traits, "work": .modern], rules: Scenario.receipts(actions),
            course: [.deliver(Letter("a"), flags: [#"\Seen"#]), .turn] + more, ends: [])
    }

    func run() async throws { try await ScenarioTurns.shared.enter { try await play() } }

    private func play() async throws {
        let begun = ContinuousClock.now
        let stage = try await Stage(scenario)
        let commands = try await Trial(stage: stage, isMeddled: true).run().commands
        try #require(commands.count > 3, "there are commands to act between")
        var tally = FaultTally(
            part: "in process", scenario: "\(scenario.name): \(deed.rawValue)", steps: commands.count)
        for number in Self.chosen(commands) {
            for broken in Break.allCases { try await meet(stage, at: number, broken, &tally) }
        }
        tally.seconds = (ContinuousClock.now - begun) / .seconds(1)
        try tally.write()
    }

    /// What is to be known of a trial when it is over.
    private final class Witness: Sendable {
        private let state = Mutex(false)

        func note(changedFlags: Bool) { state.withLock { $0 = $0 || changedFlags } }
        var changedFlags: Bool { state.withLock { $0 } }
    }

    private func meet(_ stage: Stage, at number: Int, _ broken: Break, _ tally: inout FaultTally) async throws {
        let witness = Witness()
        let deed = deed
        let outcome = try await Trial(
            stage: stage,
            meddling: { world in
                let server = world.sites["home"]?.server
                server?.before(number) { store in
                    witness.note(changedFlags: deed.act(store, world.token("a")))
                    if broken == .programDies { world.fate.kill() }
                }
                if broken == .replyIsLost { server?.put(.cutAfter, at: number) }
            }, isMeddled: true
        ).run()
        tally.broken += broken == .nothing ? 0 : 1
        tally.messages += 1
        // Changed in the very moment of the removal, and the answer that tells of it never came: nobody can know of it.
        let isUntold =
            broken != .nothing
            && outcome.commands.dropFirst(number).prefix(2).contains { $0.hasPrefix("UID EXPUNGE") }
        let changedFlags = witness.changedFlags && !isUntold
        let problems = outcome.problems + judge(outcome.end, changedFlags, &tally)
        guard !problems.isEmpty else { return }
        let trail = outcome.moments.suffix(70).map { "  \($0)" }.joined(separator: "\n")
        Issue.record(
            """
            \(scenario.name), \(deed.rawValue) before command \(number), \(broken)
              ends as \(outcome.end.lines)
              problems: \(problems)
            \(trail)
            """)
    }

    private func judge(_ end: EndState, _ changedFlags: Bool, _ tally: inout FaultTally) -> [String] {
        var problems: [String] = []
        let own = end.lines.filter { $0.contains("/") && $0.split(separator: " ").dropFirst().first == "a" }
        let copies = own.filter { !$0.hasPrefix("home/Archive") }
        if copies.isEmpty, !deed.mayRemove {
            tally.lost += 1
            problems.append("lost")
        }
        if Set(own.map { $0.prefix { $0 != ":" } }).count < own.count {
            tally.doubled += 1
            problems.append("twice in one folder")
        }
        let isWhole = end.lines.contains("new: done") || end.lines.contains("new: undone")
        if isWhole, scenario.accounts["home"]?.has("UIDPLUS") == true, [.flags, .unflags, .delivers].contains(deed) {
            if copies.count != 1 { problems.append("in \(copies.count) places") }
        }
        // A flag that the person changed is so on every copy that is left of what they changed.
        if isWhole, changedFlags {
            let isKept = copies.allSatisfy { $0.contains(#"\Answered"#) }
            let isTakenOff = copies.allSatisfy { !$0.contains(#"\Seen"#) }
            if deed == .flags ? !isKept : !isTakenOff { problems.append("the person's change of flags is lost") }
        }
        return problems
    }

    /// All of them; in a sample, one on the way and the one that removes the source.
    private static func chosen(_ commands: [String]) -> [Int] {
        guard !Campaign.isWhole else { return Array(commands.indices) }
        let removal = commands.lastIndex { $0.hasPrefix("UID EXPUNGE") || $0.hasPrefix("UID MOVE") }
        return Set([commands.count / 3, removal ?? commands.count * 3 / 4]).sorted()
    }
}

extension Phase {
    /// Undo where that is possible still; a refusal is fine.
    fileprivate static let undoAsWellAsCan = Phase.command(status: nil) { try await $0.undo() }
}
