import MIMEParsing
import MailModel

@testable import RuleRuntime

/// Bytes as a rule file and a message, and what must hold whatever they are. Used by the ordinary tests with seeded bytes
/// and by the fuzzer with its own.
struct RuleFuzzCase {
    let source: String
    let message: [UInt8]

    /// Each byte is a piece of a rule file; 0xFD begins the message, 0xFE takes the next byte literally into the file.
    init(_ bytes: some Sequence<UInt8>) {
        var source: [UInt8] = []
        var message: [UInt8] = []
        var rest = bytes.makeIterator()
        while let byte = rest.next() {
            if byte == 0xFD { break }
            if byte == 0xFE {
                if let literal = rest.next() { source.append(literal) }
            } else {
                source += Array(Self.pieces[Int(byte) % Self.pieces.count].utf8)
                source.append(UInt8(ascii: " "))
            }
            if source.count > 20_000 { break }
        }
        while let byte = rest.next() {
            if byte < 0x40, byte != 0x0A, byte != 0x0D, byte != 0x20 {
                message += Array(Self.headers[Int(byte) % Self.headers.count].utf8)
            } else {
                message.append(byte)
            }
            if message.count > 20_000 { break }
        }
        self.source = String(decoding: source, as: UTF8.self)
        self.message = message
    }

    init(source: String, message: [UInt8]) {
        self.source = source
        self.message = message
    }

    static let environment = RuleEnvironment(
        accounts: [RuleAccount(name: AccountName("home")!, addresses: ["jane@icloud.com"])], channels: ["phone"],
        programs: ["archiver"], timezone: "Europe/Berlin")

    static let limits: RuleLimits = {
        var limits = RuleLimits.standard
        limits.steps = 20_000
        limits.loadSteps = 50_000
        limits.memory = 4 << 20
        limits.expressionSteps = 20_000
        return limits
    }()

    /// What is wrong; `nil` when nothing is. That it returns at all is the first thing asked.
    func complaint() -> String? {
        let file = RuleFolder.File(name: "rules.lua", content: source)
        let folder = RuleFolder(
            files: [file], lists: ["vip.txt": Array("a@x\n".utf8), "all.vcf": Array("EMAIL:b@x".utf8)])
        let engine: RuleEngine
        do {
            engine = try RuleLoading.load(folder, Self.environment, Self.limits)
        } catch {
            guard !error.problems.isEmpty else { return "it does not load and says nothing" }
            return error.problems.first { $0.file != "rules.lua" || $0.message.isEmpty }.map {
                "a problem without a place: \($0)"
            }
        }
        let now: Int64 = 1_772_452_800
        let subject = RuleMessage(
            account: AccountName("home")!, mailbox: .inbox, uid: 7, event: .new, flags: [.seen], size: message.count,
            received: now - 60, header: HeaderBlock(message), headerIsWhole: true, raw: message)
        let first = engine.decide(subject, state: .empty, now: now, only: nil, detail: .always)
        if let complaint = complaint(about: first) { return complaint }
        let second = engine.decide(subject, state: .empty, now: now, only: nil, detail: .whenMatched)
        return Self.isSame(first, second) ? nil : "decided anew it is not the same: \(first), \(second)"
    }

    private func complaint(about outcome: DecisionOutcome) -> String? {
        switch outcome {
        case .decided: nil
        case .needs(let need): "asks for \(need) though all is there"
        case .failed(let failure) where failure.position.file != "rules.lua" || failure.message.isEmpty:
            "a failure without a place: \(failure)"
        case .failed: nil
        }
    }

    private static func isSame(_ first: DecisionOutcome, _ second: DecisionOutcome) -> Bool {
        switch (first, second) {
        case (.decided(let first), .decided(let second)):
            first.actions == second.actions && first.log == second.log && first.stateChanges == second.stateChanges
                && first.matchedRules == second.matchedRules && first.proposed == second.proposed
        // Which budget was spent first, and where, hangs on what the collector has to do.
        case (.failed(let first), .failed(let second)):
            first.rule == second.rule && (first.spentBudget || second.spentBudget || first.message == second.message)
        // A budget that was nearly spent may be spent the second time.
        case (.failed(let failure), .decided), (.decided, .failed(let failure)): failure.spentBudget
        default: false
        }
    }
}
