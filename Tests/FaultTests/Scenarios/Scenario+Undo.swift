import TestKit

extension Scenario {
    /// What was done is taken back, and what a person did since is left.
    static let undo: [Scenario] = [
        taken("undo of a move (MOVE)", .modern, #"mark "flagged", move "Receipts""#),
        taken("undo of a move (COPY)", .withoutMove, #"mark "flagged", move "Receipts""#),
        taken("undo of a move, COPYUID missing", missing, #"move "Receipts""#),
        taken("undo of flags", .modern, #"mark "flagged", unmark "answered", keyword "work""#),
        taken("undo of a copy", .modern, #"copy "Receipts""#),
        taken("undo of copies and a move", .withoutMove, #"copy "Archive", copy "Elsewhere", move "Receipts""#),
        Scenario(
            name: "undo where the person moved it on", rules: receipts(#"move "Receipts""#),
            course: [
                .deliver(Letter("a")), .turn,
                .meanwhile { $0.home.move($0.token("a"), from: "Receipts", to: "Elsewhere") },
                .command(status: 1) { try await $0.undo() },
            ],
            ends: [["home/Elsewhere: a", "new: done"]]),
        Scenario(
            name: "undo of flags that the person changed since",
            rules: receipts(#"mark "flagged", mark "seen", move "Receipts""#),
            course: [
                .deliver(Letter("a")), .turn,
                .meanwhile {
                    $0.home.change(
                        $0.token("a"), in: "Receipts", adding: [.answered], removing: [.flagged])
                }, .undo(),
            ],
            ends: [[#"home/INBOX: a \Answered"#, "new: undone", "undo: done"]]),
        Scenario(
            name: "undo and a renumbered folder", rules: receipts(#"move "Receipts""#),
            course: [
                .deliver(Letter("a")), .turn, .meanwhile { $0.home.renumber("Receipts") }, .undo(),
            ],
            ends: [["home/INBOX: a", "new: undone", "undo: done"]]),
        Scenario(
            name: "undo and a folder that somebody deletes", accounts: ["home": .withoutMove],
            rules: receipts(#"move "Receipts""#),
            course: [
                .deliver(Letter("a")), .turn,
                // As the undo is about to mark the source, when its copy is in INBOX.
                .meanwhile { $0.sites["home"]?.server.before("UID STORE") { $0.deleteMailbox("Receipts") } },
                .command(status: nil) { try await $0.undo() },
            ],
            // It is given up after a quarter of an hour; every minute of that is like the other.
            ends: [["home/INBOX: a", "new: undone", "undo: done"]], lateness: 400),
        Scenario(
            name: "undo of three at once (COPY)", accounts: ["home": .withoutMove],
            rules: receipts(#"mark "seen", move "Receipts""#),
            course: Phase.deliver(["a", "b", "c"]) + [.turn, .undo()],
            ends: [["a", "b", "c"].flatMap { ["home/INBOX: \($0)", "new: undone", "undo: done"] }]),
    ]

    private static var missing: ServerTraits {
        var traits = ServerTraits.modern
        traits.copyUIDs = .missing
        return traits
    }

    private static func taken(_ name: String, _ traits: ServerTraits, _ actions: String) -> Scenario {
        Scenario(
            name: name, accounts: ["home": traits], rules: receipts(actions),
            course: [.deliver(Letter("a"), flags: [#"\Answered"#]), .turn, .undo()],
            ends: [[#"home/INBOX: a \Answered"#, "new: undone", "undo: done"]])
    }
}
