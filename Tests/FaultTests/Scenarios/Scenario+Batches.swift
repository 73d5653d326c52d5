import TestKit

extension Scenario {
    /// Several messages in one command, and messages that are hard to tell apart.
    static let batches: [Scenario] = [
        batch("five at once (MOVE)", .modern, names: ["a", "b", "c", "d", "e"]),
        batch("three at once (COPY)", .withoutMove, names: ["a", "b", "c"]),
        severalFolders("into three folders in one write (MOVE)", .modern),
        severalFolders("into three folders in one write (COPY)", .withoutMove),
        partly("one of three is taken away first (MOVE)", .modern, "UID MOVE"),
        partly("one of three is taken away first (COPY)", .withoutMove, "UID COPY"),
        refused("one of three is refused (MOVE)", .modern),
        refused("one of three is refused (COPY)", .withoutMove),
        alike("one Message-ID on two messages", .modern, sameID: true),
        alike("one Message-ID on two messages, COPYUID missing", without(.withoutMove), sameID: true),
        alike("no Message-ID at all, COPYUID missing", without(.modern), sameID: false),
        copied("a copy of somebody else's is there already (MOVE)", .modern),
        copied("a copy of somebody else's is there already (COPY)", .withoutMove),
        copied("a copy of somebody else's is there already, COPYUID missing", without(.withoutMove)),
    ]

    private static func without(_ traits: ServerTraits) -> ServerTraits {
        var traits = traits
        traits.copyUIDs = .missing
        return traits
    }

    private static func batch(_ name: String, _ traits: ServerTraits, names: [String]) -> Scenario {
        Scenario(
            name: name, accounts: ["home": traits], rules: receipts(#"mark "seen", move "Receipts""#),
            course: Phase.deliver(names) + [.turn],
            ends: [names.flatMap { [#"home/Receipts: \#($0) \Seen"#, "new: done"] }])
    }

    /// Two of the folders are missing, and one message stays since its folder may not be made.
    private static func severalFolders(_ name: String, _ traits: ServerTraits) -> Scenario {
        Scenario(
            name: name, accounts: ["home": traits],
            rules: """
                rule "a" { when = subject:is "a", run = { mark "seen", move "Receipts" } }
                rule "b" { when = subject:is "b", run = { move "New/B" } }
                rule "c" { when = subject:is "c", run = { move "New/C" } }
                rule "d" { when = subject:is "d", run = { move("Nowhere", { create = false }) } }
                """,
            course: Phase.deliver(["a", "b", "c", "d"]) + [.turn],
            ends: [
                [
                    #"home/Receipts: a \Seen"#, "home/New/B: b", "home/New/C: c", "home/INBOX: d", "new: done",
                    "new: done", "new: done", "new: failed",
                ]
            ])
    }

    /// Somebody takes a message away right before the command that would file it.
    private static func partly(_ name: String, _ traits: ServerTraits, _ verb: String) -> Scenario {
        Scenario(
            name: name, accounts: ["home": traits], rules: receipts(#"move "Receipts""#),
            preparation: { world in
                world.sites["home"]?.server.before(verb) { $0.remove(world.token("b"), from: "INBOX") }
            },
            course: Phase.deliver(["a", "b", "c"]) + [.turn],
            ends: [["home/Receipts: a", "home/Receipts: c", "new: done", "new: done", "new: superseded"]])
    }

    /// The server files no message of a certain kind; the others are filed.
    private static func refused(_ name: String, _ traits: ServerTraits) -> Scenario {
        Scenario(
            name: name, accounts: ["home": traits], rules: receipts(#"mark "seen", move "Receipts""#),
            preparation: { world in world.home.refuseCopies(of: Letter("b").bytes) },
            course: Phase.deliver(["a", "b", "c"]) + [.turn],
            ends: [
                [
                    #"home/Receipts: a \Seen"#, #"home/Receipts: c \Seen"#, "home/INBOX: b", "new: done", "new: done",
                    "new: rolled_back",
                ]
            ])
    }

    private static func alike(_ name: String, _ traits: ServerTraits, sameID: Bool) -> Scenario {
        var (first, second) = (Letter("a"), Letter("b"))
        first.messageID = sameID ? "same@example.com" : nil
        second.messageID = first.messageID
        return Scenario(
            name: name, accounts: ["home": traits], rules: receipts(#"move "Receipts""#),
            course: [.deliver(first), .deliver(second), .turn],
            ends: [["home/Receipts: a", "home/Receipts: b", "new: done", "new: done"]])
    }

    /// Somebody has put a copy into the target before: it is not ours, whatever breaks.
    private static func copied(_ name: String, _ traits: ServerTraits) -> Scenario {
        Scenario(
            name: name, accounts: ["home": traits], rules: receipts(#"mark "seen", move "Receipts""#),
            course: [
                .deliver(Letter("a")),
                .meanwhile { $0.home.copy($0.token("a"), from: "INBOX", to: "Receipts") }, .turn,
            ],
            ends: [["home/Receipts: a", #"home/Receipts: a \Seen"#, "new: done"]])
    }
}
