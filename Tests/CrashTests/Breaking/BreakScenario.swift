import Testing

@testable import TestKit

/// Rules and mail, a command that is broken while it works on them, and how it has to end.
struct BreakScenario: Sendable, CustomTestStringConvertible {
    /// How often something outside the mailbox hears of a message.
    enum Telling: Sendable {
        case never
        /// Once; not at all when that is in doubt.
        case atMostOnce
        /// Once; again when that is in doubt.
        case atLeastOnce
    }

    var name: String
    var profile = CapabilityProfile.full
    /// What the only rule does.
    var run: String
    /// Further rules.
    var rules = ""
    /// Delivered to INBOX before the command.
    var letters = 2
    /// Whether there is a second account, `work`.
    var hasWork = false
    /// Commands that go before, unbroken, each at so many hours.
    var before: [(command: [String], hour: Int)] = []
    /// What is broken.
    var command = ["run", "--once"]
    var hour = 0
    /// The first hour at which all is over.
    var lastHour = 0
    /// Where each message is in the end: `INBOX`, or `work:Clients`.
    var places: [Letter.Place]
    /// How many plans each message has in the end.
    var plans = 1
    /// Whether each message is sent on, to what the rule calls RECIPIENT.
    var sends = false
    var hook = Telling.never
    /// Of a program that is run, or a command that is notified.
    var program = Telling.never
    var repeatsProgram = false

    var testDescription: String { name }

    /// Where each message lies before the command when that alone counts: undo may leave it there when it never began.
    var isUndo: Bool { command.first == "undo" }

    init(_ name: String, _ profile: CapabilityProfile = .full, run: String, places: [Letter.Place]) {
        self.name = name + (profile == .full ? "" : ", \(profile.rawValue)")
        self.profile = profile
        self.run = run
        self.places = places
    }

    func with(_ change: (inout Self) -> Void) -> Self {
        var scenario = self
        change(&scenario)
        return scenario
    }

    /// A name for mail addresses and folders.
    var label: String { String(name.lowercased().filter { $0.isASCII && ($0.isLetter || $0.isNumber) }.prefix(40)) }
}

// MARK: Those that there are

extension BreakScenario {
    private static func place(_ folder: String, _ flags: Set<Character> = []) -> Letter.Place {
        Letter.Place(folder: folder, flags: flags)
    }

    /// Nobody else touches this mail: what it would hear of is Postmoon's own echo, and one plan too many.
    private static let echo = """
        rule "echo" { on = { "flags", "removed", "moved_in" }, folder = { "INBOX", "Receipts" }, run = { log "echo" } }
        """

    static let filing: [BreakScenario] = [
        BreakScenario("move", run: "m:move 'Receipts'", places: [place("Receipts")]),
        BreakScenario("move", .icloud, run: "m:move 'Receipts'", places: [place("Receipts")]),
        BreakScenario("move", .minimal, run: "m:move 'Receipts'", places: [place("Receipts"), place("INBOX", ["T"])]),
        BreakScenario("mark", run: "m:mark 'seen'", places: [place("INBOX", ["S"])]).with { $0.rules = echo },
        BreakScenario("mark and move", run: "m:mark 'flagged'; m:move 'Receipts'", places: [place("Receipts", ["F"])])
            .with { $0.rules = echo },
        BreakScenario(
            "mark and move", .icloud, run: "m:mark 'flagged'; m:move 'Receipts'", places: [place("Receipts", ["F"])]
        ).with { $0.rules = echo },
        BreakScenario("copy", run: "m:copy 'Copies'", places: [place("INBOX"), place("Copies")]),
        BreakScenario(
            "copy and move", .icloud, run: "m:copy 'Copies'; m:move 'Receipts'",
            places: [place("Copies"), place("Receipts")]),
        BreakScenario("trash", run: "m:trash()", places: [place("Trash")]),
        BreakScenario(
            "to another account", run: "m:mark 'flagged'; m:move 'work:Clients'", places: [place("work:Clients", ["F"])]
        ).with { $0.hasWork = true },
        BreakScenario("to another account", .icloud, run: "m:move 'work:Clients'", places: [place("work:Clients")])
            .with { $0.hasWork = true },
    ]

    static let sending: [BreakScenario] = [
        forwarding("forward", run: "m:forward { to = RECIPIENT }", places: [place("INBOX")]),
        forwarding("move and forward", run: "m:forward { to = RECIPIENT }; m:move 'Receipts'"),
        forwarding("move and forward", .icloud, run: "m:forward { to = RECIPIENT }; m:move 'Receipts'"),
        forwarding("forward first", run: "m:forward { to = RECIPIENT, first = true }; m:move 'Receipts'"),
        forwarding("redirect", run: "m:redirect { to = RECIPIENT }; m:move 'Receipts'"),
        BreakScenario(
            "webhook", run: "m:notify { channel = 'hook', title = m.subject }; m:move 'Receipts'",
            places: [place("Receipts")]
        ).with { $0.hook = .atLeastOnce },
        BreakScenario(
            "notify by a command", run: "m:notify { channel = 'bell', title = m.subject }; m:move 'Receipts'",
            places: [place("Receipts")]
        ).with { $0.program = .atMostOnce },
        BreakScenario("pipe", run: "m:pipe 'archiver'; m:move 'Receipts'", places: [place("Receipts")])
            .with { $0.program = .atMostOnce },
        BreakScenario("pipe that may repeat", run: "m:pipe 'archiver'; m:move 'Receipts'", places: [place("Receipts")])
            .with {
                $0.program = .atLeastOnce
                $0.repeatsProgram = true
            },
    ]

    private static func forwarding(
        _ name: String, _ profile: CapabilityProfile = .full, run: String, places: [Letter.Place]? = nil
    ) -> BreakScenario {
        BreakScenario(name, profile, run: run, places: places ?? [place("Receipts")]).with { $0.sends = true }
    }

    static let timed: [BreakScenario] = [
        BreakScenario("snooze begins", run: "m:snooze '1d'", places: [place("INBOX")]).with {
            $0.lastHour = 26
            $0.plans = 2
        },
        BreakScenario("snooze ends", run: "m:snooze '1d'", places: [place("INBOX")]).with {
            $0.before = [(["run", "--once"], 0)]
            $0.hour = 25
            $0.plans = 2
        },
        BreakScenario("move later", .icloud, run: "m:move('Receipts', { after = '1d' })", places: [place("Receipts")])
            .with {
                $0.before = [(["run", "--once"], 0)]
                $0.hour = 25
                $0.plans = 2
            },
    ]

    static let takenBack: [BreakScenario] = [
        undone("undo of mark and move", run: "m:mark 'flagged'; m:move 'Receipts'"),
        undone("undo of mark and move", .icloud, run: "m:mark 'flagged'; m:move 'Receipts'"),
        undone("undo of copy and move", .icloud, run: "m:copy 'Copies'; m:move 'Receipts'"),
        undone("undo of a move to another account", run: "m:move 'work:Clients'").with { $0.hasWork = true },
    ]

    private static func undone(_ name: String, _ profile: CapabilityProfile = .full, run: String) -> BreakScenario {
        BreakScenario(name, profile, run: run, places: [place("INBOX")]).with {
            $0.rules = echo
            $0.before = [(["run", "--once"], 0)]
            $0.command = ["undo", "--last", "2"]
            $0.plans = 2
        }
    }

    /// Those whose connections are cut.
    static let cut = all.filter { scenario in
        [
            "move", "move, icloud", "to another account, icloud", "move and forward", "undo of mark and move, icloud",
        ].contains(scenario.name)
    }

    static let all = filing + sending + timed + takenBack
}
