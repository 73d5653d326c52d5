import MailModel
import TestKit

extension Scenario {
    /// What was done once is not done again: held plans, sweeps, renumbered folders, messages that a person takes back,
    /// and Postmoon's own echo.
    static let comingBack: [Scenario] = [
        Scenario(
            name: "held plans are released", rules: receipts(#"mark "seen", move "Receipts""#, " limit = 1,"),
            course: Phase.deliver(["a", "b", "c"]) + [
                .turn, .command { try await $0.releaseHeld() },
            ],
            ends: [["a", "b", "c"].flatMap { [#"home/Receipts: \#($0) \Seen"#, "new: done"] }]),
        Scenario(
            name: "a folder is renumbered under held plans", accounts: ["home": .withoutMove],
            rules: receipts(#"mark "seen", move "Receipts""#, " limit = 1,"),
            course: [
                .deliver(Letter("a")), .deliver(Letter("b")), .turn, .meanwhile { $0.home.renumber("INBOX") },
                .command { try await $0.releaseHeld() }, .turn,
            ],
            ends: [["a", "b"].flatMap { [#"home/Receipts: \#($0) \Seen"#, "new: done"] }]),
        Scenario(
            name: "the folder is renumbered before the move", rules: receipts(#"mark "seen", move "Receipts""#),
            preparation: { world in world.sites["home"]?.server.before("UID MOVE") { $0.renumber("INBOX") } },
            course: [.deliver(Letter("a")), .deliver(Letter("b")), .turn, .turn],
            ends: [["a", "b"].flatMap { [#"home/Receipts: \#($0) \Seen"#, "new: done"] }]),
        Scenario(
            name: "the target is renumbered before the move", rules: receipts(#"mark "seen", move "Receipts""#),
            preparation: { world in world.sites["home"]?.server.before("UID MOVE") { $0.renumber("Receipts") } },
            course: [.deliver(Letter("a")), .turn],
            ends: [[#"home/Receipts: a \Seen"#, "new: done"]],
            // The UIDs that were noted are void: where it cannot be told, a person has to look (DESIGN §2).
            isInDoubt: { end, _, _ in end == EndState([#"home/Receipts: a \Seen"#, "new: held"]) }),
        Scenario(
            name: "what a person takes back stays",
            rules: receipts(#"mark "seen", move "Receipts""#, #" on = { "new", "moved_in" },"#),
            course: [
                .deliver(Letter("a")), .turn,
                .meanwhile { $0.home.move($0.token("a"), from: "Receipts", to: "INBOX") }, .turn, .restart, .turn,
                .meanwhile { $0.home.renumber("INBOX") }, .turn, .deliver(Letter("b")), .turn,
            ],
            ends: [[#"home/INBOX: a \Seen"#, #"home/Receipts: b \Seen"#, "new: done", "new: done"]]),
        Scenario(
            name: "a person takes the copy back while its source is being removed",
            accounts: ["home": .withoutMove],
            rules: receipts(#"move "Receipts""#, #" on = { "new", "moved_in" },"#),
            preparation: { world in
                guard let server = world.sites["home"]?.server else { return }
                server.before("UID STORE") { $0.move(world.token("a"), from: "Receipts", to: "INBOX") }
            },
            course: [.deliver(Letter("a")), .turn, .turn, .restart, .turn],
            ends: [["home/INBOX: a", "new: done"]],
            // The source is kept where its copy was not found again.
            isInDoubt: { end, _, _ in
                ["new: rolled_back", "new: failed"].contains {
                    end == EndState(["home/INBOX: a", "home/INBOX: a", $0])
                }
            }),
        Scenario(
            name: "a flag that somebody sets", accounts: ["home": .withoutMove],
            rules: """
                rule "Flagged" { on = "flags", when = flag "flagged", run = { mark "seen", move "Receipts" } }
                """,
            course: [
                .deliver(Letter("a")), .deliver(Letter("b")), .turn,
                .meanwhile { $0.home.change($0.token("a"), in: "INBOX", adding: [.flagged]) }, .turn,
            ],
            ends: [[#"home/Receipts: a \Flagged \Seen"#, "home/INBOX: b", "flags: done"]]),
        Scenario(
            name: "the folder is renumbered, and mail goes on", rules: receipts(#"move "Receipts""#),
            preparation: { $0.deliver(Letter("old"), to: "INBOX", of: "home", flags: []) },
            course: [
                .deliver(Letter("a")), .turn, .pass(3_600), .meanwhile { $0.home.renumber("INBOX") },
                .deliver(Letter("b")), .turn,
            ],
            ends: [["home/INBOX: old", "home/Receipts: a", "home/Receipts: b", "new: done", "new: done"]]),
        sweep(
            "a sweep is carried out (MOVE)", .modern, then: [], end: { #"home/Receipts: \#($0) \Seen"# }, "sweep: done"),
        sweep(
            "a sweep is carried out (COPY)", .withoutMove, then: [], end: { #"home/Receipts: \#($0) \Seen"# },
            "sweep: done"),
        sweep(
            "a sweep is taken back", .modern, then: [.command { try await $0.undo() }], end: { "home/INBOX: \($0)" },
            "sweep: undone", "undo: done"),
    ]

    private static func sweep(
        _ name: String, _ traits: ServerTraits, then more: [Phase], end: (String) -> String, _ plans: String...
    ) -> Scenario {
        let names = ["a", "b", "c"]
        return Scenario(
            name: name, accounts: ["home": traits], rules: receipts(#"mark "seen", move "Receipts""#),
            preparation: { world in
                for name in names { world.deliver(Letter(name), to: "INBOX", of: "home", flags: []) }
            },
            course: [
                .command { try await $0.planSweep(expecting: names.count) }, .command { try await $0.applySweep() },
            ] + more,
            ends: [names.flatMap { [end($0)] + plans }])
    }
}
