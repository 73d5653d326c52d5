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
            case (.dies, _): true
            // Before something is sent it is as behind the commit or the answer that led there.
            case (.diesTwice, .commit), (.diesTwice, .answer): true
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

        /// Whether the next step is the answer to what is sent in this one.
        fileprivate func isAnswered(by next: Moment?) -> Bool {
            guard case .send(let sent) = self, case .answer(let answer) = next else { return false }
            return sent.prefix { $0 != " " } == answer.prefix { $0 != " " }
        }

        /// How what begins and ends every connection is broken where it is not the matter.
        fileprivate var ceremonialWay: Way {
            if case .answer = self { .replyIsLost } else { .dies }
        }

        /// Whether it belongs to what begins and ends every connection.
        var isCeremony: Bool {
            switch self {
            case .commit: return false
            case .send(let text), .answer(let text):
                let words = [
                    "CAPABILITY", "AUTHENTICATE", "signed in", "NAMESPACE", "OK ready", "LOGOUT", "BYE", "Noselect",
                ]
                return words.contains { text.contains($0) }
            }
        }
    }

    var way: Way
    /// Counted from 0.
    var step: Int

    var description: String { "\(way.rawValue) at \(step)" }

    /// Every way that fits each of the steps; to die behind what is sent is to die before its answer, and is left out
    /// where that comes next.
    ///
    /// - Parameter everywhere: false: while a connection begins or ends, only death before what is sent, and a cut in
    ///   place of what is answered; those steps are the same in every scenario.
    static func all(for moments: [Moment], everywhere: Bool) -> [Breakage] {
        moments.enumerated().flatMap { step, moment in
            Way.allCases.filter { way in
                way.fits(moment) && (everywhere || !moment.isCeremony || way == moment.ceremonialWay)
                    && !(way == .diesAfter && moment.isAnswered(by: moments[(step + 1)...].first))
            }.map { Breakage(way: $0, step: step) }
        }
    }
}
