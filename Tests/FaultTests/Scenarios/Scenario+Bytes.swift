extension Scenario {
    /// Small ones, for a run at each byte of their conversations.
    static let everyByte: [Scenario] =
        filing.filter { ["mark and move", "mark and move, by COPY"].contains($0.name) }
        + sending.filter { $0.name == "forward" } + [
            Scenario(
                name: "undo, by COPY", accounts: ["home": .withoutMove],
                rules: #"rule "File" { run = { mark "seen", move "Receipts" } }"#,
                course: [.deliver(Letter("a")), .turn, takesBack(nil)],
                ends: [["home/INBOX: a", "new: undone", "undo: done"]])
        ]
}
