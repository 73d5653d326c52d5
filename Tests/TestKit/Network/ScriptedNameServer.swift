import Foundation
import Synchronization

/// A name server on 127.0.0.1 (UDP) that knows what the test says, and nothing else.
public final class ScriptedNameServer: Sendable {
    public enum Record: Sendable {
        case service(priority: Int, weight: Int, port: Int, host: String)
        case mailExchanger(preference: Int, host: String)
        case address

        var type: UInt16 {
            switch self {
            case .service: 33
            case .mailExchanger: 15
            case .address: 1
            }
        }

        var data: [UInt8] {
            switch self {
            case .service(let priority, let weight, let port, let host):
                ScriptedNameServer.bytes(priority) + ScriptedNameServer.bytes(weight)
                    + ScriptedNameServer.bytes(port) + ScriptedNameServer.name(host)
            case .mailExchanger(let preference, let host):
                ScriptedNameServer.bytes(preference) + ScriptedNameServer.name(host)
            case .address: [127, 0, 0, 1]
            }
        }
    }

    /// `ADDRESS:PORT`
    public let address: String
    public let port: Int
    private let descriptor: CInt
    private let asked = Mutex<[String]>([])

    /// The names that were asked for.
    public var questions: [String] { asked.withLock { $0 } }

    /// - Parameters:
    ///   - records: by name, in lower case.
    ///   - isSilent: whether it never answers.
    public init(_ records: [String: [Record]] = [:], isSilent: Bool = false) throws {
        #if canImport(Glibc)
            let kind = CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        #else
            let kind = SOCK_DGRAM
        #endif
        let descriptor = socket(AF_INET, kind, 0)
        guard descriptor >= 0, LoopbackSocket.withAddress(port: 0, { bind(descriptor, $0, $1) }) == 0 else {
            throw ServerUnavailable("no name server can listen")
        }
        var bound = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutablePointer(to: &bound) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        port = Int(UInt16(bigEndian: bound.sin_port))
        address = "127.0.0.1:\(port)"
        self.descriptor = descriptor
        Thread.detachNewThread { [weak self] in
            var buffer = [UInt8](repeating: 0, count: 1_500)
            while true {
                var peer = sockaddr_in()
                var length = socklen_t(MemoryLayout<sockaddr_in>.size)
                let count = withUnsafeMutablePointer(to: &peer) { pointer in
                    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        recvfrom(descriptor, &buffer, buffer.count, 0, $0, &length)
                    }
                }
                // A datagram of no bytes is this value's own farewell.
                guard count > 12, let (name, type, question) = Self.question(Array(buffer[..<count])) else { break }
                self?.asked.withLock { $0.append(name) }
                guard !isSilent else { continue }
                let known = records[name]
                let answers = (known ?? []).filter { $0.type == type }
                let reply = Self.reply(Array(buffer[..<2]), question, isKnown: known != nil, answers)
                _ = withUnsafePointer(to: peer) { pointer in
                    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        sendto(descriptor, reply, reply.count, 0, $0, length)
                    }
                }
            }
            close(descriptor)
        }
    }

    deinit {
        _ = LoopbackSocket.withAddress(port: port) { address, length in
            sendto(descriptor, [0], 0, 0, address, length)
        }
    }

    private static func question(_ bytes: [UInt8]) -> (name: String, type: UInt16, bytes: [UInt8])? {
        var labels: [String] = []
        var place = 12
        while place < bytes.count, bytes[place] != 0 {
            let end = place + 1 + Int(bytes[place])
            guard end < bytes.count else { return nil }
            labels.append(String(decoding: bytes[(place + 1)..<end], as: UTF8.self).lowercased())
            place = end
        }
        guard place + 5 <= bytes.count else { return nil }
        let type = UInt16(bytes[place + 1]) << 8 | UInt16(bytes[place + 2])
        return (labels.joined(separator: "."), type, Array(bytes[12..<(place + 5)]))
    }

    private static func reply(
        _ identifier: [UInt8], _ question: [UInt8], isKnown: Bool, _ answers: [Record]
    ) -> [UInt8] {
        var bytes = identifier + [0x81, isKnown ? 0x80 : 0x83, 0, 1] + Self.bytes(answers.count) + [0, 0, 0, 0]
        bytes += question
        for answer in answers {
            // The name is that of the question.
            bytes += [0xC0, 12] + Self.bytes(Int(answer.type)) + [0, 1, 0, 0, 0, 60]
            bytes += Self.bytes(answer.data.count) + answer.data
        }
        return bytes
    }

    fileprivate static func bytes(_ number: Int) -> [UInt8] { [UInt8(number >> 8 & 0xFF), UInt8(number & 0xFF)] }

    fileprivate static func name(_ host: String) -> [UInt8] {
        host.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
    }
}
