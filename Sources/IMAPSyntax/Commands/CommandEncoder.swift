import MailModel
import NIOCore

/// The one place where commands become bytes. No argument with CR, LF or NUL passes it.
public struct CommandEncoder: Sendable {
    public let literals: LiteralForm

    public init(literals: LiteralForm) { self.literals = literals }

    /// Throws `unsendableArgument` for what does not fit the grammar.
    public func encode(tag: String, command: IMAPCommand) throws(IMAPSyntaxError) -> EncodedCommand {
        var writer = CommandWriter(command: command.name, literals: literals)
        try writer.atom(tag)
        writer.raw(" ")
        writer.raw(command.name)
        try writer.arguments(of: command)
        if writer.message == nil { writer.raw("\r\n") }
        return writer.finish()
    }

    /// A line of the client within AUTHENTICATE: base64 and CRLF; an empty response is the empty line.
    public static func authenticationResponse(_ response: Secret) -> ByteBuffer {
        ByteBuffer(bytes: Base64.standard.encode(response.reveal().utf8, padded: true) + [0x0D, 0x0A])
    }

    /// Ends IDLE (RFC 2177).
    public static var idleDone: ByteBuffer { ByteBuffer(string: "DONE\r\n") }

    /// Cuts a set so that each command's line stays within `lineLimit` bytes, of which `overhead` are for all that is
    /// not the set. Every piece has at least one interval.
    public static func chunks(of set: NonEmptyUIDSet, lineLimit: Int, overhead: Int = 128) -> [NonEmptyUIDSet] {
        let room = lineLimit - min(max(0, overhead), lineLimit)
        var result: [NonEmptyUIDSet] = []
        var chunk: [ClosedRange<UInt32>] = []
        var length = 0
        for interval in set.set.intervals {
            let size = UIDSet(intervals: [interval]).description.utf8.count
            if !chunk.isEmpty, length + 1 + size > room {
                NonEmptyUIDSet(UIDSet(intervals: chunk)).map { result.append($0) }
                chunk = []
                length = 0
            }
            length += size + (chunk.isEmpty ? 0 : 1)
            chunk.append(interval)
        }
        NonEmptyUIDSet(UIDSet(intervals: chunk)).map { result.append($0) }
        return result
    }
}
