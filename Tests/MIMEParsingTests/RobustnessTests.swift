import Glibc
import MailModel
import Testing

@testable import MIMEParsing

/// Nothing in a message can trap, take long, or make much of little.
@Suite struct RobustnessTests {
    private let seedMessage = message(
        "Received: from a by b; Mon, 23 Nov 2026 02:28:37 +0000", "From: =?utf-8?Q?J=C3=BC?= <j@xn--mnchen-3ya.de>",
        "To: A Group: \"b, c\" <@r:b@x.org>, d@[IPv6:::1];, e (c(d))@y.org",
        "Subject: =?iso-2022-jp?B?GyRCRnxLXBsoQg==?= x",
        "Date: 23-Nov-2026 02:28:37 +0100 (CET)", "References: <a@b> <c@d>", "Content-Type: multipart/mixed;",
        " boundary=\"=_b\"; name*0*=utf-8''%e2; name*1*=%82%ac", "", "--=_b",
        "Content-Type: text/plain; charset=gb2312; format=flowed", "Content-Transfer-Encoding: quoted-printable", "",
        "=D6=D0 soft=", "> quoted ", "--=_b", "Content-Type: multipart/alternative; boundary=c", "", "--c",
        "Content-Type: text/html; charset=utf-8", "",
        "<html><a href=\"http://x?a&amp;b\">l</a><table><td>1<td>2</table><ul><li>&#x20ac;", "--c--", "--=_b",
        "Content-Type: image/png; name=\"=?utf-8?B?4oKs?=\"", "Content-ID: <i@x>", "Content-Transfer-Encoding: base64",
        "",
        "aGVsbG8=", "--=_b", "Content-Type: message/rfc822", "Content-Transfer-Encoding: base64", "",
        "U3ViamVjdDogYQ0KDQp4",
        "--=_b", "Content-Transfer-Encoding: x-uuencode", "", "begin 644 a", "%:&5L;&\\", "end", "--=_b--")

    @Test func everyPrefixOfAMessageIsAMessage() {
        for count in 0...seedMessage.count {
            #expect(MessageInvariants.violations(Array(seedMessage.prefix(count))) == [])
        }
    }

    @Test func noiseIsAMessage() {
        var generator = SeededGenerator(seed: 9)
        for _ in 0..<300 {
            let count = Int.random(in: 0...300, using: &generator)
            let raw = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            #expect(MessageInvariants.violations(raw) == [])
        }
    }

    @Test func aHeaderFetchedInTwoPiecesIsTheSame() {
        let header = message("From: a@x.org", "Subject: one", " two", "To: b@x.org")
        let whole = HeaderBlock(header).fields.map { [$0.name, $0.text] }
        let split = HeaderBlock(Array(header.prefix(15))) + HeaderBlock(Array(header.dropFirst(15)))
        #expect(split.fields.map { [$0.name, $0.text] } == whole)
    }

    // MARK: Linear

    /// Where anything quadratic would take many seconds, and what is linear a few hundredths of one.
    private static let length = 24 * 1024
    private static let enough = 1.5

    /// Seconds of this thread's processor time: other work on the machine does not count.
    private func processorTime(_ work: () -> Void) -> Double {
        func now() -> Double {
            var time = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
        }
        let start = now()
        work()
        return now() - start
    }

    /// A piece repeated in a header value.
    private static let patterns: [String] = [
        "=?", "=?a?Q?", "=?utf-8?B?", "=?utf-8?Q?x?=", "=?utf-8?Q?x?= ", "(", ")", "\"", "\\", "<", ">", "<@", "<a@b",
        ",",
        ";", ":", "a:", "@", "a@", "a@b ", "a@b,", "[", "a@[", "'", " ", "a ", "\\\"", "(\\", "=", "?=", "<@a,",
        "x@xn--a.",
        "=?iso-2022-jp?B?", "\"\"", "()", "<>", "a;b=", "*0*=", "%", "n*=''", "; a*1*=x", "&", "\u{1B}$B",
    ]

    @Test(arguments: patterns)
    func muchOfAnythingInAHeaderIsLinear(pattern: String) {
        let value = Array(String(repeating: pattern, count: Self.length / pattern.utf8.count).utf8)
        let time = processorTime {
            let field = field(value)
            _ = field.text
            _ = field.addresses
            _ = MessageIDList.parse(value)
            _ = ParameterizedValue(field, limits: .standard)
            _ = MailDate.parse(String(decoding: value, as: UTF8.self))
        }
        #expect(time < Self.enough)
    }

    private static let bodies: [String] = [
        "<", "<a ", "<a href=\"", "<a href='x", "<!--", "<!", "<script>", "<style", "</", "&", "&#x", "<li>", "<ul>",
        "<blockquote>", "<td>", "<p>", "<br>", "<a href=x>", "<a href=http://x>t", "cid:", "<pre>\n", "<img src=cid:x>",
        "<title>", "<table><tr><td>", "<tr>", "<p style='font-size:0'>", "<div style=", "<b><p></b>", "</b>",
        "<dl><dd>",
        "<td colspan=64>", "<q>", "&nbsp;", "&zwnj;", "&aaaaaaaaaaaaaaaa", "<ol start=9>", "<img alt=x>", "\"", "'",
        "=", "= ", "=\r\n", " \r\n", "AA=", "A=A=\r\n", "--b", "--b\r\n", "--b--\r\n",
        "\r\n--b\r\n\r\n",
        "--\r\n", "-", "begin ", "begin 644 a\r\n", "> ", "\u{1B}$B", "~{", "+A", "\u{FF}",
    ]

    @Test(arguments: bodies)
    func muchOfAnythingInABodyIsLinear(pattern: String) {
        let body = Array(String(repeating: pattern, count: Self.length / pattern.utf8.count).utf8)
        let heads = [
            "text/html", "text/plain; charset=iso-2022-jp; format=flowed", "text/plain; charset=utf-7",
            "multipart/mixed; boundary=b", "multipart/mixed", "message/rfc822",
        ]
        let encodings = ["8bit", "base64", "quoted-printable", "x-uuencode", "8bit", "8bit"]
        let time = processorTime {
            for (head, encoding) in zip(heads, encodings) {
                let parsed = ParsedMessage(
                    message("Content-Type: " + head, "Content-Transfer-Encoding: " + encoding, "") + body)
                _ = parsed.text
                _ = parsed.attachments.count
                _ = HTMLReferences.sources(in: parsed.html)
            }
        }
        #expect(time < Self.enough)
    }

    @Test func aMegabyteOfHalfEncodedWordsIsQuick() {
        let value = [UInt8](repeating: 0, count: 1 << 20).enumerated().map {
            UInt8(ascii: $0.offset % 2 == 0 ? "=" : "?")
        }
        #expect(processorTime { _ = field(value).text } < 5)
    }

    @Test func aHundredThousandAddressesAreQuick() {
        let list = (0..<100_000).map { "\"Person \($0)\" <p\($0)@x.org>" }.joined(separator: ",\r\n ")
        let header = HeaderBlock(Array("To: \(list)\r\n\r\n".utf8))
        #expect(header.first("To")?.addresses.count == 5000)
    }

    @Test func manyFieldsAndManyReceivedLinesAreQuick() {
        let header = HeaderBlock(Array(String(repeating: "Received: by x; date\r\n", count: 100_000).utf8))
        #expect(header.fields.count > 90_000)
        #expect(header.all("received").count == header.fields.count)
    }

    @Test func manyBoundariesOfOneLengthAreQuick() {
        var raw: [UInt8] = []
        for level in 10..<74 {
            raw += message("Content-Type: multipart/mixed; boundary=same\(level)", "", "--same\(level)")
        }
        raw += message("", "text") + Array(String(repeating: "--same99\r\n", count: 20_000).utf8)
        #expect(ParsedMessage(raw).allParts.count == 65)
    }
}
