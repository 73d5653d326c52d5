import Accounts
import ActionJournal
import ArgumentParser
import Daemon
import Foundation
import Logging

struct Sweep: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep",
        abstract: "Rules over mail already there: shows the plan and saves it under a number.",
        discussion: """
            Without --apply nothing is changed: what the rules for new mail would do is shown and saved. --apply NUMBER \
            carries out exactly that, each step under its precondition, and says what changed since.

            --compare FOLDER shows message by message what would change under the rules in another folder: - is what the \
            rules in force want, + what the others want. --agree takes each message as if it had just come and compares \
            where the rules would have put it with where it lies; it looks into the watched folders and all that rules \
            file into. Both change and save nothing.
            """
    )

    /// Plans past which a person is asked.
    static let askPast = 200

    @OptionGroup var common: CommonOptions

    @Option(help: "Only this account.")
    var account: String?

    @Option(help: "A folder to look into; may be repeated. Default: the watched folders.")
    var folder: [String] = []

    @Option(help: "Only this rule; may be repeated.")
    var rule: [String] = []

    @Option(help: "Only mail received within this time, such as 90d.")
    var since: String?

    @Option(help: ArgumentHelp("Show what would change under the rules in this folder.", valueName: "FOLDER"))
    var compare: String?

    @Flag(help: "Show where the rules agree with how the mail was filed.")
    var agree = false

    @Flag(help: "Carry the plan out: NUMBER is one shown before; without it, decide and act in one go.")
    var apply = false

    @Flag(help: "Do not ask.")
    var yes = false

    @Argument(help: ArgumentHelp("The number of a plan shown before.", valueName: "NUMBER"))
    var number: Int64?

    func validate() throws {
        if [compare != nil, agree, apply].filter({ $0 }).count > 1 {
            throw ValidationError("--apply, --compare and --agree are three different things; give one")
        }
        if number != nil, !apply { throw ValidationError("a NUMBER goes with --apply") }
    }

    func run() async throws {
        let configuration = try common.load()
        let query = SweepQuery(
            account: account, folders: folder, since: try since.map(Duration.seconds(in:)), rules: rule
        )
        if let account, !configuration.accounts.contains(where: { $0.name.rawValue == account }) {
            throw CommandStatus.wrong("there is no account “\(account)” in \(configuration.file)")
        }
        let json = common.json
        let show: @Sendable (ControlAnswer) -> Void = { Self.show($0, json: json) }
        do {
            if apply {
                try await act(configuration, query, show)
            } else if let compare {
                try await look(configuration, query, comparingWith: compare)
            } else if agree {
                try await lookForAgreement(configuration, query)
            } else {
                let (number, count, isWhole) = try await planned(configuration, query, show)
                let saved = count == 1 ? "1 plan, saved; carry it out" : "\(count) plans, saved; carry them out"
                show(
                    ControlAnswer(
                        message: count == 0 ? "nothing to do" : "\(saved) with: postmoon sweep --apply \(number)"))
                if !isWhole { throw CommandStatus(code: 1) }
            }
        } catch {
            throw CommandStatus(error)
        }
    }

    /// Planning needs no lock: it works beside a daemon.
    private func planned(
        _ configuration: Configuration, _ query: SweepQuery, _ show: @escaping @Sendable (ControlAnswer) -> Void
    ) async throws -> (number: Int64, count: Int, isWhole: Bool) {
        try await withSession(configuration, acting: false) { session in
            try await check(query, session)
            return try await session.plan(query, show)
        }
    }

    private func check(_ query: SweepQuery, _ session: SweepSession) async throws {
        if let complaint = await session.complaint(query) { throw CommandStatus.wrong(complaint) }
    }

    private func look(
        _ configuration: Configuration, _ query: SweepQuery, comparingWith folder: String
    ) async throws {
        let json = common.json
        let counts = try await withSession(configuration, acting: false) { session in
            try await check(query, session)
            return try await session.compare(query, with: folder) { report in
                guard json else { return Terminal.line(SweepText.text(report)) }
                if let line = try? report.json() { Terminal.line(line) }
            }
        }
        Self.show(ControlAnswer(message: counts.sentence), json: json)
    }

    private func lookForAgreement(_ configuration: Configuration, _ query: SweepQuery) async throws {
        let (rules, counts) = try await withSession(configuration, acting: false) { session in
            try await check(query, session)
            return try await session.agree(query)
        }
        for rule in rules { Terminal.line(common.json ? try rule.json() : SweepText.text(rule)) }
        Self.show(ControlAnswer(message: counts.sentence), json: common.json)
    }

    private func act(
        _ configuration: Configuration, _ query: SweepQuery, _ show: @escaping @Sendable (ControlAnswer) -> Void
    ) async throws {
        var number = number
        if !yes {
            let count: Int
            if let number {
                count = try await proposed(configuration, number)
            } else {
                let plan = try await planned(configuration, query) { if $0.result == nil { show($0) } }
                (number, count) = (plan.number, plan.count)
            }
            if count > Self.askPast, let number { try confirm(count, number) }
        }
        // A daemon that runs does the acting: there is never more than one executor.
        let isBrief = !common.json
        let request =
            number.map { ControlRequest(.apply, number: $0, isBrief: isBrief) }
            ?? ControlRequest(.sweep, sweep: query, isBrief: isBrief)
        var status = try await ControlClient.ask(stateFolder: configuration.stateFolder, request, each: show)
        if status == nil {
            let number = number
            status = try await withSession(configuration, acting: true) { session in
                if number == nil { try await check(query, session) }
                if let number { return try await session.apply(number, isBrief: isBrief, show) }
                return try await session.applyAtOnce(query, isBrief: isBrief, show)
            }
        }
        if let status, status != 0 { throw CommandStatus(code: status) }
    }

    /// How many plans of a saved sweep wait to be carried out.
    private func proposed(_ configuration: Configuration, _ number: Int64) async throws -> Int {
        let journal = try Journal.open(folder: configuration.stateFolder, access: .readOnly)
        defer { journal.close() }
        return try await journal.plans(PlanQuery(trigger: .sweep(run: number), state: .proposed)).count
    }

    private func withSession<Value: Sendable>(
        _ configuration: Configuration, acting: Bool, _ body: (SweepSession) async throws -> Value
    ) async throws -> Value {
        let session = try await SweepSession.open(configuration, acting: acting, logger: common.logger(.warning))
        do {
            let value = try await body(session)
            await session.close()
            return value
        } catch {
            await session.close()
            throw error
        }
    }

    private func confirm(_ count: Int, _ number: Int64) throws {
        guard Terminal.isInteractive else {
            throw CommandStatus.wrong(
                "\(count) plans; nothing was changed. Say --yes, or look first: postmoon sweep --apply \(number)"
            )
        }
        Terminal.error("\(count) plans. Carry them out? [y/N] ")
        guard readLine()?.lowercased().hasPrefix("y") == true else { throw CommandStatus.wrong("nothing was changed") }
    }

    private static func show(_ answer: ControlAnswer, json: Bool) {
        if let result = answer.result { Terminal.line(json ? result : PlanText.line(fromJSON: result)) }
        if let message = answer.message { json ? Terminal.error(message) : Terminal.line(message) }
    }
}
