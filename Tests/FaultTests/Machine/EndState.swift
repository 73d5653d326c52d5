import ActionJournal
import MailModel
import TestKit

@testable import Daemon

/// Everything that others can see in the end, as sorted lines:
///
///     home/Receipts: a \Flagged \Seen      a message, its flags
///     new: done                            a plan, by the kind of its trigger
///     sent bob@example.org: a              what the submission server took, by recipient, repetitions apart
///     hook: title                          what the web server took, repetitions apart
struct EndState: Hashable, Sendable {
    var lines: [String]

    init(_ lines: [String]) { self.lines = lines.sorted() }

    init(of world: World) async throws {
        var lines: [String] = []
        for (account, site) in world.sites {
            for mailbox in site.store.names {
                for message in site.store[mailbox]?.messages ?? [] {
                    lines.append("\(account)/\(mailbox): \(Self.text(message, world))")
                }
            }
        }
        for plan in try await world.journal().plans(PlanQuery()) {
            let kind = plan.plan.trigger.description.prefix { $0 != ":" }
            // Of a sweep that was interrupted while it was planned, and asked for again.
            if kind == "sweep", plan.plan.state == .proposed { continue }
            lines.append("\(kind): \(plan.plan.state.rawValue)")
        }
        lines += world.scenario.sights(world)
        // How often the same message came is judged by what the journal says of it.
        let sent = world.submission.taken.flatMap { message in
            let subject = world.letterNames.first { name in
                ["", "Fwd: ", "Re: ", "Auto: "].contains { message.text.contains("Subject: \($0)\(name)\r\n") }
            }
            let id = message.field("Resent-Message-ID") ?? message.field("Message-ID") ?? ""
            return message.recipients.map { (line: "sent \($0): \(subject ?? "?")", id: id) }
        }
        lines += Dictionary(sent.map { ($0.line + $0.id, $0.line) }) { first, _ in first }.values
        for call in Set(world.hook.calls) {
            let title = call.body.split(separator: "\"title\":\"").dropFirst().first?.prefix { $0 != "\"" } ?? "?"
            lines.append("hook: \(title)")
        }
        self.init(lines)
    }

    private static func text(_ message: ModelMessage, _ world: World) -> String {
        guard let letter = world.letter(of: message.bytes) else { return "(nobody sent this)" }
        let date = letter.internalDate == message.internalDate ? [] : ["(another date)"]
        return ([letter.name] + message.flags.map(\.rawValue).sorted() + date).joined(separator: " ")
    }

    /// How many copies of a letter there are.
    func copies(of letter: String) -> Int {
        lines.filter { line in
            guard line.contains("/"), let name = line.split(separator: ": ").dropFirst().first else { return false }
            return name.split(separator: " ").first.map(String.init) == letter
        }.count
    }
}
