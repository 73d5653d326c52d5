import CRuleShim
import MIMEParsing
import MailModel

/// What Lua talks to: it makes conditions and actions, takes rules in, and answers a function's questions about a
/// message. Every call comes from the shim, on the runtime's executor, and returns before Lua goes on.
final class RuleHost {
    enum Phase {
        case prelude
        case loading
        case idle
        case evaluating(RuleEvaluation)
    }

    let environment: RuleEnvironment
    let limits: RuleLimits
    let folder: RuleFolder
    let clock: RuleClock
    let fields = FieldTable()
    var phase = Phase.prelude
    var handles = HandleTable()
    var rules: [CompiledRule] = []
    /// Files that `rule` names with a `when =` in, by the scan of their tokens.
    var scans: [String: ConditionGuard.Scan] = [:]
    /// Rules that were named and got no table yet.
    var pending: [(name: String, position: SourcePosition)] = []
    var globalNames: [String] = []
    var loadingLog: [String] = []
    /// Digests of the lists that rules read while they loaded.
    var dependencies: [String: String] = [:]
    /// What test files gather; `nil`: these are rule files.
    var testing: TestCollection?
    private let expressionLimits: ExpressionLimits
    private var expressions: [ExpressionKey: RegularExpression] = [:]
    private var passingExpressions: [ExpressionKey: RegularExpression] = [:]
    /// For charging steps; set by the machine, which outlives no call.
    var charge: (UInt64) -> Void = { _ in }

    private struct ExpressionKey: Hashable {
        var pattern: String
        var options: RegularExpression.Options
    }

    init(environment: RuleEnvironment, limits: RuleLimits, folder: RuleFolder) {
        self.environment = environment
        self.limits = limits
        self.folder = folder
        expressionLimits = ExpressionLimits(steps: limits.expressionSteps)
        clock = RuleClock(identifier: environment.timezone)
    }

    var evaluation: RuleEvaluation? {
        if case .evaluating(let evaluation) = phase { evaluation } else { nil }
    }

    /// Compiles an expression once; what functions make anew for each message is found again.
    func expression(
        _ pattern: String, _ options: RegularExpression.Options
    ) throws(RegularExpression.Failure) -> RegularExpression {
        let key = ExpressionKey(pattern: pattern, options: options)
        if let known = expressions[key] ?? passingExpressions[key] { return known }
        let expression = try RegularExpression(pattern, options: options, limits: expressionLimits)
        charge(UInt64(pattern.utf8.count + expression.compiledSize / 16))
        if evaluation == nil {
            expressions[key] = expression
        } else {
            // Patterns made of mail are new each time: only a few of them are kept.
            if passingExpressions.count >= 64 { passingExpressions.removeAll() }
            passingExpressions[key] = expression
        }
        return expression
    }

    /// Answers one call.
    func answer(
        _ operation: HostOperation, _ arguments: [RuleValue], at position: SourcePosition?
    ) throws(HostInterruption) -> [RuleValue] {
        do {
            switch operation {
            case .subject, .test, .predicate, .combine, .constructor, .action, .role, .regex, .list, .vcard:
                return try make(operation, arguments, at: position)
            case .pending, .rule, .module, .names: return try load(operation, arguments, at: position)
            case .perform, .stop, .ask, .field, .header, .headers, .headerAll, .content, .now:
                return try tell(operation, arguments, at: position)
            case .stateGet, .stateSet, .stateKeys, .seenBefore, .rate:
                return try remember(operation, arguments)
            case .expressionMatch, .expressionTest: return try match(operation, arguments)
            case .print:
                write(arguments.first?.string ?? "")
                return []
            case .testPending, .testCase, .testMessage, .testFile:
                return try collect(operation, arguments, at: position)
            case .unknownGlobal, .unknownField, .misused, .describe: return try explain(operation, arguments)
            }
        } catch let interruption as HostInterruption {
            throw interruption
        } catch let misuse as RuleMisuse {
            throw .misuse(misuse)
        } catch {
            throw .misuse(RuleMisuse("\(error)"))
        }
    }

    func released(_ identifier: UInt32) { handles.release(identifier) }

    private func write(_ line: String) {
        if let evaluation {
            if evaluation.log.count < 1_000 { evaluation.log.append(String(line.prefix(4_000))) }
        } else if loadingLog.count < 1_000 {
            loadingLog.append(line)
        }
    }
}
