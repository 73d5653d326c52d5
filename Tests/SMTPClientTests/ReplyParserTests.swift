import NIOCore
import SMTPClient
import Testing

@Suite struct ReplyParserTests {
    @Test(arguments: Feeding.all)
    func repliesComeOneByOneHoweverTheBytesArrive(feeding: Feeding) throws {
        let wire =
            "220 mx.example.org ESMTP\r\n250-mx\r\n250-SIZE 100\r\n250 HELP\r\n354\r\n550-5.1.1 No\n550 5.1.1 such user\n"
        var parser = ReplyParser()
        let replies = try feeding.pieces(of: wire).flatMap { try parser.all(from: $0) }
        #expect(
            replies == [
                SMTPReply(code: 220, lines: ["mx.example.org ESMTP"]),
                SMTPReply(code: 250, lines: ["mx", "SIZE 100", "HELP"]), SMTPReply(code: 354, lines: [""]),
                SMTPReply(code: 550, lines: ["5.1.1 No", "5.1.1 such user"]),
            ])
        #expect(replies[3].description == "550 5.1.1 No such user")
        #expect(parser.bufferedBytes == 0)
    }

    @Test(arguments: [
        "250-a\r\n251 b\r\n", "25\r\n", "\r\n", "2a0 x\r\n", "250_x\r\n", "199 x\r\n", "600 x\r\n", "-250 x\r\n",
        " 250 x\r\n", "* OK IMAP4rev1\r\n", "+OK POP3\r\n", "HTTP/1.1 400 Bad\r\n", "2500 x\r\n", "٢٥٠ x\r\n",
    ])
    func whatIsNoReplyIsANamedError(wire: String) {
        for feeding in Feeding.all {
            let error = #expect(throws: SMTPError.self) {
                var parser = ReplyParser()
                for piece in feeding.pieces(of: wire) { _ = try parser.all(from: piece) }
            }
            #expect(error?.code == .protocolError)
        }
    }

    @Test(arguments: Feeding.all)
    func aTLSRecordIsRecognised(feeding: Feeding) {
        let alert = "\u{15}\u{3}\u{1}\u{0}\u{2}\u{2}\u{50}"
        let error = #expect(throws: SMTPError.self) {
            var parser = ReplyParser()
            for piece in feeding.pieces(of: alert) { _ = try parser.all(from: piece) }
        }
        #expect(error?.code == .plainOnTLSPort)
    }

    /// Found by fuzzing: whole, it was a line too long; byte by byte, TLS.
    @Test func aTLSRecordWithALineFeedFarBehindIsOneHoweverItsBytesArrive() {
        let record = [0x15, 0x03, 0x01] + [UInt8](repeating: UInt8(ascii: "x"), count: 10_000) + [0x0A]
        #expect(ReplyInvariants.violations(record, seed: 1).isEmpty)
        let error = #expect(throws: SMTPError.self) {
            var parser = ReplyParser()
            _ = try parser.all(from: record)
        }
        #expect(error?.code == .plainOnTLSPort)
    }

    @Test(arguments: Feeding.all)
    func theLimitsHold(feeding: Feeding) throws {
        let limits = SMTPLimits(line: 20, lines: 3)
        func read(_ wire: String) throws -> [SMTPReply] {
            var parser = ReplyParser(limits: limits)
            return try feeding.pieces(of: wire).flatMap { try parser.all(from: $0) }
        }
        #expect(try read("250 567890123456789\r\n").count == 1)
        #expect(try read("250-\r\n250-\r\n250 \r\n").count == 1)
        for wire in [
            "250 5678901234567890123\r\n", String(repeating: "2", count: 30), "250-\r\n250-\r\n250-\r\n250-\r\n",
        ] {
            let error = #expect(throws: SMTPError.self) { try read(wire) }
            #expect(error?.code == .limitExceeded)
        }
    }

    @Test func manySmallPiecesOfALongLineCostLinearTime() throws {
        var parser = ReplyParser(limits: SMTPLimits(line: 4_000_000))
        let piece = ByteBuffer(repeating: UInt8(ascii: "x"), count: 100)
        parser.append(ByteBuffer(string: "250 "))
        let start = ContinuousClock.now
        for _ in 0..<30_000 {
            parser.append(piece)
            #expect(try parser.next() == nil)
        }
        // Quadratic work would be 45 GB read.
        #expect(start.duration(to: .now) < .seconds(10))
    }

    @Test func textsArePrintable() throws {
        var parser = ReplyParser()
        let replies = try parser.all(from: Array("250 a\u{1b}[31m\u{0}\tb\u{202e}c \u{e4}".utf8) + [0xFF, 13, 10])
        #expect(replies.first?.lines == ["a\u{FFFD}[31m\u{FFFD}\tb\u{FFFD}c ä\u{FFFD}"])
    }

    @Test(arguments: [
        ("5.1.1 x", 5, 1, 1), ("5.7.509 y", 5, 7, 509), ("4.0.0", 4, 0, 0),
    ])
    func anEnhancedCodeIsRead(text: String, category: Int, subject: Int, detail: Int) {
        let reply = SMTPReply(code: category * 100 + 50, lines: [text])
        #expect(reply.enhanced == EnhancedStatus(category, subject, detail))
        #expect(SMTPReply(code: 250, lines: [text]).enhanced == nil)
    }

    @Test(arguments: [
        "5.1", "5.1.1.1 x", "5.1.1000", "5..1", "6.1.1", "x5.1.1", "5.1.1x y", "", ".1.1", "5.1.-1", "٥.١.١",
    ])
    func whatIsNoEnhancedCodeIsText(text: String) {
        #expect(SMTPReply(code: 550, lines: [text]).enhanced == nil)
    }
}

/// How a server's bytes arrive.
enum Feeding: CaseIterable {
    case whole, byLine, byByte

    static let all = Feeding.allCases

    func pieces(of wire: String) -> [[UInt8]] {
        let bytes = Array(wire.utf8)
        switch self {
        case .whole: return [bytes]
        case .byByte: return bytes.map { [$0] }
        case .byLine:
            var pieces: [[UInt8]] = [[]]
            for byte in bytes {
                pieces[pieces.count - 1].append(byte)
                if byte == UInt8(ascii: "\n") { pieces.append([]) }
            }
            return pieces.filter { !$0.isEmpty }
        }
    }
}

extension ReplyParser {
    mutating func all(from bytes: [UInt8]) throws -> [SMTPReply] {
        append(ByteBuffer(bytes: bytes))
        var replies: [SMTPReply] = []
        while let reply = try next() { replies.append(reply) }
        return replies
    }
}
