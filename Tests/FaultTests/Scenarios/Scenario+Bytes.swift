import TestKit

extension Scenario {
    /// Small ones, for a run at each byte of their conversations.
    static let everyByte: [Scenario] = [
        filed("move", .modern, [.deliver(Letter("a")), .turn], ends: [#"home/Receipts: a \Flagged"#, "new: done"]),
        filed(
            "move, by COPY", .withoutMove, [.deliver(Letter("a")), .turn],
            ends: [#"home/Receipts: a \Flagged"#, "new: done"]),
        Scenario(
            name: "forward", rules: #"rule "Alerts" { run = { forward { to = "b@example.net" } } }"#,
            course: [.deliver(Letter("a")), .turn], ends: [["home/INBOX: a", "new: done", "sent b@example.net: a"]]),
        filed(
            "undo, by COPY", .withoutMove, [.deliver(Letter("a")), .turn, takesBack(nil)], cutFrom: 2,
            ends: ["home/INBOX: a", "new: undone", "undo: done"]),
    ]

    private static func filed(
        _ name: String, _ traits: ServerTraits, _ course: [Phase], cutFrom phase: Int = 0, ends: [String]
    ) -> Scenario {
        Scenario(
            name: name, accounts: ["home": traits],
            rules: #"rule "File" { run = { mark "flagged", move "Receipts" } }"#, course: course, ends: [ends],
            firstCutPhase: phase)
    }
}
