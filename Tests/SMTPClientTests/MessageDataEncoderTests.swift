import NIOCore
import SMTPClient
import Testing

@Suite struct MessageDataEncoderTests {
    @Test(arguments: [
        ("", ""), ("a", "a\r\n"), ("a\r\n", "a\r\n"), ("a\n", "a\r\n"), ("a\r", "a\r\n"), (".", "..\r\n"),
        ("a\r\n.\r\nb", "a\r\n..\r\nb\r\n"), ("a\n.\nb", "a\r\n..\r\nb\r\n"), ("a\r.\rb", "a\r\n..\r\nb\r\n"),
        ("a\r\n.\nb", "a\r\n..\r\nb\r\n"), ("a\n.\r\nb", "a\r\n..\r\nb\r\n"), ("\r\r\n", "\r\n\r\n"),
        ("\n\r", "\r\n\r\n"), ("..", "...\r\n"), ("a..b", "a..b\r\n"), ("\0.\n", "\0.\r\n"), ("\r\n\r\n", "\r\n\r\n"),
    ])
    func lineEndingsBecomeCRLFAndLeadingDotsAreDoubled(message: String, wire: String) {
        for limit in [1, 2, 3, 64 * 1_024] {
            #expect(String(decoding: Self.encode(Array(message.utf8), limit: limit), as: UTF8.self) == wire)
        }
    }

    @Test(arguments: 0..<20)
    func randomBytesComeBackAndNothingLooksLikeTheEnd(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<100 {
            let message = Self.message(using: &random)
            let wire = Self.encode(message, limit: Int.random(in: 1...200, using: &random))
            #expect(Self.isClean(wire))
            #expect(Self.unstuffed(wire) == Self.normalised(message))
            #expect(MessageDataEncoder.size(of: message) == Self.normalised(message).count)
        }
    }

    @Test func blocksHaveAboutTheSizeAskedFor() {
        var encoder = MessageDataEncoder([UInt8](repeating: UInt8(ascii: "x"), count: 1_000_000))
        var sizes: [Int] = []
        while let block = encoder.next(limit: 4_096) { sizes.append(block.readableBytes) }
        #expect(sizes.dropLast().allSatisfy { (4_096...4_099).contains($0) })
        #expect(sizes.reduce(0, +) == 1_000_002)
    }

    static func encode(_ message: [UInt8], limit: Int) -> [UInt8] {
        var encoder = MessageDataEncoder(message)
        var wire: [UInt8] = []
        while let block = encoder.next(limit: limit) { wire += Array(block.readableBytesView) }
        #expect(encoder.next() == nil)
        return wire
    }

    /// Bytes in which line endings and dots are frequent, of every value.
    private static func message(using random: inout SeededGenerator) -> [UInt8] {
        (0..<Int.random(in: 0...300, using: &random)).map { _ in
            [13, 10, 46, 46, 97, UInt8.random(in: 0...255, using: &random)].randomElement(using: &random) ?? 0
        }
    }

    /// Every CR is followed by LF, every LF is preceded by CR, the last line is ended, no line is a lone dot.
    private static func isClean(_ wire: [UInt8]) -> Bool {
        var line: [UInt8] = []
        var last: UInt8 = 10
        for byte in wire {
            if last == 13, byte != 10 { return false }
            if byte == 10, last != 13 { return false }
            if byte == 10 {
                if line == [46, 13] { return false }
                line = []
            } else {
                line.append(byte)
            }
            last = byte
        }
        return line.isEmpty && last == 10
    }

    /// What a server makes of it (RFC 5321 §4.5.2).
    private static func unstuffed(_ wire: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var isAtLineStart = true
        for byte in wire {
            if isAtLineStart, byte == 46 {
                isAtLineStart = false
                continue
            }
            result.append(byte)
            isAtLineStart = byte == 10
        }
        return result
    }

    /// CRLF, CR and LF to CRLF, and one at the end.
    private static func normalised(_ message: [UInt8]) -> [UInt8] {
        guard !message.isEmpty else { return [] }
        var lines: [[UInt8]] = [[]]
        var index = 0
        while index < message.count {
            if message[index...].starts(with: [13, 10]) {
                lines.append([])
                index += 2
            } else if message[index] == 13 || message[index] == 10 {
                lines.append([])
                index += 1
            } else {
                lines[lines.count - 1].append(message[index])
                index += 1
            }
        }
        if lines.last == [] { lines.removeLast() }
        return lines.flatMap { $0 + [13, 10] }
    }
}

/// SplitMix64: the same numbers for the same seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
