import Testing

@testable import MIMEParsing

/// What lies behind a limit is left out, and the message says so.
@Suite struct LimitTests {
    @Test func anOrdinaryMessageReachesNone() {
        #expect(ParsedMessage(message("Subject: a", "To: a@x.org", "", "text")).limitsReached.isEmpty)
    }

    @Test func nestingIsNoted() {
        func nested(_ levels: Int) -> ParsedMessage {
            var raw: [UInt8] = []
            for level in 0..<levels {
                raw += message("Content-Type: multipart/mixed; boundary=b\(level)", "", "--b\(level)")
            }
            return ParsedMessage(raw + message("", "deep"))
        }
        #expect(nested(64).limitsReached.isEmpty)
        #expect(nested(64).text == "deep\n")
        #expect(nested(65).limitsReached == [.nesting])
        // What is not looked into is still there.
        #expect(nested(65).text.contains("deep"))
    }

    @Test func nestedMessagesAreNotedToo() {
        let raw =
            (0..<70).flatMap { _ in message("Content-Type: message/rfc822", "") } + message("Subject: deep", "", "x")
        #expect(ParsedMessage(raw).limitsReached == [.nesting])
        var encoded = message("Subject: deep", "", "x")
        for _ in 0..<70 {
            encoded =
                message("Content-Type: message/rfc822", "Content-Transfer-Encoding: quoted-printable", "")
                + encoded
        }
        #expect(ParsedMessage(encoded).limitsReached == [.nesting])
        #expect(ParsedMessage(encoded).allParts.count == 65)
    }

    @Test func partsAreNoted() {
        func wide(_ count: Int) -> Set<MIMELimit> {
            ParsedMessage(
                message("Content-Type: multipart/mixed; boundary=a", "")
                    + (0..<count).flatMap { _ in message("--a", "", "x") }
            ).limitsReached
        }
        #expect(wide(1999).isEmpty)
        #expect(wide(2000) == [.parts])
    }

    @Test func partsOfEncodedMessagesCountTogether() {
        let inner =
            message("Content-Type: multipart/mixed; boundary=b", "")
            + (0..<1500).flatMap { _ in message("--b", "", "x") }
        let part =
            message("--a", "Content-Type: message/rfc822", "Content-Transfer-Encoding: base64", "")
            + Base64.encodeLines(inner)
        let parsed = ParsedMessage(message("Content-Type: multipart/mixed; boundary=a", "") + part + part)
        #expect(parsed.allParts.count == 2000)
        #expect(parsed.limitsReached == [.parts])
    }

    @Test func headersAreNoted() {
        var limits = MIMELimits()
        limits.headerField = 10
        #expect(ParsedMessage(message("A: 123456789", "", "x"), limits: limits).limitsReached == [.headerField])
        limits.headerBlock = 15
        let both = HeaderBlock(message("A: 123456789", "B: 123456789", ""), limits: limits)
        #expect(both.limitsReached == [.headerField, .headerBlock])
        let sum = HeaderBlock(message("C: 1", "")) + both
        #expect(sum.limitsReached == [.headerField, .headerBlock])
    }

    @Test func aHeaderOfItsFullSizeIsReadWhole() {
        let value = String(repeating: "x", count: (1 << 20) - 20)
        let fits = HeaderBlock(message("Subject: " + value, ""))
        #expect(fits.limitsReached.isEmpty)
        #expect(fits.first("Subject")?.rawValue.count == value.utf8.count)
        let more = HeaderBlock(message("Subject: " + value + value, ""))
        #expect(more.limitsReached == [.headerField])
        #expect(more.first("Subject")?.rawValue.count == (1 << 20) - 9)
    }

    @Test func parametersAndAddressesAreNoted() {
        func parameters(_ count: Int) -> Set<MIMELimit> {
            let many = (0..<count).map { "; p\($0)=v" }.joined()
            return ParsedMessage(message("Content-Type: text/plain" + many, "", "x")).limitsReached
        }
        #expect(parameters(128).isEmpty)
        #expect(parameters(129) == [.parameters])
        func list(_ count: Int) -> HeaderField {
            field(Array(repeating: "a@x.org", count: count).joined(separator: ", "))
        }
        #expect(!list(5000).hasMoreAddresses)
        #expect(list(5001).hasMoreAddresses)
        #expect(!field(String(repeating: "a@x.org, ", count: 5000)).hasMoreAddresses)
        #expect(!field("").hasMoreAddresses)
    }
}
