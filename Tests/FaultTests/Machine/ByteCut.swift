import Synchronization
import TestKit

/// A cut of the wire behind one byte, counted over all connections of a course in one direction.
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

    var description: String { "\(manner.rawValue) \(direction.rawValue) after byte \(byte)" }
}

/// Counts the bytes on the wire, and cuts it at one of them.
final class ByteCutter: Sendable {
    private struct State {
        var passed: [ByteCut.Direction: [UInt8]] = [.up: [], .down: []]
        var count: [ByteCut.Direction: Int] = [:]
        var isMet = false
    }

    private let cut: ByteCut?
    private let state = Mutex(State())

    /// - Parameter cut: `nil`: only writes down what passes.
    init(_ cut: ByteCut?) { self.cut = cut }

    var isMet: Bool { state.withLock { $0.isMet } }

    /// What passed, when there was no cut.
    func text(_ direction: ByteCut.Direction) -> [UInt8] { state.withLock { $0.passed[direction] ?? [] } }

    func passage(_ direction: ByteCut.Direction, _ bytes: [UInt8]) -> Passage {
        state.withLock { state in
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
    /// Every byte of what passed, in every manner.
    static func all(_ direction: Direction, of text: [UInt8]) -> [ByteCut] {
        text.indices.flatMap { index in
            Manner.allCases.map { ByteCut(direction: direction, byte: index + 1, manner: $0) }
        }
    }

    /// Bytes at which something begins or ends: a line's first and last ones.
    static func edges(of text: [UInt8]) -> Set<Int> {
        var edges: Set<Int> = [1, text.count]
        for index in text.indices where text[index] == 0x0A {
            // The line's last letter, its CR, the whole of it, and the first byte of the next.
            edges.formUnion([index - 1, index, index + 1, index + 2])
        }
        return edges.filter { (1...max(1, text.count)).contains($0) }
    }
}
