import MailModel
import TestKit

extension Scenario {
    private static let hour: Int64 = 3_600
    private static let day: Int64 = 86_400

    /// What comes when its time has come: late after downtime, never twice, whatever the clock does.
    static let timed: [Scenario] = timers + snoozes + schedules

    private static func later(
        _ name: String, on traits: ServerTraits = .modern, _ actions: String, course: [Phase], ends: [[String]]
    ) -> Scenario {
        Scenario(
            name: name, accounts: ["home": traits],
            rules: #"rule "Later" { when = ~flag "flagged", run = { \#(actions) } }"#,
            course: [.deliver(Letter("a")), .turn] + course, ends: ends)
    }

    private static let timers: [Scenario] = [
        later(
            "move later", #"move("Receipts", { after = "1h" })"#,
            course: [
                .pass(hour - 1), .turn, .meanwhile { try stays("INBOX", $0) }, .pass(1), .turn, .pass(hour), .turn,
            ],
            ends: [["after: done", "home/Receipts: a", "new: done"]]),
        later(
            "move later, by COPY, after downtime", on: .withoutMove,
            #"move "Elsewhere", move("Receipts", { after = "1h" })"#,
            course: [.restart, .pass(9 * day), .turn, .restart, .pass(day), .turn],
            ends: [["after: done", "home/Receipts: a", "new: done"]]),
        later(
            "move later, while the clock goes back", #"move("Receipts", { after = "1h" })"#,
            course: [.pass(hour / 2), .turn, .pass(-5 * hour), .turn, .pass(7 * hour), .turn, .pass(-5 * hour), .turn],
            ends: [["after: done", "home/Receipts: a", "new: done"]]),
        later(
            "move later, asked again", #"move("Receipts", { after = "1h", recheck = true })"#,
            course: [
                .meanwhile { $0.home.change($0.token("a"), in: "INBOX", adding: [.flagged]) }, .pass(hour), .turn,
            ],
            ends: [["after: superseded", #"home/INBOX: a \Flagged"#, "new: done"]]),
        later(
            "move later, and the person was faster", #"move "Elsewhere", move("Receipts", { after = "1h" })"#,
            course: [
                .meanwhile { $0.home.move($0.token("a"), from: "Elsewhere", to: "Archive") }, .pass(hour), .turn,
            ],
            ends: [["after: superseded", "home/Archive: a", "new: done"]]),
        later(
            "forward later", on: .withoutMove, #"move "Receipts", forward { to = "b@example.net", after = "1h" }"#,
            course: [.pass(day), .turn],
            ends: [["after: done", "home/Receipts: a", "new: done", "sent b@example.net: a"]]),
    ]

    private static func stays(_ mailbox: String, _ world: World) throws {
        struct TooEarly: Error {}
        // After a break more time may have gone by.
        if !world.fate.isMet, world.home.places(of: world.token("a")) != [mailbox] { throw TooEarly() }
    }

    private static let snoozes: [Scenario] = [
        later(
            "snooze", #"mark "seen", snooze "1h""#, course: [.pass(hour), .turn, .pass(hour), .turn],
            ends: [["after: done", "home/INBOX: a", "new: done"]]),
        later(
            "snooze, by COPY, after downtime", on: .withoutMove, #"mark "seen", snooze "1h""#,
            course: [.restart, .pass(3 * day), .turn],
            ends: [["after: done", "home/INBOX: a", "new: done"]]),
        Scenario(
            name: "snooze and a forward that is refused",
            rules: #"rule "Later" { run = { snooze "1h", forward { to = "b@example.net" } } }"#,
            preparation: { $0.submission.put(.refuses, at: .recipient) },
            course: [.deliver(Letter("a")), .turn, .pass(hour), .turn],
            ends: [["after: done", "home/INBOX: a", "new: failed"]]),
    ]

    private static let schedules: [Scenario] = [
        Scenario(
            name: "schedule, after downtime",
            rules: #"rule "Tidy" { on = "schedule", every = "1d", when = flag "seen", run = { move "Archive" } }"#,
            course: [
                .deliver(Letter("a"), flags: [#"\Seen"#]), .deliver(Letter("b")), .turn, .restart, .pass(5 * day),
                .turn,
                .pass(60), .turn,
            ],
            ends: [[#"home/Archive: a \Seen"#, "home/INBOX: b", "schedule: done"]]),
        Scenario(
            name: "schedule that sends, while the clock goes back", accounts: ["home": .withoutMove],
            rules: """
                rule "Report" { on = "schedule", every = "1d", run = { copy "Archive", forward { to = "b@example.net" } } }
                """,
            course: [
                .deliver(Letter("a")), .turn, .pass(day + 1), .turn, .pass(-2 * hour), .turn, .pass(3 * hour), .turn,
            ],
            ends: [["home/Archive: a", "home/INBOX: a", "schedule: done", "sent b@example.net: a"]]),
        // At 02:30 in Berlin: on 28 March 2027 there is no such time, on 31 October 2027 there are two.
        nightly("schedule at a time that does not exist", noonBefore: 1_806_148_800),
        nightly("schedule at a time that comes twice", noonBefore: 1_824_897_600),
    ]

    /// Once for all the time until that noon, and once in each of the two nights after it.
    private static func nightly(_ name: String, noonBefore noon: Int64) -> Scenario {
        var course: [Phase] = [.deliver(Letter("a")), .turn, .meanwhile { $0.clock.set(noon) }, .turn]
        for turns in [3, 1] {
            // From half past two on, by the hours since midnight: every half hour of the night with the odd hour.
            course.append(.pass(12 * hour + 5 * hour / 2))
            for _ in 0..<turns { course += [.turn, .pass(hour / 2)] }
            course += [.pass(12 * hour - 5 * hour / 2 - Int64(turns) * hour / 2), .turn]
        }
        let end = ["home/Archive: a", "schedule: done"]
        return Scenario(
            name: name, rules: #"rule "Nightly" { on = "schedule", at = "02:30", run = { copy "Archive" } }"#,
            settings: #"timezone = "Europe/Berlin""#, course: course, ends: [["home/INBOX: a"] + end + end + end])
    }
}
