import Foundation
import TestKit

/// A port whose queue of connections is full: the system drops the first packet of each new one, as a firewall does.
final class FullBacklog {
    let port: Int
    private let listener: CInt
    private var fillers: [CInt] = []

    init() throws {
        port = try FreePorts.take(1)[0]
        listener = Self.socket()
        guard Self.at(port, { bind(listener, $0, $1) }) == 0, listen(listener, 0) == 0 else {
            throw CocoaError(.fileWriteUnknown)
        }
        // Two fill a queue of length zero (tcp(7)); one more costs nothing.
        for _ in 0..<3 {
            let filler = Self.socket()
            _ = fcntl(filler, F_SETFL, O_NONBLOCK)
            _ = Self.at(port) { connect(filler, $0, $1) }
            fillers.append(filler)
        }
    }

    deinit { (fillers + [listener]).forEach { close($0) } }

    private static func socket() -> CInt {
        #if canImport(Glibc)
            Foundation.socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        #else
            Foundation.socket(AF_INET, SOCK_STREAM, 0)
        #endif
    }

    private static func at(_ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt) -> CInt {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(truncatingIfNeeded: port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        return withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
