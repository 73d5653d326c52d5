import CAllocationCount
import Foundation
import MailModel
import RuleRuntime

/// How fast rules are decided, on one core, and what that takes.
@main
struct Benchmark {
    static let messages = 10_000
    static let environment = RuleEnvironment(
        accounts: [RuleAccount(name: AccountName("home")!, addresses: ["jane@icloud.com", "jane.doe@icloud.com"])],
        timezone: "Europe/Berlin")

    static func main() async throws {
        let missed = [try await decide(100), try await load(2_000)].contains(false)
        exit(missed ? 1 : 0)
    }

    static func runtime(_ source: String) async throws -> RuleRuntime {
        try await RuleRuntime(
            folder: RuleFolder(files: [.init(name: "rules.lua", content: source)]), environment: environment,
            executor: RuleExecutor(label: "benchmark"))
    }

    /// - Returns: whether it took less than a second.
    private static func load(_ count: Int) async throws -> Bool {
        let source = SampleRules.source(count)
        let start = processorTime()
        let runtime = try await runtime(source)
        let seconds = processorTime() - start
        print("\(count) rules load in \(Int(seconds * 1_000)) ms; Lua holds \(await runtime.memory / 1_024) KiB")
        return seconds < 1
    }

    /// - Returns: whether it was fast and small enough.
    private static func decide(_ rules: Int) async throws -> Bool {
        let runtime = try await runtime(SampleRules.source(rules))
        let headers = (0..<messages).map(SampleMail.header)
        let parsed = headers.enumerated().map(SampleMail.message)
        // Once for what is made on first use.
        _ = await runtime.decide(parsed[0], state: .empty, now: SampleMail.now, evidence: .whenMatched)
        let ready = await measure(runtime, rules) { parsed[$0] }
        let whole = await measure(runtime, rules) { SampleMail.message($0, headers[$0]) }
        let memory = await runtime.memory
        print("\(rules) rules, \(messages) headers, \(ready.matched) of them matched something")
        print("  headers as parsed: \(ready)")
        print("  headers as bytes:  \(whole)")
        print("  Lua holds \(memory / 1_024) KiB afterwards")
        return ready.rate >= 300_000 && memory < 4 << 20
    }

    private static func measure(
        _ runtime: RuleRuntime, _ rules: Int, _ message: (Int) -> RuleMessage
    ) async -> Measurement {
        var measurement = Measurement()
        let before = (processorTime(), allocation_count())
        for number in 0..<messages {
            let outcome = await runtime.decide(
                message(number), state: .empty, now: SampleMail.now, evidence: .whenMatched)
            guard case .decided(let decision) = outcome else { fatalError("not decided: \(outcome)") }
            // Evidence has one entry for each rule that was asked; without a match all were.
            measurement.evaluations += decision.evidence.isEmpty ? rules : decision.evidence.count
            if !decision.evidence.isEmpty { measurement.matched += 1 }
        }
        measurement.seconds = processorTime() - before.0
        measurement.allocations = allocation_count() - before.1
        return measurement
    }

    /// Seconds of all threads: whatever the machine does besides, this is what one core takes.
    private static func processorTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

struct Measurement: CustomStringConvertible {
    var evaluations = 0
    var matched = 0
    var seconds = 0.0
    var allocations: UInt64 = 0

    var rate: Int { Int(Double(evaluations) / seconds) }

    var description: String {
        let each = Double(allocations) / Double(Benchmark.messages)
        return "\(rate) rule evaluations a second, \(Int(each)) allocations a message"
    }
}
