import TestKit

extension Scenario {
    /// Each filing action alone, and the usual ones together, on servers of every kind.
    static let filing: [Scenario] = alone + kinds.flatMap(together) + copyUIDs + [everywhere]

    private static let kinds: [(String, ServerTraits)] = [
        ("MOVE", .modern), ("COPY", .withoutMove), ("without UIDPLUS", .minimal),
    ]

    private static var everywhere: Scenario {
        var scenario = receipt(
            "move, with every way of breaking the sign-in", .modern, #"move "Receipts""#,
            ends: ["home/Receipts: a", "new: done"])
        scenario.breaksEverywhere = true
        return scenario
    }

    private static let alone: [Scenario] = [
        receipt("copy", .modern, #"copy "Receipts""#, ends: ["home/INBOX: a", "home/Receipts: a", "new: done"]),
        receipt(
            "copy, without UIDPLUS", .minimal, #"copy "Receipts""#,
            ends: ["home/INBOX: a", "home/Receipts: a", "new: done"]),
        receipt("trash", .modern, "trash", ends: ["home/Trash: a", "new: done"]),
        receipt("archive, by COPY", .withoutMove, "archive", ends: ["home/Archive: a", "new: done"]),
        receipt("junk", .modern, "junk", ends: ["home/Junk: a", "new: done"]),
        receipt("mark", .modern, #"mark "flagged""#, ends: [#"home/INBOX: a \Flagged"#, "new: done"]),
        receipt(
            "unmark", .modern, #"unmark "seen""#, flags: [#"\Seen"#, #"\Answered"#],
            ends: [#"home/INBOX: a \Answered"#, "new: done"]),
        receipt("keyword", .minimal, #"keyword "work""#, ends: ["home/INBOX: a work", "new: done"]),
        receipt(
            "unkeyword", .modern, #"unkeyword "work""#, flags: ["work"], ends: ["home/INBOX: a", "new: done"]),
        receipt(
            "move to a folder that is made", .withoutMove, #"move "Shops/Receipts""#,
            ends: ["home/Shops/Receipts: a", "new: done"]),
    ]

    private static func together(_ kind: String, _ traits: ServerTraits) -> [Scenario] {
        // Without UIDPLUS the source is marked and left.
        func source(_ flags: String) -> [String] { traits.has("UIDPLUS") ? [] : [#"home/INBOX: a \Deleted"# + flags] }
        return [
            receipt(
                "move (\(kind))", traits, #"move "Receipts""#, ends: source("") + ["home/Receipts: a", "new: done"]),
            receipt(
                "mark and move (\(kind))", traits, #"mark "flagged", move "Receipts""#,
                ends: source(#" \Flagged"#) + [#"home/Receipts: a \Flagged"#, "new: done"]),
            receipt(
                "copy and move (\(kind))", traits, #"copy "Archive", move "Receipts""#,
                ends: source("") + ["home/Archive: a", "home/Receipts: a", "new: done"]),
            receipt(
                "keyword, copy, move and forward (\(kind))", traits,
                #"keyword "work", copy "Archive", move "Receipts", forward { to = "bob@example.net" }"#,
                ends: source(" work")
                    + ["home/Archive: a work", "home/Receipts: a work", "sent bob@example.net: a", "new: done"],
                isInDoubt: sentTwice),
        ]
    }

    /// What COPYUID does not tell is found by looking.
    private static let copyUIDs: [Scenario] = [
        ("MOVE, COPYUID missing", ServerTraits.modern, ServerTraits.CopyUIDs.missing),
        ("MOVE, COPYUID malformed", .modern, .malformed), ("COPY, COPYUID missing", .withoutMove, .missing),
        ("COPY, COPYUID malformed", .withoutMove, .malformed),
    ].map { kind, traits, copyUIDs in
        var traits = traits
        traits.copyUIDs = copyUIDs
        return receipt(
            "mark and move (\(kind))", traits, #"mark "flagged", move "Receipts""#,
            ends: [#"home/Receipts: a \Flagged"#, "new: done"])
    }

    /// A message that one rule files.
    static func receipt(
        _ name: String, _ traits: ServerTraits, _ actions: String, flags: Set<String> = [], ends: [String],
        isInDoubt: @escaping InDoubt = { _, _, _ in false }
    ) -> Scenario {
        Scenario(
            name: name, accounts: ["home": traits], rules: receipts(actions),
            course: [.deliver(Letter("a"), flags: flags), .turn], ends: [ends], isInDoubt: isInDoubt)
    }

    /// One rule for everything from the shop.
    static func receipts(_ actions: String, _ more: String = "") -> String {
        """
        rule "Receipts" {
          when = from:is "shop@example.com",\(more)
          run  = { \(actions) },
        }
        """
    }

    typealias InDoubt = @Sendable (EndState, Breakage, Breakage.Moment) -> Bool

    /// The final dot went out and its reply did not come: it is sent again, as it was (FAULTS S2, S3).
    static let sentTwice: InDoubt = { end, breakage, moment in
        let isAfterTheDot =
            switch moment {
            // Between the dot and the commit of its reply.
            case .commit: [.dies, .diesAfter, .diesTwice, .commitIsRefused].contains(breakage.way)
            case .send(let what), .answer(let what): what.hasPrefix(World.Host.submission)
            }
        let sent = end.lines.filter { $0.hasPrefix("sent ") }
        return isAfterTheDot && sent.count == 2 && Set(sent).count == 1
    }
}
