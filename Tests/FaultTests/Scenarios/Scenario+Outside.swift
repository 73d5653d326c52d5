import Foundation

extension Scenario {
    /// What leaves the mail servers: notices and programs.
    static let outside: [Scenario] = [
        Scenario(
            name: "notify by webhook", accounts: ["home": .withoutMove],
            rules:
                #"rule "Alerts" { run = { move "Receipts", notify { channel = "phone", title = "a", body = "b" } } }"#,
            configuration: "[notify.phone]\ntype = \"webhook\"\nurl = \"http://127.0.0.9/hook\"\n",
            course: [.deliver(Letter("a")), .turn], ends: [["home/Receipts: a", "hook: a", "new: done"]],
            violations: { world in
                // Repeated with the same key and the same words.
                Set(world.hook.calls).count == 1 ? [] : ["the hook heard \(world.hook.calls)"]
            }),
        Scenario(
            name: "forward and notify",
            rules: """
                rule "Alerts" {
                  run = { forward { to = "b@example.net" }, notify { channel = "phone", title = "a", body = "b", first = true } },
                }
                """,
            configuration: "[notify.phone]\ntype = \"webhook\"\nurl = \"http://127.0.0.9/hook\"\n",
            course: [.deliver(Letter("a")), .turn],
            ends: [["home/INBOX: a", "hook: a", "new: done", "sent b@example.net: a"]]),
        Scenario(
            name: "notify by command",
            rules: #"rule "Alerts" { run = { notify { channel = "phone", title = "a", body = "b" } } }"#,
            configuration: "[notify.phone]\ntype = \"command\"\ncommand = \(program)\n",
            course: [.deliver(Letter("a")), .turn],
            // What was interrupted is not told again: it may not have been told at all.
            ends: [["home/INBOX: a", "new: done", "ran"], ["home/INBOX: a", "new: done"]], sights: ran,
            violations: runsOnce),
        Scenario(
            name: "pipe", accounts: ["home": .withoutMove],
            rules: #"rule "Keep" { run = { move "Receipts", pipe "keep" } }"#,
            configuration: "[programs.keep]\ncommand = \(program)\n",
            course: [.deliver(Letter("a")), .turn],
            ends: [
                ["home/Receipts: a", "new: done", "ran"], ["home/Receipts: a", "new: held", "ran"],
                ["home/Receipts: a", "new: held"],
            ], sights: ran, violations: runsOnce),
        Scenario(
            name: "pipe that may be repeated",
            rules: #"rule "Keep" { run = { pipe "keep" } }"#,
            configuration: "[programs.keep]\ncommand = \(program)\nrepeat = true\n",
            course: [.deliver(Letter("a")), .turn],
            ends: [["home/INBOX: a", "new: done", "ran"]], sights: ran),
        Scenario(
            name: "pipe that fails",
            rules: #"rule "Keep" { run = { pipe "keep" } }"#,
            configuration: "[programs.keep]\ncommand = [\"/bin/false\"]\nrepeat = true\n",
            course: [.deliver(Letter("a")), .turn], ends: [["home/INBOX: a", "new: failed"]],
            violations: { world in world.spoolNames.isEmpty ? [] : ["the spool holds \(world.spoolNames)"] }),
    ]

    /// Writes down that it ran, once it has all of its input.
    private static let program = #"["/bin/sh", "-c", "cat > /dev/null; echo $POSTMOON_KEY >> @WORLD@/ran"]"#

    private static let ran: @Sendable (World) -> [String] = { $0.runs.isEmpty ? [] : ["ran"] }

    private static let runsOnce: @Sendable (World) -> [String] = { world in
        world.runs.count <= 1 ? [] : ["ran \(world.runs.count) times"]
    }
}

extension World {
    /// A key for each run of the program.
    fileprivate var runs: [String] {
        let text = FileManager.default.contents(atPath: folder.path + "/ran").map {
            String(decoding: $0, as: UTF8.self)
        }
        return (text ?? "").split(separator: "\n").map(String.init)
    }

    fileprivate var spoolNames: [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder.path + "/state/spool")) ?? []
    }
}
