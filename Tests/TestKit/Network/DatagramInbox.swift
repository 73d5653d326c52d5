import Foundation

/// A Unix datagram socket such as `NOTIFY_SOCKET` names (sd_notify(3)).
public final class DatagramInbox: Sendable {
    public let path: String
    private let descriptor: CInt

    /// - Parameter path: at most 107 bytes.
    public init(path: String) throws {
        self.path = path
        #if canImport(Glibc)
            descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        #else
            descriptor = socket(AF_UNIX, SOCK_DGRAM, 0)
        #endif
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let name = Array(path.utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name.prefix($0.count - 1)) }
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard descriptor >= 0, bound == 0 else { throw ServerUnavailable("\(path) cannot be a socket") }
    }

    deinit { close(descriptor) }

    /// The next datagram; `nil` when none comes in time.
    public func next(within seconds: Int = 20) async throws -> String? {
        try await blocking { [descriptor] in
            var limit = timeval(tv_sec: seconds, tv_usec: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
            let bytes = LoopbackSocket.receive(descriptor)
            return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
        }
    }
}
