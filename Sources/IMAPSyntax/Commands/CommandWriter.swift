import MailModel
import NIOCore

/// Writes the lexical elements of a command (RFC 3501 §9).
struct CommandWriter {
    private let command: String
    private let literals: LiteralForm
    private var segments: [ByteBuffer] = []
    private var current = ByteBuffer()
    private(set) var message: EncodedCommand.MessageLiteral?

    /// Longer strings go as literals: some servers cut long lines.
    private static let longestQuoted = 1_000

    init(command: String, literals: LiteralForm) {
        self.command = command
        self.literals = literals
    }

    func finish() -> EncodedCommand { EncodedCommand(segments: segments + [current], message: message) }

    func refusal() -> IMAPSyntaxError { IMAPSyntaxError(.unsendableArgument, in: command) }

    /// Text of our own.
    mutating func raw(_ text: String) { current.writeString(text) }

    /// A word that is given from outside: capability, mechanism, header field name, tag.
    mutating func atom(_ text: String) throws(IMAPSyntaxError) {
        guard !text.isEmpty, text.utf8.allSatisfy(Self.isAtomByte) else { throw refusal() }
        current.writeString(text)
    }

    /// Quoted where it can be, else a literal.
    mutating func string(_ bytes: [UInt8]) throws(IMAPSyntaxError) {
        guard !bytes.contains(where: { $0 == 0 || $0 == 0x0D || $0 == 0x0A }) else { throw refusal() }
        guard bytes.count <= Self.longestQuoted, bytes.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else {
            literal(bytes)
            return
        }
        current.writeInteger(UInt8(ascii: "\""))
        for byte in bytes {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { current.writeInteger(UInt8(ascii: "\\")) }
            current.writeInteger(byte)
        }
        current.writeInteger(UInt8(ascii: "\""))
    }

    mutating func string(_ text: String) throws(IMAPSyntaxError) { try string(Array(text.utf8)) }

    mutating func mailbox(_ name: WireMailboxName) throws(IMAPSyntaxError) {
        guard !name.raw.isEmpty, Self.isSendable(name.decoded) else { throw refusal() }
        try string(name.raw)
    }

    /// A pattern of LIST: UTF-8 in, modified UTF-7 out, wildcards as they are.
    mutating func pattern(_ text: String) throws(IMAPSyntaxError) {
        guard Self.isSendable(text) else { throw refusal() }
        try string(ModifiedUTF7.encode(text))
    }

    mutating func flags(_ flags: [Flag]) {
        raw("(" + flags.map(\.rawValue).joined(separator: " ") + ")")
    }

    mutating func set(_ set: UIDSet) throws(IMAPSyntaxError) {
        guard !set.isEmpty else { throw refusal() }
        raw(set.description)
    }

    mutating func selection(_ selection: UIDSelection) throws(IMAPSyntaxError) {
        switch selection {
        case .set(let uids): try set(uids)
        case .from(let uid): raw("\(uid):*")
        case .last: raw("*")
        }
    }

    /// Mod-sequences have 63 bits (RFC 7162 §7).
    mutating func modSeq(_ value: ModSeq) throws(IMAPSyntaxError) {
        guard value.rawValue <= UInt64(Int64.max) else { throw refusal() }
        raw(value.description)
    }

    /// The header of the message that the session sends next.
    mutating func messageLiteral(size: Int) throws(IMAPSyntaxError) {
        guard size > 0 else { throw refusal() }
        let waits = literals.waits(size)
        raw(waits ? "{\(size)}\r\n" : "{\(size)+}\r\n")
        message = .init(size: size, waitsForContinuation: waits)
    }

    private mutating func literal(_ bytes: [UInt8]) {
        let waits = literals.waits(bytes.count)
        raw(waits ? "{\(bytes.count)}\r\n" : "{\(bytes.count)+}\r\n")
        if waits {
            segments.append(current)
            current = ByteBuffer()
        }
        current.writeBytes(bytes)
    }

    /// Modified UTF-7 would hide these from the wire, but no server would know what is meant.
    private static func isSendable(_ name: String) -> Bool {
        !name.utf8.contains { $0 == 0 || $0 == 0x0D || $0 == 0x0A }
    }

    private static func isAtomByte(_ byte: UInt8) -> Bool {
        guard byte > 0x20, byte < 0x7F else { return false }
        switch byte {
        case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "{"), UInt8(ascii: "%"), UInt8(ascii: "*"),
            UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "]"), UInt8(ascii: "+"):
            return false
        default:
            return true
        }
    }
}
