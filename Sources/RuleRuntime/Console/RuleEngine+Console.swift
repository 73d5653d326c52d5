import MailModel

extension RuleEngine {
    private static let place = "input"

    func evaluate(_ line: String, on message: RuleMessage, now: Int64) -> ConsoleAnswer {
        var answer = ConsoleAnswer()
        let evaluation = consoleEvaluation(message, now: now)
        defer { host.phase = .idle }
        do {
            if !isConsoleOpen { try machine.run(Prelude.console, named: "console") }
            isConsoleOpen = true
            host.phase = .evaluating(evaluation)
            try machine.freeze(now: now, seed: Self.seed(message))
        } catch {
            answer.error = error.message
            return answer
        }
        host.handles.beginEvaluation()
        // What is not used is not wrong here: it was typed to be looked at.
        defer { _ = host.handles.endEvaluation() }
        switch machine.call("console", [.string(line)], steps: limits.steps, milliseconds: limits.wallMilliseconds) {
        case .halted:
            if let need = evaluation.need { answer.error = "\(need) is not at hand" }
        case .failed(let error):
            answer.error = Self.sentence(error)
            answer.isIncomplete = error.message.hasSuffix("<eof>")
        case .values(let values):
            for index in stride(from: 0, to: values.count - 1, by: 2) {
                answer.values.append(shown(values[index], values[index + 1], evaluation))
            }
        }
        if answer.error == nil { answer.plan = evaluation.plan.actions }
        answer.log = evaluation.log
        return answer
    }

    private func consoleEvaluation(_ message: RuleMessage, now: Int64) -> RuleEvaluation {
        let summary = RuleSummary(
            name: Self.place, position: SourcePosition(file: Self.place, line: 1), events: [.new], folders: nil,
            accounts: nil, schedule: nil, limit: nil, enabled: true, dryRun: false, continues: false)
        return RuleEvaluation(
            view: MessageView(message, fieldTable: host.fields, fetchedFields: nil),
            context: EvaluationContext(now: now, clock: host.clock, own: own[message.account] ?? []),
            account: host.environment.account(message.account.rawValue), state: RuleStateBuffer(.empty, now: now),
            rule: CompiledRule(summary: summary, when: .always, run: .function))
    }

    private func shown(_ text: RuleValue, _ value: RuleValue, _ evaluation: RuleEvaluation) -> ConsoleAnswer.Value {
        switch host.handles[value] {
        case .condition(let condition):
            evaluation.tests = []
            do {
                let truth = try evaluation.evaluate(condition)
                return .condition(condition.text, truth == .yes, evaluation.tests ?? [])
            } catch {
                return .text("\(condition.text): \(error.sentence)")
            }
        case .action(let template):
            let planned = template.planned(for: evaluation.view, rule: Self.place, context: evaluation.context)
            return .action(planned?.written ?? template.name.rawValue)
        default: return .text(text.string ?? "")
        }
    }

    /// `input:1: ` says nothing to who typed one line.
    private static func sentence(_ error: LuaError) -> String {
        let prefix = "\(place):1: "
        return error.message.hasPrefix(prefix) ? String(error.message.dropFirst(prefix.count)) : error.message
    }
}
