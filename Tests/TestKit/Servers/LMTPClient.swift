import Foundation
import Synchronization

/// Delivers mail as a mail transport agent does (RFC 2033). One connection, kept between messages.
public final class LMTPClient: Sendable {
    /// The server's answer was not the one hoped for.
    public struct Refused: Error, CustomStringConvertible {
        public let reply: String
        public var description: String { "LMTP: \(reply)" }
    }

    private let connection: Mutex<LineConnection>

    /// Connects and greets.
    public init(port: Int) throws {
        guard let connection = LineConnection(port: port) else {
            throw ServerUnavailable("nobody listens on port \(port) of 127.0.0.1")
        }
        _ = try Self.reply(connection)
        try connection.write("LHLO client.example.org\r\n")
        _ = try Self.reply(connection)
        self.connection = Mutex(connection)
    }

    /// Delivers one message; returns when every recipient's copy was accepted (250), so it is in the mailbox.
    ///
    /// - Parameter message: any line endings; they go as CRLF, dots stuffed.
    public func deliver(
        _ message: [UInt8], to recipients: [String], from sender: String = "sender@example.net"
    ) async throws {
        try await blocking {
            try self.connection.withLock { connection in
                try connection.write("MAIL FROM:<\(sender)>\r\n")
                _ = try Self.reply(connection)
                for recipient in recipients {
                    try connection.write("RCPT TO:<\(recipient)>\r\n")
                    _ = try Self.reply(connection)
                }
                try connection.write("DATA\r\n")
                _ = try Self.reply(connection)
                try connection.write(Self.stuffed(message))
                for _ in recipients { _ = try Self.reply(connection) }
            }
        }
    }

    public func deliver(
        _ message: String, to recipient: String, from sender: String = "sender@example.net"
    ) async throws {
        try await deliver(Array(message.utf8), to: [recipient], from: sender)
    }

    private static func reply(_ connection: LineConnection) throws -> String {
        while true {
            let line = try connection.readLine()
            if line.utf8.dropFirst(3).first == UInt8(ascii: "-") { continue }
            guard line.hasPrefix("2") || line.hasPrefix("3") else { throw Refused(reply: line) }
            return line
        }
    }

    private static func stuffed(_ message: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(message.count + message.count / 32 + 8)
        var atLineStart = true
        var last: UInt8 = 0
        for byte in message {
            if byte == UInt8(ascii: "\n") {
                if last != UInt8(ascii: "\r") { bytes.append(UInt8(ascii: "\r")) }
                bytes.append(byte)
                atLineStart = true
            } else {
                if atLineStart, byte == UInt8(ascii: ".") { bytes.append(byte) }
                bytes.append(byte)
                atLineStart = false
            }
            last = byte
        }
        if !atLineStart { bytes += [UInt8(ascii: "\r"), UInt8(ascii: "\n")] }
        return bytes + Array(".\r\n".utf8)
    }
}
