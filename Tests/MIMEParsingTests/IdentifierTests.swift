import Testing

@testable import MIMEParsing

@Suite struct IdentifierTests {
    private static let messageIDsCases: [(String, [String])] = [
        ("<a@x.org>", ["a@x.org"]),
        (" <a@x.org> <b@x.org>\t<c@x.org>", ["a@x.org", "b@x.org", "c@x.org"]),
        ("<a@x.org><b@x.org>", ["a@x.org", "b@x.org"]),
        ("<a@x.org>, <b@x.org>", ["a@x.org", "b@x.org"]),
        ("Message of Monday <a@x.org> (by <b@x.org>)", ["a@x.org"]),
        ("a@x.org", ["a@x.org"]),
        ("a@x.org b@x.org", ["a@x.org", "b@x.org"]),
        ("not-an-address", ["not-an-address"]),
        ("no ids here", []),
        ("<a@x.org", ["a@x.org"]),
        ("<a@x.org <b@x.org>", ["b@x.org"]),
        ("<a b\t@x.org>", ["ab@x.org"]),
        ("<>", []),
        ("", []),
        ("<\"a b\"@x.org>", ["\"ab\"@x.org"]),
        ("<ä@x.org>", ["ä@x.org"]),
        ("(unclosed <a@x.org>", ["a@x.org"]),
    ]

    @Test(arguments: messageIDsCases)
    func messageIDs(raw: String, expected: [String]) {
        #expect(MessageIDList.parse(Array(raw.utf8)) == expected)
    }

    private static let listIdentifiersCases: [(String, String)] = [
        ("Swift users <swift-users.lists.example>", "swift-users.lists.example"),
        ("<a.b>", "a.b"), ("a.b", "a.b"), (" a.b ", "a.b"), ("", ""),
        ("\"x < y\" <a.b>", "a.b"), ("Name <a.b", "a.b"), ("< a.b >", "a.b"),
    ]

    @Test(arguments: listIdentifiersCases)
    func listIdentifiers(text: String, expected: String) {
        #expect(ListIdentifier.parse(text) == expected)
    }

    private func digest(_ lines: String, size: Int = 1, date: Int64 = 2) -> [UInt8] {
        IdentityFacts.digestInput(size: size, internalDate: date, header: HeaderBlock(Array(lines.utf8)))
    }

    @Test func identityHasSizeDateAndFourFieldsInOrder() {
        let bytes = digest("Subject: s\r\nFrom: f\r\nDate: d\r\nMessage-ID: m\r\nTo: t\r\n\r\n")
        func framed(_ value: String) -> [UInt8] { [0, 0, 0, 0, 0, 0, 0, UInt8(value.utf8.count)] + Array(value.utf8) }
        let expected =
            [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2] + framed("m") + framed("d") + framed("f") + framed("s")
        #expect(bytes == expected)
    }

    @Test func identityDoesNotChangeWithOrderFoldingOrOtherFields() {
        let one = digest("Subject: a b\r\nFrom: f\r\n\r\n")
        #expect(one == digest("FROM: f\r\nReceived: x\r\nsubject: a\r\n b\r\n\r\n"))
    }

    @Test func identityTellsSimilarMessagesApart() {
        let all = [
            digest("From: f\r\n\r\n"), digest("From: f\r\nSubject:\r\n\r\n"), digest("Subject: f\r\n\r\n"),
            digest("From: f\r\n\r\n", size: 2), digest("From: f\r\n\r\n", date: 3), digest("\r\n"),
            digest("From: =?utf-8?Q?f?=\r\n\r\n"),
        ]
        #expect(Set(all).count == all.count)
    }
}
