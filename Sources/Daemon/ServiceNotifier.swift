import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Tells the service manager how we are (sd_notify(3)): one datagram to `NOTIFY_SOCKET`.
struct ServiceNotifier: Sendable {
    let path: String

    /// `nil` when nobody wants to be told.
    static func fromEnvironment() -> ServiceNotifier? {
        ProcessInfo.processInfo.environment["NOTIFY_SOCKET"].map { ServiceNotifier(path: $0) }
    }

    /// The time in which `WATCHDOG=1` is expected; `nil` when there is no watchdog.
    static func watchdogSeconds() -> Double? {
        ProcessInfo.processInfo.environment["WATCHDOG_USEC"].flatMap(Double.init).map { $0 / 1_000_000 }
    }

    func tell(_ state: String) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var name = Array(path.utf8)
        // A leading @ names the abstract namespace (unix(7)).
        if name.first == UInt8(ascii: "@") { name[0] = 0 }
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard !name.isEmpty, name.count < room else { return }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        #if os(Linux)
            let kind = Int32(SOCK_DGRAM.rawValue)
        #else
            let kind = SOCK_DGRAM
        #endif
        let socket = socket(AF_UNIX, kind, 0)
        guard socket >= 0 else { return }
        defer { close(socket) }
        let length = socklen_t(MemoryLayout<sockaddr_un>.offset(of: \.sun_path)! + name.count)
        let message = Array(state.utf8)
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(socket, message, message.count, 0, $0, length)
            }
        }
    }
}
