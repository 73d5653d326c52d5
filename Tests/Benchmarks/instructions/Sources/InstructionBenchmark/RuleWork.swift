import MailModel
import RuleRuntime

/// A hundred rules asked about messages of which the header is there, in the way a sweep asks.
struct RuleWork {
    private static let ruleCount = 100

    func run(_ count: Int) async throws {
        let runtime = try await RuleRuntime(
            folder: RuleFolder(files: [.init(name: "rules.lua", content: SampleRules.source(Self.ruleCount))]),
            environment: RuleEnvironment(
                accounts: [
                    RuleAccount(
                        name: AccountName("home")!, addresses: ["jane@icloud.com", "jane.doe@icloud.com"])
                ], timezone: "Europe/Berlin"),
            executor: RuleExecutor(label: "benchmark"))
        let messages = (0..<1_000).map { SampleMail.message($0, SampleMail.header($0)) }
        // Once for what is made on first use.
        _ = await runtime.decide(messages[0], state: .empty, now: SampleMail.now, evidence: .whenMatched)
        var decided = 0
        while decided < count {
            let part = Array(messages.prefix(count - decided))
            let outcomes = await runtime.decide(
                inTurn: part, state: .empty, now: SampleMail.now, evidence: .whenMatched)
            guard outcomes.count == part.count else { throw WrongResult(description: "\(outcomes.count) decided") }
            decided += part.count
        }
    }
}
