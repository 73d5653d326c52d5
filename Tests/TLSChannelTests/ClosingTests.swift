import MailModel
import NIOCore
import NIOEmbedded
import Testing

@testable import TLSChannel

@Suite struct ClosingTests {
    let contexts: Contexts

    init() throws { contexts = try Contexts() }

    private func connected() throws -> Pair {
        let pair = try contexts.pair()
        try pair.carry()
        pair.client.recorder.events = []
        pair.server.recorder.events = []
        return pair
    }

    private let unclean = TLSError(reason: .uncleanClose, serverName: "mail.example.test")

    @Test func aFarewellClosesWithoutError() throws {
        let pair = try connected()
        pair.server.send("* BYE\r\n")
        pair.server.channel.close(promise: nil)
        try pair.carry()
        #expect(pair.client.recorder.events == [.bytes(7), .inactive])
        #expect(!pair.client.channel.isActive)
        #expect(pair.server.recorder.events == [.inactive])
    }

    @Test func aFarewellIsAnswered() throws {
        let pair = try connected()
        pair.server.channel.close(promise: nil)
        try pair.client.deliver(try pair.server.takeOutput())
        #expect(try records(in: pair.client.takeOutput()).map(\.type) == [23])
    }

    @Test func anEndWithoutFarewellIsAnErrorBeforeTheEnd() throws {
        let pair = try connected()
        pair.server.send("* OK\r\n")
        try pair.carry()
        pair.client.cutOff()
        #expect(pair.client.recorder.events == [.bytes(6), .error(unclean), .inactive])
        #expect(unclean.code == .connectionLost)
        #expect(unclean.isUncleanClose)
        #expect(unclean.scope == .connection)
    }

    @Test func anEndInTheMidstOfARecordIsAnErrorBeforeTheEnd() throws {
        let pair = try connected()
        pair.server.send("* OK\r\n")
        try pair.client.deliver(try pair.server.takeOutput().dropLast())
        pair.client.cutOff()
        #expect(pair.client.recorder.events == [.error(unclean), .inactive])
    }

    @Test func aHalfClosedLineIsAnEndWithoutFarewell() throws {
        let pair = try connected()
        pair.client.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(pair.client.recorder.events == [.error(unclean), .inactive])
        #expect(!pair.client.channel.isActive)
    }

    @Test func closingIsNoError() throws {
        let pair = try connected()
        let promise = pair.client.channel.embeddedEventLoop.makePromise(of: Void.self)
        pair.client.channel.close(promise: promise)
        try promise.futureResult.wait()
        #expect(pair.client.recorder.events == [.inactive])
        try pair.carry()
        #expect(pair.server.recorder.events == [.inactive])
    }

    @Test func closingWithinAReadEndsTheReading() throws {
        let pair = try connected()
        pair.client.recorder.onBytes = { context in context.close(promise: nil) }
        pair.server.send([UInt8](repeating: 1, count: 300_000))
        try pair.carry()
        #expect(pair.client.recorder.events.count == 2)
        #expect(pair.client.recorder.events.last == .inactive)
    }

    @Test func halfClosingSendsTheFarewellBehindWhatIsFlushed() throws {
        let pair = try connected()
        pair.client.channel.isWritable = false
        pair.client.send([UInt8](repeating: 1, count: 100_000))
        let promise = pair.client.channel.embeddedEventLoop.makePromise(of: Void.self)
        pair.client.channel.close(mode: .output, promise: promise)
        #expect(pair.client.wire.closes.isEmpty)
        pair.client.channel.isWritable = true
        pair.client.channel.pipeline.fireChannelWritabilityChanged()
        #expect(pair.client.wire.closes == [.output])
        try promise.futureResult.wait()
        let late = pair.client.channel.writeAndFlush(ByteBuffer(string: "late"))
        #expect(throws: ChannelError.ioOnClosedChannel) { try late.wait() }
        try pair.carry()
        #expect(pair.server.recorder.received.count == 100_000)
        #expect(pair.server.recorder.events.last == .inactive)
        #expect(pair.server.recorder.errors.isEmpty)
    }

    @Test func whoStillWritesHearsOfTheEnd() throws {
        let pair = try connected()
        pair.client.channel.isWritable = false
        let waiting = pair.client.channel.writeAndFlush(ByteBuffer(string: "a"))
        let unflushed = pair.client.channel.write(ByteBuffer(string: "b"))
        pair.client.cutOff()
        #expect(throws: unclean) { try waiting.wait() }
        #expect(throws: unclean) { try unflushed.wait() }
        #expect(throws: ChannelError.ioOnClosedChannel) {
            try pair.client.channel.writeAndFlush(ByteBuffer(string: "c")).wait()
        }
    }

    @Test func aForgedRecordClosesWithAnAlert() throws {
        let pair = try connected()
        pair.server.send("* OK\r\n")
        var bytes = try pair.server.takeOutput()
        bytes[bytes.count - 1] ^= 1
        try pair.client.deliver(bytes)
        #expect(pair.client.recorder.errors.map(\.code) == [.protocolError])
        #expect(pair.client.recorder.events.last == .inactive)
        #expect(pair.client.recorder.received.isEmpty)
        try pair.server.deliver(try pair.client.takeOutput())
        #expect(pair.server.recorder.errors.map(\.code) == [.protocolError])
    }

    @Test func plaintextBehindTheHandshakeIsRefused() throws {
        let pair = try connected()
        try pair.client.deliver(Array("* OK injected\r\n".utf8))
        #expect(pair.client.recorder.received.isEmpty)
        #expect(pair.client.recorder.errors.map(\.code) == [.protocolError])
    }
}
