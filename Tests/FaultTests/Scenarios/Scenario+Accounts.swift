import TestKit

extension Scenario {
    /// Messages that go to another account, whose server breaks as well (FAULTS A1).
    static let accounts: [Scenario] = [
        across("to another account", .modern, .modern),
        across("to another account, COPY there", .withoutMove, .withoutMove),
        across("to another account, APPENDUID missing", .modern, without(.modern)),
        across("to another account, neither with UIDPLUS", .minimal, .minimal),
        Scenario(
            name: "marked and to another account", accounts: ["home": .modern, "work": .modern],
            rules: receipts(#"mark "flagged", keyword "shop", move "work:Clients""#),
            course: [.deliver(Letter("a"), flags: [#"\Answered"#]), .turn],
            ends: [[#"work/Clients: a \Answered \Flagged shop"#, "new: done"]]),
        Scenario(
            name: "two to another account and a copy here", accounts: ["home": .modern, "work": .withoutMove],
            rules: receipts(#"copy "Archive", move "work:Clients""#),
            course: [.deliver(Letter("a")), .deliver(Letter("b"), flags: [#"\Seen"#]), .turn],
            ends: [
                [
                    "home/Archive: a", #"home/Archive: b \Seen"#, "work/Clients: a", #"work/Clients: b \Seen"#,
                    "new: done", "new: done",
                ]
            ]),
        Scenario(
            name: "the other account is over quota", accounts: ["home": .modern, "work": .modern],
            rules: receipts(#"mark "flagged", move "work:Receipts""#),
            preparation: { $0.work.refuseCopies(to: "Receipts") },
            course: [.deliver(Letter("a")), .turn], ends: [["home/INBOX: a", "new: rolled_back"]]),
        Scenario(
            name: "to another account and back by undo", accounts: ["home": .modern, "work": .modern],
            rules: receipts(#"move "work:Clients""#),
            course: [.deliver(Letter("a"), flags: [#"\Answered"#]), .turn, .undo()],
            ends: [[#"home/INBOX: a \Answered"#, "new: undone", "undo: done"]]),
    ]

    private static func across(_ name: String, _ home: ServerTraits, _ work: ServerTraits) -> Scenario {
        let source = home.has("UIDPLUS") ? [] : [#"home/INBOX: a \Deleted \Seen"#]
        return Scenario(
            name: name, accounts: ["home": home, "work": work], rules: receipts(#"move "work:Clients""#),
            course: [.deliver(Letter("a"), flags: [#"\Seen"#]), .turn],
            ends: [source + [#"work/Clients: a \Seen"#, "new: done"]])
    }

    private static func without(_ traits: ServerTraits) -> ServerTraits {
        var traits = traits
        traits.copyUIDs = .missing
        return traits
    }
}
