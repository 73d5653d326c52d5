import MailModel
import NIOCore
import NIOEmbedded
import Testing

@testable import TLSChannel

@Suite struct StreamTests {
    let contexts: Contexts

    init() throws { contexts = try Contexts() }

    private func connected() throws -> Pair {
        let pair = try contexts.pair()
        try pair.carry()
        return pair
    }

    @Test(arguments: [1, 2, 3, 5, 7, 64, 1000])
    func anySplitOfTheCiphertextIsTheSame(size: Int) throws {
        let pair = try contexts.pair()
        let text = [UInt8]((0..<3000).map { UInt8(truncatingIfNeeded: $0) })
        pair.client.send(text)
        pair.server.send(text)
        try pair.carry(pieces: { bytes in
            stride(from: 0, to: bytes.count, by: size).map { bytes[$0..<min($0 + size, bytes.count)] }
        })
        #expect(pair.server.recorder.received == text)
        #expect(pair.client.recorder.received == text)
        #expect(pair.client.recorder.errors.isEmpty)
    }

    @Test func everySplitInTwoOfARecordIsTheSame() throws {
        let pair = try connected()
        var expected: [UInt8] = []
        for cut in 0..<60 {
            pair.server.send("* \(cut) EXISTS\r\n")
            expected += Array("* \(cut) EXISTS\r\n".utf8)
            let bytes = try pair.server.takeOutput()
            try pair.client.deliver(bytes.prefix(cut))
            try pair.client.deliver(bytes.dropFirst(cut))
            #expect(pair.client.recorder.received == expected)
        }
    }

    @Test func writesOfOneFlushShareARecord() throws {
        let pair = try connected()
        for line in ["DONE\r\n", "a3 UID FETCH 7:* ", "(UID FLAGS)\r\n"] {
            pair.client.channel.write(ByteBuffer(string: line), promise: nil)
        }
        #expect(try pair.client.takeOutput().isEmpty)
        pair.client.channel.flush()
        let sent = try pair.client.takeOutput()
        #expect(records(in: sent).count == 1)
        try pair.server.deliver(sent)
        #expect(pair.server.recorder.events.last == .bytes(36))
    }

    @Test func whatIsNotFlushedDoesNotGo() throws {
        let pair = try connected()
        pair.client.channel.writeAndFlush(ByteBuffer(string: "a"), promise: nil)
        pair.client.channel.write(ByteBuffer(string: "b"), promise: nil)
        try pair.carry()
        #expect(pair.server.recorder.received == Array("a".utf8))
        pair.client.channel.flush()
        try pair.carry()
        #expect(pair.server.recorder.received == Array("ab".utf8))
    }

    @Test func smallAndBigWritesKeepTheirOrder() throws {
        let pair = try connected()
        var expected: [UInt8] = []
        for (index, size) in [10, 0, 16384, 5, 16383, 1, 1, 40000, 0, 100_000, 3].enumerated() {
            let bytes = [UInt8](repeating: UInt8(index), count: size)
            expected += bytes
            pair.client.channel.write(ByteBuffer(bytes: bytes), promise: nil)
        }
        pair.client.channel.flush()
        let sent = try pair.client.takeOutput()
        #expect(records(in: sent).count <= expected.count / TLSConnection.recordSize + 6)
        try pair.server.deliver(sent)
        #expect(pair.server.recorder.received == expected)
    }

    @Test func theLastFlightAndTheFirstCommandAreOneFlush() throws {
        let pair = try contexts.pair()
        pair.client.recorder.onHandshake = { context in
            context.writeAndFlush(NIOAny(ByteBuffer(string: "a1 login\r\n")), promise: nil)
        }
        try pair.server.deliver(try pair.client.takeOutput())
        pair.client.wire.flushes = []
        try pair.client.deliver(try pair.server.takeOutput())
        #expect(pair.client.wire.flushes.filter { $0 > 0 } == [2])
        try pair.server.deliver(try pair.client.takeOutput())
        #expect(pair.server.recorder.received == Array("a1 login\r\n".utf8))
    }

    @Test func promisesSucceedInOrderWhenTheirBytesAreWritten() throws {
        let pair = try contexts.pair()
        let loop = pair.client.channel.embeddedEventLoop
        var done: [Int] = []
        for number in 0..<4 {
            let promise = loop.makePromise(of: Void.self)
            promise.futureResult.assumeIsolated().whenSuccess { done.append(number) }
            let size = [10, 0, 50000, 1][number]
            pair.client.channel.write(ByteBuffer(repeating: 1, count: size), promise: promise)
        }
        pair.client.channel.flush()
        #expect(done.isEmpty)
        try pair.carry()
        #expect(done == [0, 1, 2, 3])
    }

    @Test func anEmptyWriteHasItsPromiseToo() throws {
        let pair = try connected()
        let promise = pair.client.channel.embeddedEventLoop.makePromise(of: Void.self)
        pair.client.send([], promise: promise)
        try promise.futureResult.wait()
        #expect(try records(in: pair.client.takeOutput()).isEmpty)
    }

    @Test func plaintextWaitsWhileTheChannelIsFull() throws {
        let pair = try connected()
        let text = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        pair.client.wire.fillsUp = true
        var finished = false
        let promise = pair.client.channel.embeddedEventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenSuccess { finished = true }
        pair.client.send(text, promise: promise)
        var bursts = 0
        while true {
            let bytes = try pair.client.takeOutput()
            if bytes.isEmpty { break }
            #expect(bytes.count <= TLSHandler.burst + 4 * 64)
            bursts += 1
            try pair.server.deliver(bytes)
            #expect(finished == (pair.server.recorder.received.count == text.count))
            // Still full: nothing may move.
            pair.client.channel.flush()
            #expect(try pair.client.takeOutput().isEmpty)
            pair.client.channel.isWritable = true
            pair.client.channel.pipeline.fireChannelWritabilityChanged()
        }
        #expect(bursts == 16)
        #expect(pair.server.recorder.received == text)
    }

    @Test func plaintextComesInBoundedPieces() throws {
        let pair = try connected()
        let text = [UInt8](repeating: 9, count: 1_000_000)
        pair.server.send(text)
        try pair.carry()
        #expect(pair.client.recorder.received == text)
        for case .bytes(let count) in pair.client.recorder.events {
            #expect(count < TLSHandler.burst + TLSConnection.recordSize)
        }
    }

    @Test func aReadGoesOnUntilSomethingCame() throws {
        let pair = try connected()
        let wire = pair.client.wire
        wire.reads = 0
        pair.client.channel.read()
        #expect(wire.reads == 1)
        pair.server.send("* OK\r\n")
        let bytes = try pair.server.takeOutput()
        try pair.client.deliver(bytes.prefix(10))
        #expect(wire.reads == 2)
        try pair.client.deliver(bytes.dropFirst(10))
        #expect(wire.reads == 2)
        // Nobody asked: bytes that come all the same make no further read.
        pair.server.send("* OK\r\n")
        try pair.client.deliver(try pair.server.takeOutput().prefix(10))
        #expect(wire.reads == 2)
    }

    @Test func theHandshakeReadsByItself() throws {
        let pair = try contexts.pair()
        #expect(pair.client.wire.reads == 1)
        try pair.carry(pieces: { bytes in bytes.map { [$0][...] } })
        #expect(try pair.client.handshakeResult()?.get() != nil)
        #expect(pair.client.wire.reads > 100)
    }
}
