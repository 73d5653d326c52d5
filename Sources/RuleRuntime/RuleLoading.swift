import MailModel

/// Loads a rules folder into an engine, or says everything that is wrong with it.
enum RuleLoading {
    static func load(
        _ folder: RuleFolder, _ environment: RuleEnvironment, _ limits: RuleLimits
    ) throws(RuleLoadError) -> RuleEngine {
        let host = RuleHost(environment: environment, limits: limits, folder: folder)
        let machine: LuaMachine
        do {
            machine = try LuaMachine(host: host, limits: limits)
        } catch {
            throw RuleLoadError(problems: [.init(file: "rules", line: 0, message: error.message)])
        }
        var problems: [RuleLoadError.Problem] = []
        host.phase = .loading
        for file in folder.files {
            let scan = ConditionGuard.scan(file.content)
            host.scans[file.name] = scan
            let lines = Set(scan.findings.map(\.line))
            let findings = scan.findings + TruthGuard.scan(file.content).filter { !lines.contains($0.line) }
            problems += findings.map { .init(file: file.name, line: $0.line, message: $0.message) }
        }
        let guarded = Set(problems.map(\.file))
        for file in folder.files where !guarded.contains(file.name) {
            let ending = machine.call(
                "load", [.string(file.name), .string(file.content)], steps: limits.loadSteps, milliseconds: 10_000)
            if case .failed(let error) = ending {
                let (position, message) = LuaPlace.split(error, files: folder)
                let place = position ?? SourcePosition(file: file.name, line: 0)
                problems.append(.init(file: place.file, line: place.line, message: message))
            }
        }
        if problems.isEmpty { problems = dropped(host, machine) }
        host.phase = .idle
        guard problems.isEmpty else {
            throw RuleLoadError(
                problems: Set(problems).sorted { ($0.file, $0.line, $0.message) < ($1.file, $1.line, $1.message) })
        }
        return RuleEngine(host: host, machine: machine, needs: needs(host), limits: limits)
    }

    /// What was made for nothing: only a file that ran to its end can be judged.
    private static func dropped(_ host: RuleHost, _ machine: LuaMachine) -> [RuleLoadError.Problem] {
        var problems = host.pending.map { name, position in
            RuleLoadError.Problem(
                file: position.file, line: position.line, message: "rule \"\(name)\" has no { ... } behind its name")
        }
        do {
            try machine.collect()
        } catch {
            return problems + [.init(file: "rules", line: 0, message: error.message)]
        }
        for entry in host.handles.dropped {
            let message =
                switch entry.value {
                case .action(let template): "this \(template.name.rawValue) is in no rule's run and would be dropped"
                default: "this condition is used by no rule and would be dropped: use & | ~, not and, or, not, =="
                }
            problems.append(
                .init(file: entry.position?.file ?? "rules", line: entry.position?.line ?? 0, message: message))
        }
        host.handles.forgetDropped()
        return problems
    }

    /// The header fields and the rest that rules can need.
    private static func needs(_ host: RuleHost) -> RuleNeeds {
        var names = Set(FieldTable.always)
        var body = false
        for rule in host.rules where rule.summary.enabled {
            if case .condition(let condition) = rule.when {
                condition.forEachTest { test in
                    names.formUnion(test.fieldNames(in: host.fields))
                    body = body || test.readsBody
                }
            }
            var isFunction = false
            if case .function = rule.when { isFunction = true }
            if case .function = rule.run { isFunction = true }
            if isFunction {
                names.formUnion(FieldTable.standard)
                body = true
            }
        }
        // Past this many the whole header is the shorter question.
        return RuleNeeds(headerFields: names.count > 60 ? nil : names, body: body)
    }
}

extension ConditionTest {
    /// The header fields it reads.
    func fieldNames(in fields: FieldTable) -> [String] {
        switch self {
        case .address(let slots, _), .text(.addresses(let slots), _), .exists(.addresses(let slots)):
            slots.map { fields.names[$0] }
        case .text(.header(let slot), _), .exists(.header(let slot)): [fields.names[slot]]
        case .text(.listID, _), .exists(.listID): ["List-Id"]
        case .bulk: MailKind.bulkFields
        case .automated: MailKind.automatedFields
        case .authenticated: ["Authentication-Results"]
        case .text, .exists, .flag, .sizeOver, .sizeUnder, .older, .newer, .before, .after, .between, .weekday,
            .hasAttachment:
            []
        }
    }
}
