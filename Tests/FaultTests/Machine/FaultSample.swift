import Foundation

/// Which breaks the ordinary run of the tests takes.
enum FaultSample {
    /// From `POSTMOON_FAULTS_SEED`, to see a failure again; else another one each time.
    static let seed =
        ProcessInfo.processInfo.environment["POSTMOON_FAULTS_SEED"].flatMap { Int($0) } ?? Int.random(in: 0..<1_000_000)

    /// So many of them at even distances, from a place that the seed draws.
    static func spread<Element>(_ all: [Element], _ count: Int) -> [Element] {
        guard all.count > count, count > 0 else { return all }
        let first = seed % all.count
        return (0..<count).map { all[(first + $0 * all.count / count) % all.count] }
    }
}
