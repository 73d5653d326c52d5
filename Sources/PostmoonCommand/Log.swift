import Accounts
import ActionJournal
import ArgumentParser
import Daemon
import Foundation
import MailModel

struct Log: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "The journal: what was decided and what became of it.")

    @OptionGroup var common: CommonOptions

    @Option(help: "Only plans of this last time, such as 2h.")
    var since: String?

    @Option(help: "Only plans of this rule.")
    var rule: String?

    @Option(help: "Only plans of this account.")
    var account: String?

    @Option(help: "How many, the newest.")
    var limit = 100

    @ArgumentParser.Flag(help: "Go on as new ones come.")
    var follow = false

    func run() async throws {
        let configuration = try common.load()
        do {
            var query = PlanQuery(limit: limit, newestFirst: true)
            query.rule = rule
            query.account = account.flatMap { AccountName($0) }
            query.since = try since.map { Int64(Date().timeIntervalSince1970) - (try Duration.seconds(in: $0)) }
            let journal = try Journal.open(folder: configuration.stateFolder, access: .readOnly)
            defer { journal.close() }
            let plans = Array(try await journal.plans(query).reversed())
            let unfinished = follow ? plans.filter { Self.isUnderWay($0) } : []
            for plan in plans where !unfinished.contains(plan) { try show(plan) }
            if follow { try await follow(journal, query, after: plans.last?.plan.id, unfinished: unfinished) }
        } catch {
            throw CommandStatus(error)
        }
    }

    private static func isUnderWay(_ view: PlanView) -> Bool { [.planned, .running].contains(view.plan.state) }

    private func follow(
        _ journal: Journal, _ first: PlanQuery, after: PlanID?, unfinished: [PlanView]
    ) async throws {
        var query = first
        query.newestFirst = false
        query.limit = 1_000
        var last = after ?? PlanID(0)
        // A plan is shown when it is finished, and at the latest after a while: most are in a moment.
        var pending = Dictionary(uniqueKeysWithValues: unfinished.map { ($0.plan.id, 0) })
        while true {
            query.after = last
            for plan in try await journal.plans(query) {
                last = max(last, plan.plan.id)
                pending[plan.plan.id] = 0
            }
            if !pending.isEmpty {
                for plan in try await journal.plans(PlanQuery(ids: Set(pending.keys))) {
                    let turns = (pending[plan.plan.id] ?? 0) + 1
                    pending[plan.plan.id] = turns
                    guard !Self.isUnderWay(plan) || turns > 20 else { continue }
                    try show(plan)
                    pending[plan.plan.id] = nil
                }
            }
            try await Task.sleep(for: .milliseconds(250))
        }
    }

    private func show(_ view: PlanView) throws {
        let report = PlanReport(view)
        Terminal.line(common.json ? try report.json() : PlanText.line(report))
        fflush(nil)
    }
}
