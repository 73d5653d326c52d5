import Foundation
import Testing

@testable import TestKit

@Suite("Cuts in a conversation")
struct WireCutTests {
    @Test("lines and literals are told apart, in whatever portions they come") func pieces() {
        let text = "* 1 FETCH (BODY[] {5}\r\nab\r\nc FLAGS ())\r\na OK {no}\r\n* X {0}\r\n\r\n"
        let expected = [
            "* 1 FETCH (BODY[] {5}\r\n", "ab\r\nc", " FLAGS ())\r\n", "a OK {no}\r\n", "* X {0}\r\n", "\r\n",
        ]
        for size in 1...text.utf8.count {
            var reader = WireReader()
            var bytes = Array(text.utf8)[...]
            var pieces: [(index: Int, bytes: [UInt8])] = []
            while !bytes.isEmpty {
                pieces += reader.read(Array(bytes.prefix(size)))
                bytes = bytes.dropFirst(size)
            }
            #expect(pieces.map { String(decoding: $0.bytes, as: UTF8.self) } == expected)
            #expect(pieces.map(\.index) == Array(1...expected.count))
        }
    }

    @Test("a connection ends behind the byte that was asked for", arguments: [WireCut.Manner.close, .reset])
    func cut(_ manner: WireCut.Manner) async throws {
        let server = try await DovecotServer.start()
        let place = WirePlace(connection: 1, isClient: false, index: 2)
        let proxy = try CuttingProxy(to: server.imapPort, wireCut: WireCut(manner, behind: .middle, of: place))
        let ended = try await blocking { () -> (line: String?, error: CInt) in
            guard let socket = LoopbackSocket.connect(port: proxy.port, timeout: 10) else { return (nil, 0) }
            defer { close(socket) }
            _ = LoopbackSocket.sendAll(socket, Array("a NOOP\r\n".utf8)[...])
            var text: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 4_096)
            while true {
                let count = recv(socket, &chunk, chunk.count, 0)
                if count <= 0 { return (String(decoding: text, as: UTF8.self), count < 0 ? errno : 0) }
                text += chunk[..<count]
            }
        }
        let pieces = proxy.pieces.filter { !$0.place.isClient }.map { String(decoding: $0.bytes, as: UTF8.self) }
        #expect(pieces.count == 2)
        #expect(ended.error == (manner == .reset ? ECONNRESET : 0))
        // A reset may overtake what was sent before it.
        if manner == .close {
            #expect(ended.line == pieces[0] + pieces[1].prefix((pieces[1].utf8.count + 1) / 2))
        }
        #expect(proxy.cutsDone == 1)
        await server.stop()
    }
}
