import Foundation

/// What came of breaking something everywhere: a line of the table that `scripts/faults` shows.
public struct FaultTally: Sendable {
    public var part: String
    public var scenario: String
    public var steps: Int
    public var broken = 0
    public var messages = 0
    public var lost = 0
    public var doubled = 0
    public var inDoubt = 0
    public var seconds = 0.0

    public init(part: String, scenario: String, steps: Int = 0) {
        self.part = part
        self.scenario = scenario
        self.steps = steps
    }

    var line: String {
        let numbers = [steps, broken, messages, lost, doubled, inDoubt].map(String.init)
        return (["fault-table", part, scenario] + numbers + [String(format: "%.1f", seconds)]).joined(separator: "\t")
    }

    /// Appends the line to the file that `POSTMOON_FAULTS_TABLE` names, if it names one.
    public func write() throws {
        guard let path = ProcessInfo.processInfo.environment["POSTMOON_FAULTS_TABLE"], !path.isEmpty else { return }
        let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw ServerUnavailable("\(path) cannot be written") }
        defer { close(file) }
        let bytes = Array((line + "\n").utf8)
        // In one write, since other tests write there too.
        guard Foundation.write(file, bytes, bytes.count) == bytes.count else {
            throw ServerUnavailable("\(path) cannot be written")
        }
    }
}
