/// One way of breaking the world, at one step.
struct Breakage: Hashable, Sendable, CustomStringConvertible {
    enum Way: String, CaseIterable, Sendable {
        /// The program ends before the step has an effect; for an answer that is after the server acted.
        case dies
        /// The program ends when the step has had its effect, and before anybody knows.
        case diesAfter
        /// It ends, is started again, and ends once more a few steps later.
        case diesTwice
        /// What is sent does not arrive, and the connection ends.
        case isCut
        /// The server acted; its answer does not arrive, and the connection ends.
        case replyIsLost
        /// The connection ends; what was sent reaches the server when the program has connected anew.
        case straysBehind
        /// The answer comes after most of a minute.
        case replyIsLate
        /// The answer comes when nobody waits for it any more.
        case replyIsTooLate
        case replyComesTwice
        /// The disk takes no commit, this once.
        case commitIsRefused

        func fits(_ moment: Moment) -> Bool {
            switch (self, moment) {
            case (.dies, _), (.diesTwice, _): true
            case (.diesAfter, .commit), (.diesAfter, .send): true
            case (.isCut, .send), (.straysBehind, .send): true
            case (.replyIsLost, .answer), (.replyIsLate, .answer), (.replyIsTooLate, .answer): true
            case (.replyComesTwice, .answer): true
            case (.commitIsRefused, .commit): true
            default: false
            }
        }
    }

    /// What a step is.
    enum Moment: Hashable, Sendable, CustomStringConvertible {
        case commit
        case send(String)
        case answer(String)

        var description: String {
            switch self {
            case .commit: "commit"
            case .send(let what): "C: \(what)"
            case .answer(let what): "S: \(what)"
            }
        }
    }

    var way: Way
    /// Counted from 0.
    var step: Int

    var description: String { "\(way.rawValue) at \(step)" }

    /// Every way that fits each of the steps.
    static func all(for moments: [Moment]) -> [Breakage] {
        moments.enumerated().flatMap { step, moment in
            Way.allCases.filter { $0.fits(moment) }.map { Breakage(way: $0, step: step) }
        }
    }
}
