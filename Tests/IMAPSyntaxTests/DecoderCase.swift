import IMAPSyntax
import MailModel
import NIOCore
import Testing

/// Bytes of a server and what must come of them, however they are cut.
struct DecoderCase: Sendable, CustomTestStringConvertible {
    let name: String
    let wire: [UInt8]
    let events: [ResponseEvent]

    /// Each line without its CRLF; the last gets one, too.
    init(_ name: String, _ lines: String..., events: [ResponseEvent]) {
        self.name = name
        wire = Array((lines.joined(separator: "\r\n") + "\r\n").utf8)
        self.events = events
    }

    init(_ name: String, _ line: String, _ response: UntaggedResponse) {
        self.init(name, line, events: [.untagged(response)])
    }

    var testDescription: String { name }

    /// Whole, in every two pieces, and byte by byte.
    func check(sourceLocation: SourceLocation = #_sourceLocation) {
        let whole = Replay(limits: .standard, pieces: [wire])
        #expect(whole.events == events, "whole", sourceLocation: sourceLocation)
        #expect(whole.error == nil, sourceLocation: sourceLocation)
        #expect(whole.left == 0, "left over", sourceLocation: sourceLocation)
        for cut in 1..<wire.count {
            let pieces = [Array(wire[..<cut]), Array(wire[cut...])]
            if Replay(limits: .standard, pieces: pieces).events != events {
                Issue.record("cut at \(cut)", sourceLocation: sourceLocation)
                return
            }
        }
        let bytes = Replay(limits: .standard, pieces: wire.map { [$0] })
        #expect(bytes.events == events, "byte by byte", sourceLocation: sourceLocation)
        // What is missing a byte must not come out.
        let short = Replay(limits: .standard, pieces: [Array(wire.dropLast())])
        #expect(short.events.count < events.count, "incomplete", sourceLocation: sourceLocation)
        #expect(short.error == nil, sourceLocation: sourceLocation)
    }
}

// MARK: - Short forms

func uid(_ number: UInt32) -> UID { UID(number)! }
func uids(_ intervals: ClosedRange<UInt32>...) -> UIDSet { UIDSet(intervals: intervals) }
func validity(_ number: UInt32) -> UIDValidity { UIDValidity(number)! }
func message(_ number: UInt32) -> SequenceNumber { SequenceNumber(number)! }
func mailbox(_ name: String) -> WireMailboxName { WireMailboxName(decoded: name) }
func keyword(_ name: String) -> Flag { Flag(wire: name)! }

/// OrderedUIDs as a server would write them.
func ordered(_ text: String) -> OrderedUIDs {
    let line = "* OK [APPENDUID 1 \(text)]\r\n"
    guard
        case .untagged(.status(_, .appendUID(_, let uids), _)) = Replay(limits: .standard, pieces: [Array(line.utf8)])
            .events.first
    else { fatalError("no UID set: \(text)") }
    return uids
}

func fetch(_ number: UInt32, _ parts: [ResponseEvent]...) -> [ResponseEvent] {
    [.fetchBegin(message(number))] + parts.flatMap(\.self) + [.fetchEnd]
}

func item(_ attribute: FetchAttribute) -> [ResponseEvent] { [.fetchAttribute(attribute)] }

func body(_ section: BodySection, _ text: String, origin: Int? = nil) -> [ResponseEvent] {
    let bytes: [ResponseEvent] = text.isEmpty ? [] : [.bodyBytes(ByteBuffer(string: text))]
    return [.bodyBegin(section: section, origin: origin, size: text.utf8.count)] + bytes + [.bodyEnd]
}
