import Accounts
import ActionJournal
import MIMEParsing
import MailModel
import RuleRuntime

/// Asks the rules about a message at hand, without a server and without remembering anything.
public struct FileVerdict: Sendable {
    let runtime: RuleRuntime

    public init(_ configuration: Configuration) async throws {
        let files = try RuleFolder.read(configuration.rulesFolder)
        runtime = try await RuleRuntime(
            folder: files, environment: RuleEnvironment(configuration), executor: RuleExecutor(label: "why")
        )
    }

    /// - Parameter facts: what the server said of it; for a file what stands in for that.
    public func report(
        _ raw: [UInt8], account: AccountName, mailbox: MailboxName, facts: MessageFacts, now: Int64
    ) async -> PlanReport {
        let header = HeaderBlock(raw)
        let headline = MessageHeadline(header)
        let message = RuleMessage(
            account: account, mailbox: mailbox, uid: facts.uid.rawValue, event: .new, flags: facts.flags,
            size: facts.size, received: facts.internalDate, header: header, headerIsWhole: true, raw: raw
        )
        func report(
            rules: [String], actions: [PlannedAction], status: String, error: String?, evidence: [RuleEvidence]
        ) -> PlanReport {
            var report = PlanReport(
                time: now, account: account.rawValue, folder: mailbox.rawValue, messageID: headline.messageID,
                subject: headline.subject, from: headline.from, event: "new", rules: rules, actions: actions,
                status: status, error: error, evidence: evidence
            )
            report.uid = facts.uid.rawValue
            return report
        }
        switch await runtime.decide(message, state: .empty, now: now) {
        case .decided(let decision):
            return report(
                rules: decision.matchedRules, actions: decision.actions, status: PlanState.proposed.rawValue,
                error: nil,
                evidence: decision.evidence
            )
        case .failed(let failure):
            return report(
                rules: [failure.rule], actions: [], status: PlanState.failed.rawValue, error: failure.description,
                evidence: failure.evidence
            )
        case .needs:
            return report(
                rules: [], actions: [], status: PlanState.failed.rawValue,
                error: "the rules asked for more than the whole message", evidence: []
            )
        }
    }
}
