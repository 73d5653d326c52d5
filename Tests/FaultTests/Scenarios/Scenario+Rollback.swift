import TestKit

extension Scenario {
    /// All or nothing: what cannot be finished is taken back, and the message stays where it was.
    static let rollback: [Scenario] = [
        back("the target is not there", .modern, #"mark "flagged", move("Nowhere", { create = false })"#) { _ in },
        back("the target is over quota (MOVE)", .modern, #"mark "flagged", move "Receipts""#) {
            $0.home.refuseCopies(to: "Receipts")
        },
        back("the target is over quota (COPY)", .withoutMove, #"copy "Archive", move "Receipts""#) {
            $0.home.refuseCopies(to: "Receipts")
        },
        back("the target refuses", .modern, #"keyword "work", copy "Archive", move "Receipts""#) {
            $0.sites["home"]?.server.refuse("UID MOVE", code: "NOPERM")
        },
        back(
            "a forward waits for what fails", .modern,
            #"mark "flagged", forward { to = "bob@example.net" }, move "Receipts""#
        ) { $0.home.refuseCopies(to: "Receipts") },
        Scenario(
            name: "a rule fails in between",
            rules: """
                rule "Broken" {
                  when = subject:is "b",
                  run  = function(m) m:move(m.nothing.at.all) end,
                }
                \(receipts(#"mark "seen", move "Receipts""#))
                """,
            course: Phase.deliver(["a", "b", "c"]) + [.turn],
            ends: [
                [
                    #"home/Receipts: a \Seen"#, #"home/Receipts: c \Seen"#, "home/INBOX: b", "new: done", "new: done",
                    "new: failed",
                ]
            ]),
    ]

    private static func back(
        _ name: String, _ traits: ServerTraits, _ actions: String,
        _ preparation: @escaping @Sendable (World) throws -> Void
    ) -> Scenario {
        Scenario(
            name: name, accounts: ["home": traits], rules: receipts(actions), preparation: preparation,
            course: [.deliver(Letter("a")), .turn], ends: [["home/INBOX: a", "new: rolled_back"]])
    }
}
