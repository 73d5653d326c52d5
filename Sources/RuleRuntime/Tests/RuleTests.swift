import MailModel

/// The tests of a rules folder.
public struct RuleTests: Sendable {
    /// In the order of their files and lines.
    public var tests: [RuleTest] = []
    /// What is wrong with the test files themselves.
    public var problems: [RuleLoadError.Problem] = []

    /// Runs the test files in a Lua state of their own, under the budgets of rule files.
    ///
    /// - Parameter now: when tests take place that do not say it, in seconds since 1970.
    public static func load(
        _ files: [RuleFolder.File], beside folder: RuleFolder, environment: RuleEnvironment, now: Int64,
        limits: RuleLimits = .standard
    ) -> RuleTests {
        var result = RuleTests()
        let all = folder.with(files)
        let host = RuleHost(environment: environment, limits: limits, folder: all)
        host.testing = TestCollection(now: now)
        let machine: LuaMachine
        do {
            machine = try LuaMachine(host: host, limits: limits)
            try machine.run(Prelude.testing, named: "testing")
        } catch {
            result.problems = [.init(file: "tests", line: 0, message: error.message)]
            return result
        }
        host.phase = .loading
        for file in files {
            let ending = machine.call(
                "load", [.string(file.name), .string(file.content)], steps: limits.loadSteps, milliseconds: 10_000)
            guard case .failed(let error) = ending else { continue }
            let (position, message) = LuaPlace.split(error, files: all)
            result.problems.append(
                .init(file: position?.file ?? file.name, line: position?.line ?? 0, message: message))
        }
        if result.problems.isEmpty { result.problems = dropped(host, machine) }
        result.tests = host.testing?.tests ?? []
        return result
    }

    /// What was made for nothing: only files that ran to their end can be judged.
    private static func dropped(_ host: RuleHost, _ machine: LuaMachine) -> [RuleLoadError.Problem] {
        var problems = (host.testing?.pending ?? []).map { name, position in
            RuleLoadError.Problem(
                file: position.file, line: position.line, message: "test \"\(name)\" has no { ... } behind its name")
        }
        do {
            try machine.collect()
        } catch {
            return problems + [.init(file: "tests", line: 0, message: error.message)]
        }
        for entry in host.handles.dropped {
            guard case .action(let template) = entry.value else { continue }
            problems.append(
                .init(
                    file: entry.position?.file ?? "tests", line: entry.position?.line ?? 0,
                    message: "this \(template.name.rawValue) is in no test's expect"))
        }
        return problems.sorted { ($0.file, $0.line) < ($1.file, $1.line) }
    }
}

extension RuleRuntime {
    /// Decides the test's message, after those before it, and compares. Nothing is stored.
    public func run(_ test: RuleTest) -> RuleTestVerdict {
        let names = rules.map(\.name)
        if let unknown = test.rules?.first(where: { !names.contains($0) }) {
            return RuleTestVerdict(
                isOK: false, error: "there is no rule \"\(unknown)\"" + NearestName.hint(unknown, in: names))
        }
        do {
            var state = test.state
            for message in test.before {
                let earlier = try decision(message, state: state, now: min(message.received, test.now))
                for change in earlier.stateChanges { state.apply(change) }
            }
            return RuleTestVerdict(try decision(test.message, state: state, now: test.now), of: test)
        } catch {
            return RuleTestVerdict(isOK: false, evidence: error.evidence, error: error.message)
        }
    }

    /// Why a test's message is not decided.
    private struct Undecided: Error {
        var message: String
        var evidence: [RuleEvidence] = []
    }

    private func decision(
        _ message: RuleMessage, state: RuleStateSnapshot, now: Int64
    ) throws(Undecided) -> Decision {
        var message = message
        if case .schedule(let rule) = message.event {
            let scheduled = rules.filter { $0.enabled && $0.events.contains(.schedule) }.map(\.name)
            if rule.isEmpty, scheduled.count == 1 {
                message.event = .schedule(rule: scheduled[0])
            } else if !scheduled.contains(rule) {
                throw Undecided(
                    message: rule.isEmpty
                        ? "event = \"schedule\" does not say of which rule: event = { kind = \"schedule\", rule = \"Name\" }"
                        : "there is no rule \"\(rule)\" with on = \"schedule\"" + NearestName.hint(rule, in: scheduled))
            }
        }
        switch decideNow(message, state: state, now: now) {
        case .decided(let decision): return decision
        case .failed(let failure): throw Undecided(message: failure.description, evidence: failure.evidence)
        case .needs: throw Undecided(message: "the rules asked for more than the whole message")
        }
    }
}
