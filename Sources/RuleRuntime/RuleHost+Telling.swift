import MIMEParsing
import MailModel

/// What a function asks of `m`, and what it does with it.
extension RuleHost {
    func tell(
        _ operation: HostOperation, _ arguments: [RuleValue], at position: SourcePosition?
    ) throws -> [RuleValue] {
        guard let evaluation else {
            throw RuleMisuse("there is no message while rules load: this belongs into a function")
        }
        switch operation {
        case .now: return [.integer(evaluation.context.now)]
        case .stop where evaluation.isAsking, .perform where evaluation.isAsking:
            throw RuleMisuse("a when only asks; actions belong into run")
        case .stop:
            evaluation.stopped = true
            throw HostInterruption.halt
        case .perform:
            guard let name = arguments.first?.string.flatMap(ActionName.init) else {
                throw RuleMisuse("no such action")
            }
            try evaluation.add(try parse(name, Array(arguments.dropFirst()), at: position))
            return []
        case .ask:
            guard arguments.count == 1, case .condition(let condition)? = handles[arguments[0]] else {
                throw RuleMisuse("m:is takes a condition, not \(arguments.first?.shown ?? "nothing")")
            }
            handles.use(arguments[0])
            return [.bool(try ask(condition, evaluation))]
        case .header:
            let values = try need(.wholeHeader, evaluation, headerValues(arguments, evaluation))
            return [.string(values.texts.first?.text ?? "")]
        case .headerAll:
            let values = try need(.wholeHeader, evaluation, headerValues(arguments, evaluation))
            return [.list(values.texts.map { .string($0.text) })]
        case .headers:
            guard evaluation.view.headerIsWhole else { throw missing(.wholeHeader, evaluation) }
            return [.list(evaluation.view.header.fields.map { .list([.string($0.name), .string($0.text)]) })]
        case .content: return [try content(arguments, evaluation)]
        default:
            let name = arguments.first?.string ?? ""
            guard let field = MessageField(rawValue: name) else {
                throw RuleMisuse(
                    "a message has no field \"\(name)\""
                        + NearestName.hint(name, in: MessageField.allCases.map(\.rawValue) + MessageField.methods))
            }
            return [try need(field.need, evaluation, field.value(in: evaluation.view))]
        }
    }

    private func headerValues(_ arguments: [RuleValue], _ evaluation: RuleEvaluation) throws(RuleMisuse) -> FieldValues?
    {
        guard let name = arguments.first?.string else { throw RuleMisuse("a header's name is a text") }
        return evaluation.view.values(named: name)
    }

    /// Asks a condition for a function; what is missing or goes wrong ends the evaluation or is an error there.
    func ask(_ condition: Condition, _ evaluation: RuleEvaluation) throws -> Bool {
        let truth: Truth
        let stepsBefore = evaluation.view.steps
        defer { charge(evaluation.view.steps - stepsBefore) }
        do {
            truth = try evaluation.evaluate(condition)
        } catch {
            throw RuleMisuse(error.sentence)
        }
        switch truth {
        case .yes: return true
        case .no: return false
        case .unknown(let need): throw missing(need, evaluation)
        }
    }

    private func need<T>(_ need: MessageNeed, _ evaluation: RuleEvaluation, _ value: T?) throws(HostInterruption) -> T {
        guard let value else { throw missing(need, evaluation) }
        return value
    }

    private func missing(_ need: MessageNeed, _ evaluation: RuleEvaluation) -> HostInterruption {
        evaluation.need = need
        return .halt
    }

    /// The bytes of `m.attachments[i]` or `m.parts[i]`.
    private func content(_ arguments: [RuleValue], _ evaluation: RuleEvaluation) throws -> RuleValue {
        guard let parsed = evaluation.view.parsed else { throw missing(.body, evaluation) }
        guard arguments.count == 2, let index = arguments[1].integer.flatMap({ Int(exactly: $0 - 1) }) else {
            throw RuleMisuse("no such part")
        }
        let bytes: [UInt8]
        if arguments[0].string == "attachments" {
            guard let attachments = evaluation.view.attachments, attachments.indices.contains(index) else {
                throw RuleMisuse("no such attachment")
            }
            bytes = attachments[index].content()
        } else {
            let parts = parsed.allParts
            guard parts.indices.contains(index) else { throw RuleMisuse("no such part") }
            bytes = parts[index].decoded()
        }
        return .bytes(bytes)
    }
}

extension ConditionFailure {
    var sentence: String {
        switch failure {
        case .limit: "\(condition.text): the expression went past its steps on this message"
        case .syntax(let reason): "\(condition.text): \(reason)"
        case .internalError(let code): "\(condition.text): the expression failed (PCRE2 \(code))"
        }
    }
}
