import Testing

/// Damaged replies: never a trap, always an end, and the same replies however the bytes are cut.
@Suite struct MutationTests {
    private static let seeds = [
        "220 mx.example.org ESMTP ready\r\n",
        "250-mx.example.org\r\n250-PIPELINING\r\n250-SIZE 35882577\r\n250-AUTH PLAIN LOGIN\r\n250-AUTH=LOGIN\r\n"
            + "250-STARTTLS\r\n250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n",
        "250-mx\r\n250-XXXXXXXA\r\n250 HELP\n", "220 2.0.0 go on\r\n", "334 VXNlcm5hbWU6\r\n", "235 2.7.0 in\r\n",
        "550-5.1.1 The account\r\n550 5.1.1 does not exist\r\n", "452 4.5.3 too many recipients\r\n", "354\r\n",
        "421 4.7.0 Try again later, closing connection. (EHLO) x-12\r\n", "552 5.3.4 message too large\r\n",
        "535-5.7.8 Username and Password not accepted. For more information, go to\r\n"
            + "535 5.7.8  https://support.google.com/mail/?p=BadCredentials\r\n",
        "250 2.0.0 Ok: queued as 4XyZ1a2B3c\r\n", "* OK IMAP4rev1\r\n", "+OK POP3\r\n", "HTTP/1.1 400 Bad\r\n",
        "\u{15}\u{3}\u{1}\u{0}\u{2}\u{2}\u{50}", "250 ä\u{202e}\u{1b}[31m\r\n",
    ]
    private static let interesting = Array("25-3 \t\r\n0.459\0\u{15}\u{03}\u{1B}".utf8) + [0xFF, 0xC3]

    @Test(arguments: 0..<8) func damagedRepliesAreSurvived(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            var bytes: [UInt8] = []
            for _ in 0...Int.random(in: 0...3, using: &random) {
                bytes += Array((Self.seeds.randomElement(using: &random) ?? "").utf8)
            }
            for _ in 0...Int.random(in: 0...5, using: &random) { Self.damage(&bytes, &random) }
            for wrong in ReplyInvariants.violations(bytes, seed: random.next()) {
                Issue.record("\(wrong): \(String(reflecting: String(decoding: bytes, as: UTF8.self)))")
            }
        }
    }

    private static func damage(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        guard let place = bytes.indices.randomElement(using: &random) else { return }
        let byte = interesting.randomElement(using: &random) ?? 0
        let end = min(bytes.count, place + Int.random(in: 1...20, using: &random))
        switch Int.random(in: 0..<6, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes[place] = byte
        case 2: bytes.insert(byte, at: place)
        case 3: bytes.remove(at: place)
        case 4: bytes.removeSubrange(place..<end)
        default: bytes.insert(contentsOf: Array(bytes[place..<end]), at: place)
        }
    }
}
