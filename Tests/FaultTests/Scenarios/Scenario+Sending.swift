import MailModel
import Synchronization
import TestKit

@testable import Daemon

extension Scenario {
    /// Forwards, redirects and replies, on servers that take them and on those that do not.
    static let sending: [Scenario] = forwards + oddForwards + guarded + undone + others

    /// A message that one rule sends on.
    private static func alert(
        _ name: String, on traits: ServerTraits = .modern, _ actions: String, ends: [[String]],
        inDoubt: [[String]] = [], preparation: @escaping @Sendable (World) throws -> Void = { _ in }
    ) -> Scenario {
        Scenario(
            name: name, accounts: ["home": traits], rules: #"rule "Alerts" { run = { \#(actions) } }"#,
            preparation: preparation, course: [.deliver(Letter("a")), .turn], ends: ends, endsInDoubt: inDoubt)
    }

    private static let forwards: [Scenario] = [
        alert(
            "forward", #"forward { to = "b@example.net" }"#,
            ends: [["home/INBOX: a", "new: done", "sent b@example.net: a"]]),
        alert(
            "forward, held when in doubt", #"forward { to = "b@example.net", unknown = "hold" }"#,
            ends: [["home/INBOX: a", "new: done", "sent b@example.net: a"]],
            inDoubt: [
                ["home/INBOX: a", "new: held"], ["home/INBOX: a", "new: held", "sent b@example.net: a"],
            ]),
        alert(
            "forward without pipelining", #"forward { to = "b@example.net", as = "inline", note = "Look" }"#,
            ends: [["home/INBOX: a", "new: done", "sent b@example.net: a"]],
            preparation: { $0.submission.change { $0 = .withoutPipelining } }),
        alert(
            "forward to two, one refused, one put off", #"forward { to = { "b@example.net", "c@example.net" } }"#,
            ends: [["home/INBOX: a", "new: failed", "sent c@example.net: a"]],
            preparation: {
                $0.submission.put(.refuses, at: .recipient, for: "b@example.net")
                $0.submission.put(.defers, at: .recipient, for: "c@example.net", times: 1)
            }),
        alert(
            "forward refused behind the dot", #"forward { to = "b@example.net" }"#,
            ends: [["home/INBOX: a", "new: failed"]],
            preparation: { $0.submission.put(.says("554 5.7.1 spam"), at: .message) }),
        alert(
            "move and forward", #"move "Receipts", forward { to = "b@example.net" }"#,
            ends: [["home/Receipts: a", "new: done", "sent b@example.net: a"]], preparation: waitsForRemoval),
        alert(
            "move and forward, by COPY", on: .withoutMove,
            #"mark "seen", move "Receipts", forward { to = "b@example.net" }"#,
            ends: [[#"home/Receipts: a \Seen"#, "new: done", "sent b@example.net: a"]], preparation: waitsForRemoval),
        alert(
            "move and forward first", on: .withoutMove,
            #"move "Receipts", forward { to = "b@example.net", first = true }"#,
            ends: [["home/Receipts: a", "new: done", "sent b@example.net: a"]]),
        alert(
            "forward and a move that fails for good",
            #"mark "seen", move("Nowhere", { create = false }), forward { to = "b@example.net" }"#,
            ends: [["home/INBOX: a", "new: rolled_back"]]),
    ]

    /// What is sent last is not sent while the message still is where it came from.
    private static let waitsForRemoval: @Sendable (World) -> Void = { world in
        world.submission.whenTaken { [unowned world] _ in
            let inbox = world.home["INBOX"]?.messages.filter { !$0.flags.contains(.deleted) } ?? []
            if !inbox.isEmpty { world.submission.note(violation: "sent before its message was removed") }
        }
    }

    private static let oddForwards: [Scenario] = [
        Scenario(
            name: "forward to a server that cuts behind the dot twice",
            rules: #"rule "Alerts" { run = { forward { to = "b@example.net" } } }"#,
            preparation: {
                $0.submission.put(.cutAfter, at: .message, times: 1)
                $0.submission.put(.cutBefore, at: .message, times: 1)
            },
            course: [.deliver(Letter("a")), .turn],
            ends: [["home/INBOX: a", "new: done", "sent b@example.net: a"]], isDoubtful: true),
        Scenario(
            name: "forward to a server that always cuts behind the dot",
            rules: #"rule "Alerts" { run = { forward { to = "b@example.net" } } }"#,
            preparation: { $0.submission.put(.cutAfter, at: .message) },
            course: [.deliver(Letter("a")), .turn],
            ends: [["home/INBOX: a", "new: held", "sent b@example.net: a"]], isDoubtful: true),
        Scenario(
            name: "forward of something larger",
            rules: #"rule "Alerts" { run = { move "Receipts", forward { to = "b@example.net" } } }"#,
            course: [.deliver(Letter("a", body: large)), .turn],
            ends: [["home/Receipts: a", "new: done", "sent b@example.net: a"]]),
        Scenario(
            name: "forward of a message that somebody deleted first",
            rules: #"rule "Alerts" { run = { move "Receipts", forward { to = "b@example.net" } } }"#,
            preparation: { world in
                world.sites["home"]?.server.before(every: "UID MOVE") { [unowned world] store in
                    store.remove(world.token("a"), from: "INBOX")
                }
            },
            course: [.deliver(Letter("a")), .turn], ends: [["new: superseded"]]),
    ]

    /// Two blocks of a submission, with lines that begin with dots.
    private static let large = String(repeating: ".dot\r\nSome more words for a long letter.\r\n", count: 1_800)

    private static let guarded: [Scenario] = [
        Scenario(
            name: "forward of the same message again",
            rules: #"rule "Alerts" { on = { "new", "moved_in" }, run = { forward { to = "b@example.net" } } }"#,
            course: [
                .deliver(Letter("a")), .turn,
                .meanwhile { $0.home.copy($0.token("a"), from: "INBOX", to: "INBOX") }, .pass(3_600), .turn,
            ],
            ends: [["home/INBOX: a", "home/INBOX: a", "moved_in: failed", "new: done", "sent b@example.net: a"]]),
        Scenario(
            name: "forward that comes back",
            rules: #"rule "Alerts" { run = { forward { to = "b@example.net" } } }"#,
            course: [
                .deliver(Letter("a")), .turn,
                .meanwhile { world in
                    guard let bytes = world.submission.taken.first?.bytes else { return }
                    world.home.deliver(bytes, internalDate: world.clock.now)
                }, .turn,
            ],
            ends: [
                [
                    "home/INBOX: a", "home/INBOX: (nobody sent this)", "new: done", "new: failed",
                    "sent b@example.net: a",
                ]
            ]),
        Scenario(
            name: "forward past the ceiling", accounts: ["home": .withoutMove],
            rules: #"rule "Alerts" { run = { move "Receipts", forward { to = "b@example.net" } } }"#,
            accountLines: "ceiling = { hour = 1 }",
            course: [.deliver(Letter("a")), .deliver(Letter("b")), .turn, .pass(3_601), .turn],
            ends: [
                [
                    "home/Receipts: a", "home/Receipts: b", "new: done", "new: done", "sent b@example.net: a",
                    "sent b@example.net: b",
                ]
            ]),
    ]

    private static let undone: [Scenario] = [
        Scenario(
            name: "undo of a move and a forward", accounts: ["home": .withoutMove],
            rules: #"rule "Alerts" { run = { mark "seen", move "Receipts", forward { to = "b@example.net" } } }"#,
            course: [.deliver(Letter("a")), .turn, takesBack("what was sent to b@example.net cannot be taken back")],
            ends: [["home/INBOX: a", "new: undone", "sent b@example.net: a", "undo: done"]]),
        Scenario(
            name: "undo of a forward that was refused in part",
            rules:
                #"rule "Alerts" { run = { move "Receipts", forward { to = { "b@example.net", "c@example.net" } } } }"#,
            preparation: { $0.submission.put(.refuses, at: .recipient, for: "b@example.net") },
            course: [.deliver(Letter("a")), .turn, takesBack("what was sent to c@example.net cannot be taken back")],
            ends: [["home/INBOX: a", "new: undone", "sent c@example.net: a", "undo: done"]]),
        Scenario(
            name: "undo of a forward in doubt",
            rules: #"rule "Alerts" { run = { forward { to = "b@example.net", unknown = "hold" } } }"#,
            preparation: { $0.submission.put(.cutAfter, at: .message) },
            course: [.deliver(Letter("a")), .turn, takesBack("(or may have been) cannot be taken back")],
            ends: [["home/INBOX: a", "new: undone", "sent b@example.net: a"]],
            // The line may break at its dot by itself.
            endsInDoubt: [["home/INBOX: a", "new: undone"]], isDoubtful: true),
    ]

    /// Takes the first plan back, and wants to hear that, if anything; when asked again after a break, that it was.
    static func takesBack(_ sentence: String?) -> Phase {
        .command { world in
            let told = Told()
            let status = try await Undoer(engine: world.engine()).undo(UndoQuery(plans: [1])) { told.note($0.message) }
            let isSaid = sentence.map { told.has($0) || told.has("taken back already") } ?? true
            return isSaid ? status : -1
        }
    }

    private static let others: [Scenario] = [
        Scenario(
            name: "redirect of a message without a sender",
            rules: #"rule "Alerts" { run = { move "Receipts", redirect { to = "b@example.net" } } }"#,
            preparation: { world in
                world.submission.whenTaken { [unowned world] message in
                    let isAsItWas =
                        message.field("Message-ID") == "<a@example.com>" && message.field("Resent-From") != nil
                        && message.text.hasSuffix("\r\n\r\nHello\r\n") && message.field("Return-Path") == nil
                    if !isAsItWas || message.sender != "" {
                        world.submission.note(violation: "not the message as it was: <\(message.sender)>")
                    }
                }
            },
            course: [.deliver(Letter("a", header: "Return-Path: <>\r\n")), .turn],
            ends: [["home/Receipts: a", "new: done", "sent b@example.net: a"]]),
        Scenario(
            name: "reply once to each correspondent",
            rules: #"rule "Away" { run = { reply { text = "Back on Monday." } } }"#,
            course: [.deliver(Letter("a")), .turn, .deliver(Letter("b")), .turn],
            ends: [["home/INBOX: a", "home/INBOX: b", "new: done", "new: superseded", "sent shop@example.com: a"]],
            endsInDoubt: [
                ["home/INBOX: a", "home/INBOX: b", "new: held", "new: superseded"],
                ["home/INBOX: a", "home/INBOX: b", "new: held", "new: superseded", "sent shop@example.com: a"],
            ]),
    ]
}

/// What a command told a person.
private final class Told: Sendable {
    private let sentences = Mutex<[String]>([])

    func note(_ sentence: String?) { sentences.withLock { $0 += [sentence].compactMap { $0 } } }
    func has(_ part: String) -> Bool { sentences.withLock { $0.contains { $0.contains(part) } } }
}
