import Foundation
import NIOCore
import NIOEmbedded

/// The far end of a channel: takes what the client writes and hands it the server's answers.
public final class ServerWire: ChannelDuplexHandler {
    public typealias InboundIn = ByteBuffer
    public typealias InboundOut = ByteBuffer
    public typealias OutboundIn = ByteBuffer

    private let conversation: any ServerConversation
    private let host: String
    private let fate: (any WireFate)?
    private var context: ChannelHandlerContext?
    private var waiting: [ServerAnswer] = []
    /// What comes waits until the clock has moved.
    private var isLate = false
    private var isStalled = false
    /// Bytes were lost on the way up: what follows them on the same connection does not arrive either.
    private var isBroken = false

    /// - Parameter fate: `nil`: everything arrives.
    public init(_ conversation: any ServerConversation, host: String = "", fate: (any WireFate)? = nil) {
        self.conversation = conversation
        self.host = host
        self.fate = fate
    }

    public func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    public func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    public func channelActive(context: ChannelHandlerContext) {
        context.fireChannelActive()
        greet()
    }

    public func greet() { hand(conversation.greeting()) }

    public func tellNews() { hand(conversation.news()) }

    public func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let bytes = Array(unwrapOutboundIn(data).readableBytesView)
        promise?.succeed()
        guard !isStalled, !isBroken else { return }
        switch fate?.sending(bytes, to: host) ?? .arrives {
        case .arrives, .comesLate, .comesTwice: hand(conversation.received(bytes))
        case .isLost:
            isBroken = true
            hand([.cut])
        case .isCut(let count):
            isBroken = true
            _ = conversation.received(Array(bytes.prefix(count)))
            hand([.cut])
        case .isReset(let count):
            _ = conversation.received(Array(bytes.prefix(count)))
            waiting = []
            if let context = self.context { reset(context) }
        case .stalls(let count):
            _ = conversation.received(Array(bytes.prefix(count)))
            stall(context)
        case .straysBehind:
            isBroken = true
            fate?.keep(StrayBytes(bytes, for: conversation), for: host)
            hand([.cut])
        }
    }

    /// Not at once: a socket never answers within the write.
    private func hand(_ answers: [ServerAnswer]) {
        guard let context, !answers.isEmpty else { return }
        waiting += answers
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.eventLoop.execute { bound.value.deliver() }
    }

    private func deliver() {
        while !isLate, !isStalled, !waiting.isEmpty {
            guard let context else { return }
            switch waiting.removeFirst() {
            case .bytes(let bytes): deliver(bytes, context)
            case .mark(let mark): conversation.reached(mark)
            case .cut: end(context)
            }
        }
    }

    private func deliver(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
        switch fate?.receiving(bytes, from: host) ?? .arrives {
        case .arrives: give(bytes, context)
        case .comesTwice:
            give(bytes, context)
            if let context = self.context { give(bytes, context) }
        case .isLost, .straysBehind: end(context)
        case .isCut(let count):
            give(Array(bytes.prefix(count)), context)
            if let context = self.context { end(context) }
        case .isReset(let count):
            give(Array(bytes.prefix(count)), context)
            if let context = self.context { reset(context) }
        case .stalls(let count):
            give(Array(bytes.prefix(count)), context)
            if let context = self.context { stall(context) }
        case .comesLate(let seconds):
            isLate = true
            let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
            context.eventLoop.scheduleTask(in: .seconds(seconds)) {
                bound.value.isLate = false
                if let context = bound.value.context { bound.value.give(bytes, context) }
                bound.value.deliver()
            }
            if let loop = context.eventLoop as? NIOAsyncTestingEventLoop { fate?.wait(seconds: seconds, for: loop) }
        }
    }

    private func give(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        context.fireChannelRead(NIOAny(ByteBuffer(bytes: bytes)))
        context.fireChannelReadComplete()
    }

    /// As a socket does it: the error first, and not within a write.
    private func reset(_ context: ChannelHandlerContext) {
        isStalled = true
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.eventLoop.execute {
            guard let context = bound.value.context else { return }
            context.fireErrorCaught(IOError(errnoCode: ECONNRESET, reason: "read"))
            if let context = bound.value.context { bound.value.end(context) }
        }
    }

    private func stall(_ context: ChannelHandlerContext) {
        isStalled = true
        waiting = []
        let channel = context.channel
        guard let loop = context.eventLoop as? NIOAsyncTestingEventLoop else { return }
        fate?.stalled()
        // A loop's clock is moved from outside, and here is its inside: until the client's patience is at its end.
        Task {
            while channel.isActive {
                await loop.advanceTime(by: .seconds(20))
                await Task.yield()
            }
        }
    }

    private func end(_ context: ChannelHandlerContext) {
        waiting = []
        context.close(promise: nil)
    }
}

extension NIOAsyncTestingEventLoop: MovableClock {
    public func pass(seconds: Int64) async { await advanceTime(by: .seconds(seconds)) }
}
