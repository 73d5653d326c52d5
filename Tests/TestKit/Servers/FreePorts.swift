import Foundation
import Synchronization

/// Ports on 127.0.0.1 on which nothing listens.
public enum FreePorts {
    /// Below the range from which the system takes ports for outgoing connections: no client can get one of them
    /// between the look and the server's bind.
    private static let range = 15_000..<32_000
    private static let next = Mutex(range.lowerBound + Int(getpid()) * 31 % range.count)

    /// So many different ports; none is given twice by one process.
    public static func take(_ count: Int) throws -> [Int] {
        var ports: [Int] = []
        for _ in range {
            if ports.count == count { return ports }
            let port = next.withLock { next in
                next = next + 1 < range.upperBound ? next + 1 : range.lowerBound
                return next
            }
            if isFree(port) { ports.append(port) }
        }
        throw ServerUnavailable("no free port on 127.0.0.1 between \(range.lowerBound) and \(range.upperBound)")
    }

    private static func isFree(_ port: Int) -> Bool {
        guard let socket = LoopbackSocket.make() else { return false }
        defer { close(socket) }
        // A program that starts now has a copy of the socket for a moment: it must not be in the server's way.
        var on: CInt = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<CInt>.size))
        return LoopbackSocket.withAddress(port: port) { bind(socket, $0, $1) == 0 }
    }
}
