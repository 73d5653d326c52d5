import IMAPSyntax
import MailModel
import NIOCore

/// A message that APPEND hands over, read piece by piece as the connection takes it.
public struct OutgoingMessage: Sendable {
    /// All of its bytes.
    public var size: Int
    /// The next bytes, at most so many; never none before the end.
    public var read: @Sendable (Int) async throws -> [UInt8]

    /// The most that is read, and held, at once.
    static let pieceSize = 1 << 16

    public init(size: Int, read: @escaping @Sendable (Int) async throws -> [UInt8]) {
        self.size = size
        self.read = read
    }
}

extension IMAPConnection {
    /// Appends a message to a mailbox, and waits for the reply, whatever it is. The bytes go out once the server has said
    /// that it wants them; a message that cannot be read to its end costs the connection. Without a date the server gives
    /// it its own time.
    public func append(
        _ message: OutgoingMessage, to mailbox: WireMailboxName, flags: [Flag], internalDate: Int64?
    ) async throws(SessionError) -> CommandResult {
        let command = IMAPCommand.append(mailbox, flags, internalDate: internalDate, size: message.size)
        return try await run([SubmittedCommand(command, message: message)])[0]
    }
}

extension CommandResult {
    /// APPENDUID (RFC 4315 §3): where the message is now.
    public var appendedUID: (uidValidity: UIDValidity, uid: UID)? {
        for code in [self.code].compactMap({ $0 }) + untaggedCodes {
            guard case .appendUID(let uidValidity, let uids) = code, uids.count == 1, let uid = uids.first else {
                continue
            }
            return (uidValidity, uid)
        }
        return nil
    }
}
