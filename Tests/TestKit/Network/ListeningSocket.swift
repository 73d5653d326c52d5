import Foundation

extension LoopbackSocket {
    /// Listens on a port, without one on whichever is free: nobody can take that in between.
    static func listen(port: Int = 0) throws -> (descriptor: CInt, port: Int) {
        guard let descriptor = make() else { throw ServerUnavailable("the system gives no more sockets") }
        var on: CInt = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<CInt>.size))
        guard withAddress(port: port, { bind(descriptor, $0, $1) }) == 0, Foundation.listen(descriptor, 64) == 0 else {
            close(descriptor)
            throw ServerUnavailable("nothing can listen on port \(port) of 127.0.0.1")
        }
        return (descriptor, boundPort(descriptor))
    }

    private static func boundPort(_ descriptor: CInt) -> Int {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        return Int(in_port_t(bigEndian: address.sin_port))
    }

    /// The next connection; `nil` when the socket was shut down.
    static func accept(_ listener: CInt) -> CInt? {
        while true {
            let descriptor = Foundation.accept(listener, nil, nil)
            if descriptor < 0, errno == EINTR || errno == ECONNABORTED { continue }
            guard descriptor >= 0 else { return nil }
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            var on: CInt = 1
            setsockopt(descriptor, CInt(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<CInt>.size))
            return descriptor
        }
    }

    /// Sends everything; `false` when the other end is gone.
    static func sendAll(_ descriptor: CInt, _ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// What comes next; empty when the other end closed or the connection broke.
    static func receive(_ descriptor: CInt) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
            var got: Int
            repeat { got = recv(descriptor, buffer.baseAddress, buffer.count, 0) } while got < 0 && errno == EINTR
            count = max(0, got)
        }
    }
}
