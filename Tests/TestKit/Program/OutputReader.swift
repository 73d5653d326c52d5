import Foundation
import Synchronization

/// Collects what a child writes to one descriptor, on a thread of its own.
final class OutputReader: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var isFinished = false
    }

    private let state = Mutex(State())

    /// Takes the descriptor over and closes it at the end.
    init(_ descriptor: CInt) {
        Thread.detachNewThread { [self] in
            var chunk = [UInt8](repeating: 0, count: 16_384)
            while true {
                let count = read(descriptor, &chunk, chunk.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { break }
                state.withLock { $0.bytes += chunk[..<count] }
            }
            close(descriptor)
            state.withLock { $0.isFinished = true }
        }
    }

    var bytes: [UInt8] { state.withLock { $0.bytes } }
    var isFinished: Bool { state.withLock { $0.isFinished } }

    /// The whole lines from this byte on, and where the next begins.
    func lines(from start: Int) -> (lines: [String], next: Int) {
        state.withLock { state in
            guard let end = state.bytes[start...].lastIndex(of: UInt8(ascii: "\n")) else { return ([], start) }
            let lines = state.bytes[start..<end].split(separator: UInt8(ascii: "\n"))
            return (lines.map { String(decoding: $0, as: UTF8.self) }, end + 1)
        }
    }
}
