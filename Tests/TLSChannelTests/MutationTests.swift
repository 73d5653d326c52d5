import NIOCore
import Testing

@testable import TLSChannel

/// Changed ciphertext may end a connection. It never crashes, and never becomes plaintext that nobody sent.
@Suite struct MutationTests {
    let contexts: Contexts

    init() throws { contexts = try Contexts() }

    @Test(arguments: 0..<8)
    func changedCiphertextIsNeverAccepted(seed: UInt64) throws {
        var generator = SeededGenerator(state: seed)
        let server = try contexts.server()
        let text = Array("* 1 FETCH (UID 7 FLAGS (\\Seen))\r\n".utf8)
        var refused = 0
        for _ in 0..<25 {
            let pair = try Pair(client: contexts.client, server: server)
            pair.server.send(text)
            var at = Int.random(in: 0..<1500, using: &generator)
            let kind = Int.random(in: 0..<4, using: &generator)
            let value = UInt8.random(in: 1...255, using: &generator)
            try pair.carry(mangle: { bytes in
                defer { at -= bytes.count }
                guard bytes.indices.contains(at) else { return bytes }
                var changed = bytes
                switch kind {
                case 0: changed[at] ^= value
                case 1: changed.remove(at: at)
                case 2: changed.insert(value, at: at)
                default: changed.replaceSubrange(at..., with: changed[at...].reversed())
                }
                return changed
            })
            pair.client.cutOff()
            #expect(text.starts(with: pair.client.recorder.received))
            if pair.client.recorder.errors.first?.reason != .uncleanClose { refused += 1 }
        }
        // Else the changes met nothing.
        #expect(refused > 5)
    }

    @Test(arguments: 0..<4)
    func noiseIsNeverAccepted(seed: UInt64) throws {
        var generator = SeededGenerator(state: seed &+ 1000)
        for round in 0..<100 {
            let isServer = round.isMultiple(of: 2)
            let endpoint = try Endpoint(
                isServer
                    ? TLSHandler(server: contexts.server())
                    : TLSHandler(client: contexts.client, serverName: "mail.example.test")
            )
            var noise = (0..<200).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            // Half of them look like a record at first.
            if round % 4 < 2 { noise.replaceSubrange(0..<5, with: [UInt8(20 + round % 5), 3, 3, 0, 190]) }
            try endpoint.deliver(noise)
            endpoint.cutOff()
            #expect(endpoint.recorder.received.isEmpty)
            #expect(endpoint.recorder.errors.count == 1)
        }
    }
}
