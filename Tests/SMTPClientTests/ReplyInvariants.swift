import NIOCore
import SMTPClient

/// What holds of the reply parser, and of what is made of replies, for any bytes; used by tests and by the fuzzer.
enum ReplyInvariants {
    /// Limits so small that damaged bytes of ordinary length go past each of them.
    static let smallLimits = SMTPLimits(line: 30, lines: 4)

    /// What does not hold for these bytes, in words; empty when all does.
    ///
    /// - Parameter seed: chooses the pieces.
    static func violations(_ bytes: [UInt8], seed: UInt64) -> [String] {
        violations(bytes, seed: seed, limits: .standard).map { "standard limits: \($0)" }
            + violations(bytes, seed: seed, limits: smallLimits).map { "small limits: \($0)" }
    }

    /// What a parser makes of bytes that come in pieces.
    private struct Reading: Equatable {
        var replies: [SMTPReply] = []
        var error: SMTPError?

        init(limits: SMTPLimits, pieces: [[UInt8]]) {
            var parser = ReplyParser(limits: limits)
            for piece in pieces where error == nil {
                parser.append(ByteBuffer(bytes: piece))
                do throws(SMTPError) {
                    while let reply = try parser.next() { replies.append(reply) }
                } catch {
                    self.error = error
                }
            }
        }
    }

    private static func violations(_ bytes: [UInt8], seed: UInt64, limits: SMTPLimits) -> [String] {
        var wrong: [String] = []
        let whole = Reading(limits: limits, pieces: [bytes])
        let inPieces = Reading(limits: limits, pieces: pieces(of: bytes, seed: seed))
        let byByte = Reading(limits: limits, pieces: bytes.map { [$0] })
        for (other, how) in [(inPieces, "in pieces"), (byByte, "byte by byte")] {
            if other.replies != whole.replies { wrong.append("\(how) there are other replies") }
            // The words of an error may repeat as much of a line as was there.
            if other.error?.code != whole.error?.code { wrong.append("\(how) the error is another") }
        }
        for reply in whole.replies {
            if !(200...599).contains(reply.code) { wrong.append("code \(reply.code)") }
            if reply.lines.isEmpty || reply.lines.count > limits.lines { wrong.append("\(reply.lines.count) lines") }
            if reply.lines.contains(where: { $0.utf8.count > 3 * limits.line }) { wrong.append("a line too long") }
            if reply.text.count > 500 { wrong.append("a text too long") }
            if !isPrintable(reply.text) { wrong.append("a text that is not printable") }
            wrong += SubmissionStage.allCases.filter { reply.faultCode(at: $0).rawValue.isEmpty }.map {
                "no fault code at \($0)"
            }
            if let size = ServerExtensions(reply).sizeLimit, size <= 0 { wrong.append("a size limit of \(size)") }
        }
        if let error = whole.error, !isPrintable("\(error)") { wrong.append("an error that is not printable") }
        return wrong
    }

    private static func isPrintable(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { $0 == "\t" || ($0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value)) }
    }

    private static func pieces(of bytes: [UInt8], seed: UInt64) -> [[UInt8]] {
        var state = seed
        var pieces: [[UInt8]] = []
        var start = 0
        while start < bytes.count {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let end = min(bytes.count, start + 1 + Int(state >> 33) % 7)
            pieces.append(Array(bytes[start..<end]))
            start = end
        }
        return pieces
    }
}
