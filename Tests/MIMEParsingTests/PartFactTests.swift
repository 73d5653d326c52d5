import Testing

@testable import MIMEParsing

/// What a part says of itself: protection, calendars, charsets.
@Suite struct PartFactTests {
    private func part(_ type: String, _ body: [UInt8] = [], _ encoding: String = "8bit") -> MessagePart {
        ParsedMessage(message("Content-Type: " + type, "Content-Transfer-Encoding: " + encoding, "") + body).root
    }

    private static let protectionCases: [(String, Protection?)] = [
        ("multipart/signed; micalg=sha-256; protocol=\"application/pgp-signature\"", .signed),
        ("multipart/encrypted; protocol=\"application/pgp-encrypted\"", .encrypted),
        ("application/pgp-encrypted", .encrypted),
        ("application/pgp-signature; name=a.asc", nil),
        ("application/pkcs7-signature; name=smime.p7s", nil),
        ("application/pkcs7-mime; smime-type=signed-data; name=smime.p7m", .signed),
        ("application/x-pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", .encrypted),
        ("application/pkcs7-mime; smime-type=authEnveloped-data", .encrypted),
        ("application/pkcs7-mime; smime-type=certs-only; name=smime.p7c", nil),
        ("application/pkcs7-mime; name=smime.p7m", .encrypted),
        ("application/pkcs7-mime", nil),
        ("application/pgp; x-action=signclear", .signed),
        ("application/pgp; x-action=encrypt", .encrypted),
        ("text/plain", nil), ("application/pdf", nil), ("multipart/mixed; boundary=a", nil),
    ]

    @Test(arguments: protectionCases)
    func protection(type: String, expected: Protection?) {
        #expect(part(type).protection == expected)
    }

    @Test func aCMSObjectSaysWhatItIs() {
        let signed: [UInt8] = [
            0x30, 0x80, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02, 0xA0, 0x80,
        ]
        var enveloped = signed
        enveloped[12] = 3
        let authenticated: [UInt8] = [
            0x30, 0x80, 0x06, 0x0B, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x10, 0x01, 0x17, 0xA0,
        ]
        func read(_ bytes: [UInt8], _ type: String = "application/pkcs7-mime") -> Protection? {
            part(type + "; name=smime.p7m", Base64.encodeLines(bytes), "base64").protection
        }
        #expect(read(signed) == .signed)
        #expect(read(enveloped) == .encrypted)
        #expect(read(authenticated) == .encrypted)
        #expect(read(signed, "application/octet-stream") == .signed)
    }

    @Test func armouredTextIsNamed() {
        let encrypted = Array("Hello\r\n-----BEGIN PGP MESSAGE-----\r\n\r\nwcBMA\r\n-----END PGP MESSAGE-----\r\n".utf8)
        let signed = Array("-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\nHi\r\n".utf8)
        #expect(part("text/plain", encrypted).protection == .encrypted)
        #expect(part("text/plain", signed).protection == .signed)
        #expect(part("text/plain", Base64.encodeLines(signed), "base64").protection == .signed)
        #expect(part("text/plain", Array("> -----BEGIN PGP MESSAGE-----\r\n".utf8)).protection == nil)
        #expect(part("text/plain", Array("-----BEGIN PGP SIGNATURE-----\r\n".utf8)).protection == nil)
    }

    private static let calendarCases: [(String, String, String?)] = [
        ("text/calendar; method=REQUEST; charset=utf-8", "BEGIN:VCALENDAR", "REQUEST"),
        ("text/calendar; method=\"reply\"", "", "REPLY"),
        ("text/calendar", "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:CANCEL\r\nBEGIN:VEVENT\r\n", "CANCEL"),
        ("text/calendar", "BEGIN:VCALENDAR\nmethod: publish\n", "PUBLISH"),
        ("application/ics; name=invite.ics", "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\n", "REQUEST"),
        ("text/calendar", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nMETHOD:NO\r\n", ""),
        ("text/plain", "METHOD:REQUEST\r\n", nil),
    ]

    @Test(arguments: calendarCases)
    func calendarMethod(type: String, body: String, expected: String?) {
        #expect(part(type, Array(body.utf8)).calendarMethod == expected)
    }

    private static let charsetCases: [(String, [UInt8], Bool)] = [
        ("text/plain", Array("plain".utf8), false),
        ("text/plain", [0xFC], true),
        ("text/plain", [0xC3, 0xBC], true),
        ("text/plain; charset=us-ascii", [0xFC], true),
        ("text/plain; charset=us-ascii", [0x61], false),
        ("text/plain; charset=utf-8", [0xC3, 0xBC], false),
        ("text/plain; charset=utf-8", [0xFC], true),
        ("text/plain; charset=koi8-r", [0xFC], false),
        ("text/plain; charset=x-martian", [0x61], true),
        ("text/html", Array("<meta charset=koi8-r>".utf8) + [0xF0], false),
        ("text/html", Array("<meta charset=x-martian>".utf8) + [0xF0], true),
        ("text/plain", [0xEF, 0xBB, 0xBF, 0xC3, 0xBC], false),
        ("application/pdf", [0xFC], false),
    ]

    @Test(arguments: charsetCases)
    func aGuessedCharsetIsSaid(type: String, body: [UInt8], expected: Bool) {
        #expect(part(type, body).charsetIsGuessed == expected)
    }

    @Test func aByteOrderMarkIsBelieved() {
        #expect(part("text/plain", [0xFF, 0xFE, 0xAC, 0x20, 0x61, 0x00]).decodedText() == "€a")
        #expect(part("text/plain", [0xFE, 0xFF, 0x20, 0xAC]).decodedText() == "€")
        #expect(!part("text/plain", [0xFE, 0xFF, 0x20, 0xAC]).charsetIsGuessed)
    }
}
