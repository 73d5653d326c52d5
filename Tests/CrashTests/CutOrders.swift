@testable import TestKit

extension ConnectionCut {
    /// Cuts at and around commands that change something, and anywhere.
    static func random(
        _ count: Int, commands: [String], bytes: ClosedRange<Int>, using generator: inout SeededGenerator
    ) -> [ConnectionCut] {
        (0..<count).map { _ in
            let command = commands[Int.random(in: 0..<commands.count, using: &generator)]
            return switch Int.random(in: 0..<100, using: &generator) {
            case 0..<35: .afterBytes(generator.scaled(in: bytes))
            case 35..<75: .afterCommand(command, answer: [0, 0, 10, 60, 200][Int(generator.next() % 5)])
            case 75..<88: .withCommand(command)
            default: .beforeCommand(command)
            }
        }
    }
}

/// The orders for both ways that Postmoon takes.
struct CutOrders: Sendable {
    var imap: CutOrder
    var smtp = CutOrder()
}
