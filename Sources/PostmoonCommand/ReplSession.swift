import Daemon
import Foundation
import MailModel
import RuleRuntime

/// The dialogue of `repl`: reads lines until there are no more, and answers each.
struct ReplSession {
    static let help = """
        :rules        what every rule says of the message
        :rule NAME    one rule, whatever events it is for
        :plan         what the rules would do
        :help         this
        :quit         the end
        """

    /// What one line came to, in JSON.
    struct Answer: Encodable {
        var input: String
        var values: [String] = []
        var evidence: [RuleEvidence] = []
        var actions: [String] = []
        var log: [String] = []
        @Nullable var error: String?
    }

    let runtime: RuleRuntime
    let message: RuleMessage
    let now: Int64
    let json: Bool
    let prompts: Bool

    func run() async throws {
        var pending = ""
        if prompts { Terminal.line("The message is m; :help lists the commands, :quit ends.") }
        while let line = read(pending.isEmpty ? "> " : ">> ") {
            let input = pending.isEmpty ? line : pending + "\n" + line
            let command = input.trimmingCharacters(in: .whitespacesAndNewlines)
            if pending.isEmpty, command.isEmpty { continue }
            if pending.isEmpty, command.hasPrefix(":") {
                guard try await obey(command) else { return }
                continue
            }
            let answer = await runtime.evaluate(input, on: message, now: now)
            // An empty line gives up what was begun.
            if answer.isIncomplete, !(line.isEmpty && !pending.isEmpty) {
                pending = input
                continue
            }
            pending = ""
            try show(answer, to: input)
        }
        if !pending.isEmpty { try show(await runtime.evaluate(pending, on: message, now: now), to: pending) }
    }

    private func read(_ prompt: String) -> String? {
        if prompts {
            FileHandle.standardOutput.write(Data(prompt.utf8))
        }
        return readLine()
    }

    // MARK: Commands

    /// - Returns: whether it goes on.
    private func obey(_ command: String) async throws -> Bool {
        let words = command.split(separator: " ", maxSplits: 1).map(String.init)
        let argument = words.count > 1 ? words[1].trimmingCharacters(in: CharacterSet(charactersIn: " \"“”")) : ""
        switch words[0] {
        case ":quit", ":q", ":exit": return false
        case ":help", ":h":
            try say(Answer(input: command, values: [Self.help]), text: Self.help)
        case ":rules": try await decide(command, message, only: nil, evidence: true)
        case ":plan": try await decide(command, message, only: nil, evidence: false)
        case ":rule":
            let names = runtime.rules.map(\.name)
            guard names.contains(argument) else {
                let known = names.map { "“\($0)”" }.joined(separator: ", ")
                try fail(command, "there is no rule “\(argument)”; there are \(known.isEmpty ? "none" : known)")
                return true
            }
            var swept = message
            swept.event = .sweep
            try await decide(command, swept, only: [argument], evidence: true)
        default: try fail(command, "there is no command \(words[0]); :help lists them")
        }
        return true
    }

    private func decide(
        _ command: String, _ message: RuleMessage, only: Set<String>?, evidence isWanted: Bool
    ) async throws {
        var answer = Answer(input: command)
        var text = ""
        switch await runtime.decide(message, state: .empty, now: now, only: only) {
        case .decided(let decision):
            answer.evidence = isWanted ? decision.evidence : []
            answer.actions = decision.actions.map(\.written)
            answer.log = decision.log
            text = plan(decision.actions, orElse: "nothing would be done")
            if !decision.proposed.isEmpty {
                text += "\n" + plan(decision.proposed, orElse: "") + "  (only proposed: dry_run)"
            }
        case .failed(let failure):
            answer.evidence = failure.evidence
            answer.error = failure.description
            text = Terminal.safe(failure.description)
        case .needs: answer.error = "the rules asked for more than the whole message"
        }
        let reasons = PlanText.evidence(answer.evidence, indent: 0).dropFirst()
        try say(answer, text: reasons.isEmpty ? text : "\(reasons)\n\(text)")
    }

    // MARK: Answers

    private func show(_ result: ConsoleAnswer, to input: String) throws {
        var answer = Answer(input: input, log: result.log, error: result.error)
        var lines = result.log.map { "log: \($0)" }
        for value in result.values {
            switch value {
            case .text(let text):
                answer.values.append(text)
                lines += text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            case .condition(let text, let truth, let tests):
                answer.values.append(String(truth))
                answer.evidence.append(RuleEvidence(rule: text, matched: truth, tests: tests))
                lines.append("\(truth)  \(text)")
                for test in tests {
                    let value = test.value.isEmpty ? "" : "   “\(test.value)”"
                    lines.append("    \(test.result ? "yes" : "no ")  \(test.test)\(value)")
                }
            case .action(let text):
                answer.values.append(text)
                lines.append("\(text)  (an action; by itself it does nothing, m:… plans it)")
            }
        }
        answer.actions = result.plan.map(\.written)
        if !result.plan.isEmpty { lines.append("would: \(answer.actions.joined(separator: ", "))") }
        if let error = result.error { lines.append("error: \(error)") }
        try say(answer, text: lines.map(Terminal.safe).joined(separator: "\n"))
    }

    private func plan(_ actions: [PlannedAction], orElse nothing: String) -> String {
        actions.isEmpty ? nothing : Terminal.safe("would: \(actions.map(\.written).joined(separator: ", "))")
    }

    private func fail(_ input: String, _ error: String) throws {
        try say(Answer(input: input, error: error), text: Terminal.safe("error: \(error)"))
    }

    private func say(_ answer: Answer, text: String) throws {
        if json {
            Terminal.line(try JSONLine.encode(answer))
        } else if !text.isEmpty {
            Terminal.line(text)
        }
        // Whoever reads it through a pipe waits for the answer.
        fflush(nil)
    }
}
