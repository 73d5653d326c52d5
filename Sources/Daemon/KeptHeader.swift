import ActionJournal
import MIMEParsing

/// What is kept of a message's header for the day that the message is gone: the fields that rules can need, and never
/// more than `limit` bytes.
enum KeptHeader {
    static let limit = 16 * 1_024

    static func facts(of message: ArrivedMessage, keeping fields: MirrorState.Fields) -> MirroredFacts? {
        var bytes: [UInt8] = []
        var isWhole = message.fields == nil
        for field in message.header.fields {
            switch fields {
            case .none: return nil
            case .some(let names):
                guard names.contains(field.name.lowercased()) else {
                    isWhole = false
                    continue
                }
            case .all: break
            }
            let line = Array(field.name.utf8) + [0x3A, 0x20] + field.rawValue + [0x0D, 0x0A]
            guard bytes.count + line.count <= limit else {
                isWhole = false
                continue
            }
            bytes += line
        }
        return MirroredFacts(
            identity: message.identity, internalDate: message.facts.internalDate, size: message.facts.size,
            header: bytes, headerIsWhole: isWhole)
    }
}
