import MIMEParsing
import MailModel

/// The loaded rules and their Lua state: decides one message at a time. Belongs to its runtime's executor.
final class RuleEngine {
    let host: RuleHost
    let needs: RuleNeeds
    let machine: LuaMachine
    let limits: RuleLimits
    private let watched: [AccountName: [MailboxName]]
    let own: [AccountName: Set<[UInt8]>]
    /// Whether lines can be evaluated that a person types.
    var isConsoleOpen = false
    /// Lower-cased names of the fields that a partial header has.
    private let fetchedFields: Set<String>?
    var routes: [RuleRoute.Place: RuleRoute] = [:]
    /// How often each rule failed, by its index.
    private var failures: [RuleFailures]

    init(host: RuleHost, machine: LuaMachine, needs: RuleNeeds, limits: RuleLimits) {
        self.host = host
        self.machine = machine
        self.needs = needs
        self.limits = limits
        failures = Array(repeating: RuleFailures(), count: host.rules.count)
        let accounts = host.environment.accounts
        watched = Dictionary(accounts.map { ($0.name, $0.watched) }, uniquingKeysWith: { first, _ in first })
        own = Dictionary(
            accounts.map { ($0.name, Set($0.addresses.map { FoldedText.fold(EmailAddress.compared($0)) })) },
            uniquingKeysWith: { first, _ in first })
        fetchedFields = needs.headerFields.map { Set($0.map { $0.lowercased() }) }
    }

    var memory: Int { machine.memory }

    func memoryInUse() -> Int {
        // A collection that fails leaves what there was.
        try? machine.collect()
        return machine.memory
    }

    /// Runs the rules from the start; nothing of an earlier try remains.
    func decide(
        _ message: RuleMessage, state: RuleStateSnapshot, now: Int64, only: Set<String>?,
        aside: Set<String> = [], detail: EvidenceDetail
    ) -> DecisionOutcome {
        // A message marked \Deleted matches no rule; one that is gone had to be marked.
        if message.flags.contains(.deleted), message.event != .removed { return .decided(Decision()) }
        guard let first = host.rules.first else { return .decided(Decision()) }
        let view = MessageView(message, fieldTable: host.fields, fetchedFields: message.fetchedFields ?? fetchedFields)
        let context = EvaluationContext(now: now, clock: host.clock, own: own[message.account] ?? [])
        let evaluation = RuleEvaluation(
            view: view, context: context, account: host.environment.account(message.account.rawValue),
            state: RuleStateBuffer(state, now: now), rule: first)
        let route = route(message)
        var run = RuleRun(evaluation: evaluation, notes: detail == .always, only: only, aside: aside)
        defer { host.phase = .idle }
        host.phase = .evaluating(evaluation)
        for (index, rule) in host.rules.enumerated() {
            // Those that are not for such messages leave evidence, and nothing else.
            guard route.isAsked[index] || run.notes || only != nil else { continue }
            do {
                try decide(rule, at: index, &run)
            } catch {
                switch error {
                case .needs(let need): return .needs(need)
                case .failed(var failure):
                    failure.evidence = evidence(ofFailed: rule, at: index, &run)
                    failures[index].note(failure)
                    failure.failures = failures[index]
                    return .failed(failure)
                }
            }
            if run.isEnded { break }
        }
        run.decision.actions = evaluation.plan.actions
        run.decision.log = evaluation.log
        run.decision.stateChanges = evaluation.state.changes
        return .decided(run.decision)
    }

    // MARK: One rule

    private func decide(_ rule: CompiledRule, at index: Int, _ run: inout RuleRun) throws(RuleInterruption) {
        guard run.isAsked(rule) else { return }
        let evaluation = run.evaluation
        evaluation.rule = rule
        // Named rules and evidence ask more than the route says.
        if run.notes || run.only != nil,
            let exclusion = rule.exclusion(
                evaluation.view.message, watched: watched(evaluation.view.message), isNamed: run.only != nil,
                noting: run.notes)
        {
            if run.notes { run.note(rule, matched: false, [exclusion]) }
            return
        }
        // A function is called once: what it asks is noted then or never.
        evaluation.tests = run.notes || rule.isFunction ? [] : nil
        let before = rule.summary.dryRun ? (evaluation.state, evaluation.log) : nil
        guard try matches(rule, at: index, evaluation) else {
            if let before { (evaluation.state, evaluation.log) = before }
            if run.notes {
                run.note(rule, matched: false, evaluation.tests ?? [])
            } else if let tests = evaluation.tests {
                run.kept[index] = tests
            }
            return
        }
        if !run.notes { try noteFromTheStart(through: index, &run) }
        run.hasMatched = true
        let actions = try carryOut(rule, at: index, &run)
        failures[index].inARow = 0
        if let before { (evaluation.state, evaluation.log) = before }
        run.note(rule, matched: true, evaluation.tests ?? [])
        run.hasMatched = false
        run.decision.matchedRules.append(rule.name)
        if rule.summary.dryRun { run.decision.proposed += actions }
    }

    func watched(_ message: RuleMessage) -> [MailboxName] { watched[message.account] ?? [] }

    /// The first match: until here nothing had changed, so asking the conditions again gives the same answers.
    private func noteFromTheStart(through index: Int, _ run: inout RuleRun) throws(RuleInterruption) {
        run.notes = true
        let evaluation = run.evaluation
        let last = evaluation.tests
        for (earlier, rule) in host.rules[..<index].enumerated() where run.isAsked(rule) {
            if let exclusion = rule.exclusion(
                evaluation.view.message, watched: watched(evaluation.view.message), isNamed: run.only != nil,
                noting: true)
            {
                run.note(rule, matched: false, [exclusion])
                continue
            }
            let tests = if let kept = run.kept[earlier] { kept } else { try testsAgain(rule, evaluation) }
            run.note(rule, matched: false, tests)
        }
        if let last { evaluation.tests = last } else { _ = try testsAgain(host.rules[index], evaluation) }
    }

    private func testsAgain(
        _ rule: CompiledRule, _ evaluation: RuleEvaluation
    ) throws(RuleInterruption) -> [RuleEvidence.Test] {
        evaluation.tests = []
        if case .condition(let condition) = rule.when { _ = try ask(condition, rule, evaluation) }
        return evaluation.tests ?? []
    }

    /// What was looked at up to the failure, the failed rule's own tests last.
    private func evidence(ofFailed rule: CompiledRule, at index: Int, _ run: inout RuleRun) -> [RuleEvidence] {
        let tests = run.evaluation.tests
        if !run.notes {
            // The failed rule's condition fails again; everything before it does not.
            try? noteFromTheStart(through: index, &run)
        }
        run.note(rule, matched: run.hasMatched, tests ?? run.evaluation.tests ?? [])
        return run.decision.evidence
    }

    private func matches(
        _ rule: CompiledRule, at index: Int, _ evaluation: RuleEvaluation
    ) throws(RuleInterruption) -> Bool {
        switch rule.when {
        case .always: return true
        case .condition(let condition): return try ask(condition, rule, evaluation)
        case .function:
            evaluation.isAsking = true
            defer { evaluation.isAsking = false }
            let answer = try call("when", rule, at: index, evaluation) { values throws(RuleMisuse) in
                try self.whenAnswer(values.first ?? .null)
            }
            switch answer {
            case nil: return false
            case .condition(let condition): return try ask(condition, rule, evaluation)
            case .truth(let truth):
                evaluation.tests?.append(
                    RuleEvidence.Test(test: "when = function", value: String(truth), result: truth))
                return truth
            }
        }
    }

    /// What a `when` function returned.
    private enum WhenAnswer {
        case truth(Bool)
        case condition(Condition)
    }

    private func whenAnswer(_ value: RuleValue) throws(RuleMisuse) -> WhenAnswer {
        switch host.handles[value] {
        case nil: return .truth(value == .bool(true))
        case .condition(let condition):
            host.handles.use(value)
            return .condition(condition)
        case .some:
            throw RuleMisuse("when returned \(value.withArticle); it returns true, false or a condition")
        }
    }

    private func ask(
        _ condition: Condition, _ rule: CompiledRule, _ evaluation: RuleEvaluation
    ) throws(RuleInterruption) -> Bool {
        let truth: Truth
        do {
            truth = try evaluation.evaluate(condition)
        } catch {
            throw .failed(
                RuleFailure(
                    rule: rule.name, position: error.condition.position ?? rule.summary.position,
                    message: error.sentence, spentBudget: error.failure == .limit))
        }
        switch truth {
        case .yes: return true
        case .no: return false
        case .unknown(let need): throw .needs(need)
        }
    }

    /// Adds the rule's actions to the plan and says whether the run goes on; the answer is what was added.
    private func carryOut(
        _ rule: CompiledRule, at index: Int, _ run: inout RuleRun
    ) throws(RuleInterruption) -> [PlannedAction] {
        let evaluation = run.evaluation
        let before = evaluation.plan
        if rule.summary.dryRun { evaluation.plan = RulePlan(flags: before.flags, account: before.account) }
        evaluation.stopped = false
        evaluation.removes = false
        switch rule.run {
        case .actions(let templates): try add(templates, rule, evaluation)
        case .function:
            _ = try call("run", rule, at: index, evaluation) { values throws(RuleMisuse) in
                guard let value = values.first, !value.isNull else { return }
                for template in try self.host.actions(value, at: nil) { try evaluation.add(template) }
            }
        }
        if rule.summary.dryRun {
            let proposed = evaluation.plan.actions
            evaluation.plan = before
            evaluation.view.flags = before.flags
            return proposed
        }
        if evaluation.stopped || (evaluation.removes && !rule.summary.continues) { run.isEnded = true }
        return evaluation.plan.actions
    }

    private func add(
        _ templates: [ActionTemplate], _ rule: CompiledRule, _ evaluation: RuleEvaluation
    ) throws(RuleInterruption) {
        for template in templates {
            do {
                try evaluation.add(template)
            } catch {
                throw .failed(failure(RuleMisuse(error.message, at: error.position ?? template.position), rule))
            }
        }
    }

    // MARK: Functions

    /// Calls the rule's function; `finish` reads what it returned while its handles still live. `nil`: it stopped.
    private func call<Result>(
        _ entry: String, _ rule: CompiledRule, at index: Int, _ evaluation: RuleEvaluation,
        finish: ([RuleValue]) throws(RuleMisuse) -> Result
    ) throws(RuleInterruption) -> Result? {
        do {
            try machine.freeze(now: evaluation.context.now, seed: Self.seed(evaluation.view.message))
        } catch {
            throw .failed(failure(error, rule))
        }
        evaluation.need = nil
        host.handles.beginEvaluation()
        let ending = machine.call(
            entry, [.integer(Int64(index))], steps: limits.steps, milliseconds: limits.wallMilliseconds)
        let result: Result?
        do {
            if case .values(let values) = ending { result = try finish(values) } else { result = nil }
        } catch {
            _ = host.handles.endEvaluation()
            throw .failed(failure(error, rule))
        }
        let unused = host.handles.endEvaluation()
        switch ending {
        case .halted:
            if let need = evaluation.need { throw .needs(need) }
        case .failed(let error): throw .failed(failure(error, rule))
        case .values: break
        }
        if let entry = unused.first { throw .failed(failure(RuleMisuse(Self.unused(entry), at: entry.position), rule)) }
        return result
    }

    private func failure(_ misuse: RuleMisuse, _ rule: CompiledRule) -> RuleFailure {
        RuleFailure(rule: rule.name, position: misuse.position ?? rule.summary.position, message: misuse.message)
    }

    private func failure(_ error: LuaError, _ rule: CompiledRule) -> RuleFailure {
        let (position, message) = LuaPlace.split(error, files: host.folder)
        return RuleFailure(
            rule: rule.name, position: position ?? rule.summary.position, message: message,
            traceback: LuaPlace.shown(error.traceback), spentBudget: error.spentBudget)
    }

    private static func unused(_ entry: HandleTable.Entry) -> String {
        if case .action(let template) = entry.value {
            let name = template.name.rawValue
            return "\(name) made an action that nothing uses; write m:\(name)"
        }
        return "this condition is asked by nothing; write m:is(condition), and combine conditions with & | ~"
    }

    /// From what identifies the message and is always fetched.
    static func seed(_ message: RuleMessage) -> UInt64 {
        var hash = FNV1a()
        for name in FieldTable.always {
            for field in message.header.all(name) { hash.add(field.rawValue) }
            hash.add([0])
        }
        hash.add("\(message.size) \(message.received)".utf8)
        return hash.value
    }
}

/// What ends the rules of a message early.
enum RuleInterruption: Error {
    case needs(MessageNeed)
    case failed(RuleFailure)
}

/// The state of one run over the rules.
struct RuleRun {
    let evaluation: RuleEvaluation
    /// Whether tests are noted; once something matched they always are.
    var notes: Bool
    let only: Set<String>?
    let aside: Set<String>
    var decision = Decision()
    var isEnded = false
    /// Whether the rule at work has matched.
    var hasMatched = false
    /// What functions asked before anything was noted, by rule.
    var kept: [Int: [RuleEvidence.Test]] = [:]

    func isAsked(_ rule: CompiledRule) -> Bool {
        rule.summary.enabled && !aside.contains(rule.name) && only?.contains(rule.name) ?? true
    }

    mutating func note(_ rule: CompiledRule, matched: Bool, _ tests: [RuleEvidence.Test]) {
        decision.evidence.append(RuleEvidence(rule: rule.name, matched: matched, tests: tests))
    }
}
