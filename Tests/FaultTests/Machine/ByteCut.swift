import Synchronization
import TestKit

/// A cut of the wire behind one byte, counted over all connections of a course, or of its end, in one direction.
struct ByteCut: Hashable, Sendable, CustomStringConvertible {
    enum Direction: String, CaseIterable, Sendable {
        /// To the servers.
        case up
        case down
    }

    enum Manner: String, CaseIterable, Sendable { case closes, resets, stalls }

    var direction: Direction
    /// How many bytes still arrive, at least one.
    var byte: Int
    var manner: Manner
    /// Whether a line begins or ends there.
    var isAtEdge: Bool

    var description: String { "\(manner.rawValue) \(direction.rawValue) after byte \(byte)" }
}

/// Counts the bytes on the wire, and cuts it at one of them.
final class ByteCutter: Sendable {
    private struct State {
        var passed: [ByteCut.Direction: [UInt8]] = [.up: [], .down: []]
        var count: [ByteCut.Direction: Int] = [:]
        var isCounting = false
        var isMet = false
    }

    private let cut: ByteCut?
    private let state = Mutex(State())

    /// - Parameter cut: `nil`: only writes down what passes.
    init(_ cut: ByteCut?) { self.cut = cut }

    var isMet: Bool { state.withLock { $0.isMet } }

    /// From here on bytes count.
    func begin() { state.withLock { $0.isCounting = true } }

    /// What passed, when there was no cut.
    func text(_ direction: ByteCut.Direction) -> [UInt8] { state.withLock { $0.passed[direction] ?? [] } }

    func passage(_ direction: ByteCut.Direction, _ bytes: [UInt8]) -> Passage {
        state.withLock { state in
            guard state.isCounting else { return .arrives }
            guard let cut else {
                state.passed[direction, default: []] += bytes
                return .arrives
            }
            let before = state.count[direction, default: 0]
            state.count[direction] = before + bytes.count
            guard cut.direction == direction, !state.isMet, before < cut.byte, cut.byte <= before + bytes.count else {
                return .arrives
            }
            state.isMet = true
            return switch cut.manner {
            case .closes: .isCut(after: cut.byte - before)
            case .resets: .isReset(after: cut.byte - before)
            case .stalls: .stalls(after: cut.byte - before)
            }
        }
    }
}

extension ByteCut {
    /// In every manner where a line begins or ends.
    static func edges(of text: [UInt8], _ direction: Direction) -> [ByteCut] {
        edges(of: text).sorted().flatMap { byte in
            Manner.allCases.map { ByteCut(direction: direction, byte: byte, manner: $0, isAtEdge: true) }
        }
    }

    /// Behind every other byte, in one manner after the other.
    static func rest(of text: [UInt8], _ direction: Direction, seed: Int) -> [ByteCut] {
        let edges = edges(of: text)
        return (1...max(1, text.count)).filter { !edges.contains($0) }.map { byte in
            let manner = Manner.allCases[(byte + seed) % Manner.allCases.count]
            return ByteCut(direction: direction, byte: byte, manner: manner, isAtEdge: false)
        }
    }

    /// How many bytes have passed where a line's first byte has, its last but the CRLF, that CR, and all of it.
    private static func edges(of text: [UInt8]) -> Set<Int> {
        var edges: Set<Int> = [1, text.count]
        for index in text.indices where text[index] == 0x0A {
            edges.formUnion([index - 1, index, index + 1, index + 2])
        }
        return edges.filter { (1...max(1, text.count)).contains($0) }
    }
}
