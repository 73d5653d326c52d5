import Foundation

/// The lines that `scripts/faults` makes its table of, in the file that `POSTMOON_FAULTS_TABLE` names.
enum FaultTable {
    static func add(
        _ part: String, _ scenario: String, steps: Int, _ tally: BreakCampaign.Tally, seconds: Double
    ) {
        guard let path = ProcessInfo.processInfo.environment["POSTMOON_FAULTS_TABLE"] else { return }
        let numbers = [steps, tally.broken, tally.messages, tally.lost, tally.doubled, tally.doubts, Int(seconds)]
        let line = (["fault-table", part, scenario] + numbers.map(String.init)).joined(separator: "\t") + "\n"
        let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard file >= 0 else { return }
        defer { close(file) }
        // In one write, since other tests write there too.
        _ = line.withCString { write(file, $0, strlen($0)) }
    }
}
