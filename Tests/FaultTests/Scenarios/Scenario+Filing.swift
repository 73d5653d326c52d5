import TestKit

extension Scenario {
    /// Actions alone and together, on servers of every kind.
    static let filing: [Scenario] = [
        receipt("mark and move", .modern, #"mark "flagged", move "Receipts""#),
        receipt("mark and move, by COPY", .withoutMove, #"mark "flagged", move "Receipts""#),
    ]

    /// A message that one rule files.
    static func receipt(
        _ name: String, _ traits: ServerTraits, _ actions: String,
        ends: [[String]] = [[#"home/Receipts: a \Flagged"#, "new: done"]]
    ) -> Scenario {
        Scenario(
            name: name, accounts: ["home": traits],
            rules: """
                rule "Receipts" {
                  when = from:is "shop@example.com",
                  run  = { \(actions) },
                }
                """,
            course: [.deliver(Letter("a")), .turn], ends: ends)
    }
}
