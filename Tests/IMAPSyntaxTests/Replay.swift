import IMAPSyntax
import NIOCore

/// What a parser makes of bytes that come in pieces; runs of body bytes are joined.
struct Replay: Equatable {
    var events: [ResponseEvent] = []
    var error: IMAPSyntaxError?
    var left = 0

    init(limits: IMAPLimits, pieces: [[UInt8]]) {
        var parser = ResponseParser(limits: limits)
        for piece in pieces {
            parser.append(ByteBuffer(bytes: piece))
            drain(&parser)
        }
        left = parser.bufferedBytes
    }

    private mutating func drain(_ parser: inout ResponseParser) {
        do {
            while let event = try parser.next() {
                if case .bodyBytes(let bytes) = event, case .bodyBytes(var joined) = events.last {
                    joined.writeImmutableBuffer(bytes)
                    events[events.count - 1] = .bodyBytes(joined)
                } else {
                    events.append(event)
                }
            }
        } catch {
            self.error = error
        }
    }
}
