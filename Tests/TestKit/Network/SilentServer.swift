import Foundation
import Synchronization

/// A port on 127.0.0.1 that takes connections and never says a word.
public final class SilentServer: Sendable {
    public let port: Int
    private let listener: CInt
    private let clients = Mutex<[CInt]>([])

    public init() throws {
        let (listener, port) = try LoopbackSocket.listen()
        self.listener = listener
        self.port = port
        Thread.detachNewThread { [weak self] in
            while let client = LoopbackSocket.accept(listener) {
                guard let self else {
                    close(client)
                    break
                }
                self.clients.withLock { $0.append(client) }
            }
            close(listener)
        }
    }

    deinit {
        shutdown(listener, CInt(SHUT_RDWR))
        clients.withLock { for client in $0 { close(client) } }
    }

    /// Waits until so many connections were made.
    public func awaitConnections(_ count: Int, within limit: Duration = .seconds(20)) async throws {
        let came = try await blocking { [self] in
            awaited(within: limit) { clients.withLock { $0.count } >= count ? true : nil }
        }
        guard came == true else { throw ServerUnavailable("\(count) connections did not come") }
    }
}
