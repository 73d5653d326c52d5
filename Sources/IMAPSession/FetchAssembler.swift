import IMAPSyntax
import MailModel
import NIOCore

/// Puts the parts of a streamed FETCH response together again.
struct FetchAssembler {
    private var message: FetchedMessage?
    private var body: FetchedMessage.Body?

    /// Bytes held for the message that is still coming.
    private(set) var heldBytes = 0

    /// Feeds one event; gives the message when the response is complete. Events outside a FETCH are ignored.
    mutating func receive(_ event: ResponseEvent) -> FetchedMessage? {
        switch event {
        case .fetchBegin(let sequence):
            message = FetchedMessage(sequence: sequence)
            body = nil
            heldBytes = 0
        case .fetchAttribute(let attribute):
            note(attribute)
        case .bodyBegin(let section, let origin, _):
            body = FetchedMessage.Body(section: section, origin: origin, bytes: [])
        case .bodyBytes(let buffer):
            heldBytes += buffer.readableBytes
            body?.bytes.append(contentsOf: buffer.readableBytesView)
        case .bodyEnd:
            if let body { message?.bodies.append(body) }
            body = nil
        case .fetchEnd:
            defer { message = nil }
            return message
        case .untagged, .tagged, .continuation:
            break
        }
        return nil
    }

    private mutating func note(_ attribute: FetchAttribute) {
        switch attribute {
        case .uid(let uid): message?.uid = uid
        case .flags(let flags): message?.flags = Set(flags)
        case .internalDate(let seconds): message?.internalDate = seconds
        case .size(let size): message?.size = size
        case .modSeq(let modSeq): message?.modSeq = modSeq
        case .gmMessageID(let id): message?.gmMessageID = id
        case .emailID(let id): message?.emailID = id
        case .bodyStructure(let structure): message?.structure = structure
        case .envelope, .threadID, .gmThreadID, .gmLabels, .unknown: break
        }
    }
}
