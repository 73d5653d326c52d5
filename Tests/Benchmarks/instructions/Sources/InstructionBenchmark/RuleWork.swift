import MailModel

@testable import RuleRuntime

/// A hundred rules asked about messages of which the header is there, in the way a sweep asks.
struct RuleWork {
    private static let ruleCount = 100

    func run(_ count: Int) throws {
        let engine = try RuleLoading.load(
            RuleFolder(files: [.init(name: "rules.lua", content: SampleRules.source(Self.ruleCount))]),
            RuleEnvironment(
                accounts: [
                    RuleAccount(
                        name: AccountName("home")!, addresses: ["jane@icloud.com", "jane.doe@icloud.com"])
                ], timezone: "Europe/Berlin"), .standard)
        let messages = (0..<1_000).map { SampleMail.message($0, SampleMail.header($0)) }
        // Once for what is made on first use.
        for number in -1..<count {
            let outcome = engine.decide(
                messages[(number + 1) % messages.count], state: .empty, now: SampleMail.now, only: nil,
                detail: .whenMatched)
            guard case .decided = outcome else { throw WrongResult(description: "\(outcome)") }
        }
    }
}
