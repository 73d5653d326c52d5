import NIOCore
import Synchronization

/// A submission server in memory that answers line by line as a test wants it, and keeps every byte it got.
final class SubmissionScript: Sendable {
    private struct State {
        var answer: @Sendable (String) -> String?
        var greeting = "220 script ESMTP\r\n"
        var heard: [UInt8] = []
        var messages: [[UInt8]] = []
        var connections = 0
    }

    private let state: Mutex<State>

    /// - Parameter answer: what it says to a line; `nil`: what an honest server says.
    init(greeting: String? = nil, answer: @escaping @Sendable (String) -> String? = { _ in nil }) {
        state = Mutex(State(answer: answer))
        if let greeting { state.withLock { $0.greeting = greeting } }
    }

    /// Everything that was sent to it.
    var heard: String { state.withLock { String(decoding: $0.heard, as: UTF8.self) } }
    /// The messages it took, as they were on the wire, without the dot that ends them.
    var messages: [[UInt8]] { state.withLock { $0.messages } }
    var connections: Int { state.withLock { $0.connections } }

    func attach(to channel: any Channel) throws {
        state.withLock { $0.connections += 1 }
        let wire = Wire(script: self)
        try channel.pipeline.syncOperations.addHandler(wire)
        let greeting = state.withLock { $0.greeting }
        wire.say(greeting)
    }

    private func honestAnswer(to line: String) -> String {
        switch line.prefix(4).uppercased() {
        case "EHLO": "250-script\r\n250 AUTH PLAIN\r\n"
        case "AUTH": "235 in\r\n"
        case "DATA": "354 go on\r\n"
        case "QUIT": "221 bye\r\n"
        default: "250 ok\r\n"
        }
    }

    private final class Wire: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer

        private let script: SubmissionScript
        private var context: ChannelHandlerContext?
        private var bytes: [UInt8] = []
        private var isInMessage = false

        init(script: SubmissionScript) { self.script = script }

        func handlerAdded(context: ChannelHandlerContext) { self.context = context }
        func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            promise?.succeed()
            let new = unwrapOutboundIn(data).readableBytesView
            script.state.withLock { $0.heard += new }
            bytes += new
            while let answer = nextAnswer() { say(answer) }
        }

        private func nextAnswer() -> String? {
            if isInMessage {
                guard let end = bytes.firstRange(of: Array("\r\n.\r\n".utf8)) else { return nil }
                let message = Array(bytes[..<(end.lowerBound + 2)])
                script.state.withLock { $0.messages.append(message) }
                bytes.removeSubrange(..<end.upperBound)
                isInMessage = false
                return script.state.withLock { $0.answer }(".") ?? "250 taken\r\n"
            }
            guard let end = bytes.firstRange(of: Array("\r\n".utf8)) else { return nil }
            let line = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
            bytes.removeSubrange(..<end.upperBound)
            let answer = script.state.withLock { $0.answer }(line) ?? script.honestAnswer(to: line)
            isInMessage = answer.hasPrefix("354")
            return answer
        }

        /// Not at once: a socket never answers within the write.
        func say(_ text: String) {
            guard let context else { return }
            let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
            context.eventLoop.execute {
                guard let context = bound.value.context, context.channel.isActive else { return }
                context.fireChannelRead(NIOAny(ByteBuffer(string: text)))
                context.fireChannelReadComplete()
            }
        }
    }
}
