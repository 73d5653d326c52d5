import Foundation

/// A connection on loopback to a server that speaks in lines; blocking, each read at most ten seconds.
final class LineConnection {
    struct Closed: Error {}

    private let descriptor: CInt
    private var buffer: [UInt8] = []

    /// `nil` when nobody listens.
    init?(port: Int) {
        guard let descriptor = LoopbackSocket.connect(port: port, timeout: 10) else { return nil }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// The next line without its end.
    func readLine() throws -> String {
        while true {
            if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                var line = buffer[..<end]
                if line.last == UInt8(ascii: "\r") { line.removeLast() }
                let text = String(decoding: line, as: UTF8.self)
                buffer.removeSubrange(...end)
                return text
            }
            try receive()
        }
    }

    /// So many bytes, whatever they are.
    func read(_ count: Int) throws -> [UInt8] {
        while buffer.count < count { try receive() }
        defer { buffer.removeFirst(count) }
        return Array(buffer[..<count])
    }

    private func receive() throws {
        var chunk = [UInt8](repeating: 0, count: 4_096)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        guard count > 0 else { throw Closed() }
        buffer += chunk[..<count]
    }

    func write(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
            guard count > 0 else { throw Closed() }
            rest = rest.dropFirst(count)
        }
    }

    func write(_ text: String) throws { try write(Array(text.utf8)) }
}
