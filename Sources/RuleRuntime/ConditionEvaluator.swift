import MailModel

/// What an evaluation's result is, as far as the data at hand tell.
enum Truth: Equatable {
    case yes
    case no
    /// It hangs on something that is not fetched.
    case unknown(MessageNeed)
}

/// A test that could not be made.
struct ConditionFailure: Error {
    var condition: Condition
    var failure: RegularExpression.Failure
}

/// What tests take from their surroundings.
struct EvaluationContext {
    var now: Int64
    var clock: RuleClock
    /// Folded addresses of the message's account.
    var own: Set<[UInt8]>

    /// Seconds since it was received; servers may say anything.
    func age(_ message: RuleMessage) -> Int64 {
        let (age, overflow) = now.subtractingReportingOverflow(message.received)
        return overflow ? (message.received < 0 ? .max : .min) : age
    }
}

/// Evaluates conditions on one message, left to right, and notes what was looked at.
///
/// A part that is not fetched counts as unknown and the rest is asked: `body:contains "x" & from:is "y"` fetches no
/// body for mail from others. Only when the outcome hangs on it does the answer become `unknown`.
struct ConditionEvaluator {
    let view: MessageView
    let context: EvaluationContext
    /// `nil`: nothing is noted.
    var tests: [RuleEvidence.Test]?

    mutating func evaluate(_ condition: Condition) throws(ConditionFailure) -> Truth {
        switch condition.kind {
        case .all(let operands): return try evaluate(operands, until: .no)
        case .any(let operands): return try evaluate(operands, until: .yes)
        case .none(let operands):
            switch try evaluate(operands, until: .yes) {
            case .yes: return .no
            case .no: return .yes
            case .unknown(let need): return .unknown(need)
            }
        case .test(let test):
            let answer: TestAnswer
            do {
                answer = try test.ask(view, context, noting: tests != nil)
            } catch {
                throw ConditionFailure(condition: condition, failure: error)
            }
            switch answer {
            case .needs(let need): return .unknown(need)
            case .known(let result, let value):
                if tests != nil {
                    tests?.append(RuleEvidence.Test(test: condition.text, value: value, result: result))
                }
                return result ? .yes : .no
            }
        }
    }

    /// Ends at the first operand that decides; `until` is also the answer then.
    private mutating func evaluate(_ operands: [Condition], until decisive: Truth) throws(ConditionFailure) -> Truth {
        var need: MessageNeed?
        for operand in operands {
            let truth: Truth
            if need == nil {
                truth = try evaluate(operand)
            } else {
                // Whether this operand is reached at all is not known yet, so neither is its failure.
                do { truth = try evaluate(operand) } catch { continue }
            }
            switch truth {
            case decisive: return decisive
            case .unknown(let operandNeed): need = need ?? operandNeed
            case .yes, .no: break
            }
        }
        return need.map { .unknown($0) } ?? (decisive == .yes ? .no : .yes)
    }
}

/// What a test says: the data are missing, or a result and the value that decided it (empty unless it is noted).
enum TestAnswer {
    case needs(MessageNeed)
    case known(Bool, String)
}
