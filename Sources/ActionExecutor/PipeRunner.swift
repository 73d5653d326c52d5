import ActionJournal
import ChildProgram
import Logging
import MailModel

/// A program that rules may run, by the name they use.
public struct PipeProgram: Hashable, Sendable {
    public var name: String
    public var command: [String]
    /// Whether it may run again when nobody knows whether it came to its end.
    public var mayRepeat: Bool

    public init(name: String, command: [String], mayRepeat: Bool) {
        self.name = name
        self.command = command
        self.mayRepeat = mayRepeat
    }
}

/// Runs the `pipe` steps of one account's plans: the message on standard input, the facts in `POSTMOON_…` variables.
///
/// Arguments come from the configuration alone. Exit status 0 is success; 75 (`EX_TEMPFAIL`) asks for another try.
public struct PipeRunner: Sendable {
    static let mostAttempts = 8
    /// Plans looked up together.
    static let part = 200
    /// Exit status that asks for another try (`sysexits.h`).
    static let temporaryFailure: Int32 = 75

    let account: AccountName
    let journal: Journal
    let spool: Spool
    let programs: [String: PipeProgram]
    let clock: @Sendable () -> Int64
    let logger: Logger
    /// Whether the program wants to end.
    let mayStop: @Sendable () -> Bool
    /// Called when steps on the mail server came to be due, after that is durable.
    let takesBack: @Sendable () -> Void

    public init(
        account: AccountName, journal: Journal, spool: Spool, programs: [PipeProgram],
        clock: @escaping @Sendable () -> Int64, logger: Logger, mayStop: @escaping @Sendable () -> Bool = { false },
        takesBack: @escaping @Sendable () -> Void = {}
    ) {
        self.account = account
        self.journal = journal
        self.spool = spool
        self.programs = Dictionary(programs.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        self.clock = clock
        self.logger = logger
        self.mayStop = mayStop
        self.takesBack = takesBack
    }

    /// Steps that were begun when the program ended: nobody knows how far theirs came, and only those that may be
    /// repeated are (DESIGN §2).
    public func recover() async throws {
        for entry in try await journal.beganSteps(account: account) {
            for step in entry.steps where step.state == .begun && step.kind == .pipe {
                let name = step.arguments.program ?? ""
                if programs[name]?.mayRepeat == true {
                    try await journal.apply([.stepDeferred(step.id, notBefore: clock())])
                } else {
                    try await finish(
                        entry, step, .unknown,
                        "it is not known whether program “\(name)” came to its end: look, then release or undo the plan"
                    )
                }
            }
        }
    }

    /// Runs what is released and due, one after the other.
    ///
    /// - Returns: when the next retry is due, seconds since 1970; `nil` when none waits.
    public func runDue() async throws -> Int64? {
        let start = clock()
        var isMore = true
        while isMore {
            isMore = false
            for entry in try await journal.openWork(
                account: account, mailbox: nil, now: start, limit: Self.part, kinds: [.pipe])
            {
                for step in entry.steps where step.kind == .pipe && step.released && step.state == .waiting {
                    if mayStop() { return nil }
                    if step.notBefore.map({ $0 > start }) ?? false { continue }
                    isMore = true
                    try await run(entry, step)
                }
            }
        }
        return try await journal.nextStepDue(account: account, after: start)
    }

    private func run(_ entry: PlanWork, _ step: StepRecord) async throws {
        let name = step.arguments.program ?? ""
        guard let program = programs[name] else {
            return try await finish(entry, step, .failed, "[programs.\(name)] is not in the configuration")
        }
        let message: [UInt8]
        do {
            message = try await spool.read(step.arguments.spool ?? "")
        } catch {
            return try await finish(entry, step, .failed, "the spooled message cannot be read: \(error)")
        }
        let key = "\(entry.plan.id)-\(step.position)"
        try await journal.apply([.stepBegun(step.id, StepPrecondition(idempotencyKey: key), at: clock())])
        let child = ChildProgram(
            command: program.command, environment: Self.environment(entry, step, key: key), input: message)
        let status: Int32
        do throws(ChildProgramError) {
            status = try await child.run().exitStatus
        } catch {
            // Killed by our own end: what came of it is found out at the next start.
            try Task.checkCancellation()
            return try await finish(entry, step, .failed, "pipe: \(error)")
        }
        try await settle(entry, step, name, status: status)
    }

    private func settle(_ entry: PlanWork, _ step: StepRecord, _ name: String, status: Int32) async throws {
        let attempt = step.attempt + 1
        switch status {
        case 0:
            try await finish(entry, step, .done, nil)
        case Self.temporaryFailure where attempt < Self.mostAttempts:
            let retry = clock() + min(3_600, 5 << Int64(attempt - 1))
            try await journal.apply([.stepDeferred(step.id, notBefore: retry)])
            logger.warning("pipe put off", metadata: ["plan": "\(entry.plan.id)", "program": "\(name)"])
        default:
            try await finish(entry, step, .failed, "pipe: program “\(name)” ended with status \(status)")
        }
    }

    private func finish(_ entry: PlanWork, _ step: StepRecord, _ state: StepState, _ detail: String?) async throws {
        let now = clock()
        let following = try await journal.apply(
            [.stepFinished(step.id, state, StepOutcome(detail: detail), at: now)], settling: [entry.plan.id]
        ) { PlanConsequences.facts(for: $0, at: now) }
        if following.addSteps { takesBack() }
        let metadata: Logger.Metadata = [
            "plan": "\(entry.plan.id)", "program": "\(step.arguments.program ?? "")", "reason": "\(detail ?? "-")",
        ]
        if state == .done {
            logger.info("piped", metadata: metadata)
        } else {
            logger.error("pipe failed", metadata: metadata)
        }
        // What is in doubt may be let go again by a person.
        if state != .unknown, let file = step.arguments.spool { try? await spool.remove(file) }
    }

    private static func environment(_ entry: PlanWork, _ step: StepRecord, key: String) -> [String: String] {
        let plan = entry.plan
        return [
            "POSTMOON_PLAN": "\(plan.id)", "POSTMOON_KEY": key, "POSTMOON_RULE": entry.rule(of: step),
            "POSTMOON_ACCOUNT": plan.key.account.rawValue, "POSTMOON_FOLDER": plan.key.mailbox.rawValue,
            "POSTMOON_MESSAGE_ID": plan.headline.messageID, "POSTMOON_SUBJECT": plan.headline.subject,
            "POSTMOON_FROM": plan.headline.from,
        ].mapValues { String($0.prefix(4_000)) }
    }
}
