import NIOCore

/// Stands between an honest server and its client, and says something else.
final class LyingWire: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let server: HostileServer
    private let number: Int
    private var context: ChannelHandlerContext?
    /// Commands by their tags.
    private var commands: [String: String] = [:]
    private var lastCommand = ""
    private var isSilent = false

    init(_ server: HostileServer, number: Int) {
        self.server = server
        self.number = number
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        server.ended(number)
    }

    func channelInactive(context: ChannelHandlerContext) {
        server.ended(number)
        context.fireChannelInactive()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let text = String(decoding: unwrapOutboundIn(data).readableBytesView, as: UTF8.self)
        for line in text.split(separator: "\r\n") {
            let words = line.split(separator: " ", maxSplits: 1).map(String.init)
            if words.count == 2, words[0].first == "p" { commands[words[0]] = words[1] }
            lastCommand = words.count == 2 ? words[1] : lastCommand
        }
        server.heard(text, on: number)
        guard !isSilent else {
            promise?.succeed()
            return
        }
        context.write(data, promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let answer = String(decoding: unwrapInboundIn(data).readableBytesView, as: UTF8.self)
        let last = answer.split(separator: "\r\n").last ?? ""
        let tag = String(last.prefix { $0 != " " })
        let command = tag == "*" ? "" : commands[tag] ?? lastCommand
        say(server.sayings(for: Exchange(connection: number, command: command, tag: tag, answer: answer)))
    }

    func say(_ sayings: [Saying]) {
        for saying in sayings {
            guard let context, !isSilent, context.channel.isActive else { return }
            switch saying {
            case .text(let text): give(ByteBuffer(string: text), context)
            case .bytes(let count):
                let piece = ByteBuffer(repeating: UInt8(ascii: "x"), count: 1 << 16)
                for start in stride(from: 0, to: count, by: 1 << 16) {
                    guard self.context != nil, context.channel.isActive else { return }
                    give(piece.getSlice(at: 0, length: min(1 << 16, count - start)) ?? piece, context)
                }
            case .cut: context.close(promise: nil)
            case .silence:
                isSilent = true
                server.silenced(number)
            }
        }
    }

    private func give(_ buffer: ByteBuffer, _ context: ChannelHandlerContext) {
        context.fireChannelRead(wrapInboundOut(buffer))
        context.fireChannelReadComplete()
    }
}
