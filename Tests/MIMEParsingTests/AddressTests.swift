import MailModel
import Testing

@testable import MIMEParsing

@Suite struct AddressTests {
    /// `name|address` joined with newlines.
    private func show(_ field: HeaderField) -> String {
        field.addresses.map { "\($0.name)|\($0.address)" }.joined(separator: "\n")
    }

    private static let readsCases: [(String, String)] = [
        ("jane@example.org", "|jane@example.org"),
        ("<jane@example.org>", "|jane@example.org"),
        ("Jane Doe <jane@example.org>", "Jane Doe|jane@example.org"),
        ("\"Doe, Jane\" <jane@example.org>", "Doe, Jane|jane@example.org"),
        ("\"Jane \\\"JD\\\" Doe\" <jane@example.org>", "Jane \"JD\" Doe|jane@example.org"),
        ("a@x.org, b@y.org", "|a@x.org\n|b@y.org"),
        ("a@x.org,,, b@y.org,", "|a@x.org\n|b@y.org"),
        ("Jane.Q.Doe <jane@example.org>", "Jane.Q.Doe|jane@example.org"),
        // Comments.
        ("jane@example.org (Jane Doe)", "Jane Doe|jane@example.org"),
        ("Jane (at work) <jane@example.org>", "Jane|jane@example.org"),
        ("jane(a (nested) one)@(two)example.org", "a (nested) one|jane@example.org"),
        ("(only a comment)", ""),
        ("Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>", "Pete|pete@silly.test"),
        // Case and international domains.
        ("Jane@EXAMPLE.Org", "|Jane@example.org"),
        ("jane@xn--mnchen-3ya.de", "|jane@münchen.de"),
        ("jane@XN--MNCHEN-3YA.DE", "|jane@münchen.de"),
        ("jane@MÜNCHEN.de", "|jane@münchen.de"),
        ("jane@xn--a.de", "|jane@xn--a.de"),
        ("jane@example.org.", "|jane@example.org"),
        ("jane@münchen。de", "|jane@münchen.de"),
        ("用户@例え.jp", "|用户@例え.jp"),
        ("jane@xn--r8jz45g.jp", "|jane@例え.jp"),
        ("jane@a--b.example", "|jane@a--b.example"),
        ("jürgen@example.org", "|jürgen@example.org"),
        // Quoted local parts.
        ("\"jane doe\"@example.org", "|jane doe@example.org"),
        ("<\"jane@home\"@example.org>", "|jane@home@example.org"),
        ("\"john\".doe@example.org", "|john.doe@example.org"),
        ("\"jane\\\"doe\"@example.org", "|jane\"doe@example.org"),
        ("\"\"@example.org", "|@example.org"),
        ("\" \"@example.org", "| @example.org"),
        ("<\"<jane>\"@example.org>", "|<jane>@example.org"),
        // Obsolete forms.
        ("<@a.example,,@b.example , @c.example:jane@example.org>", "|jane@example.org"),
        ("Jane < jane @ example . org (c) >", "Jane|jane@example.org"),
        ("(a)Jane(b)Doe(c)<(d)jane(e)@(f)example(g).(h)org(i)>(j)", "Jane Doe|jane@example.org"),
        ("Jane . Q . Doe <jane@example.org>", "Jane . Q . Doe|jane@example.org"),
        ("jane . doe @ example.org", "|jane.doe@example.org"),
        ("\"Jane\" \"Q\" Doe <jane@example.org>", "Jane Q Doe|jane@example.org"),
        ("Jane\t\r\n \r\n <jane@example.org>", "Jane|jane@example.org"),
        ("Jane <@a.example,@b.example:jane@example.org>", "Jane|jane@example.org"),
        ("jane @ example . org", "|jane@example.org"),
        ("Jane <jane @ example.org>", "Jane|jane@example.org"),
        ("Jane D. Doe <jane@example.org>", "Jane D. Doe|jane@example.org"),
        (
            "Mary Smith <@node.test:mary@example.net>, , jdoe@test  . example",
            "Mary Smith|mary@example.net\n|jdoe@test.example"
        ),
        // Groups.
        ("Friends: a@x.org, B <b@y.org>;", "|a@x.org\nB|b@y.org"),
        ("undisclosed-recipients:;", ""),
        ("Undisclosed recipients: ;", ""),
        ("A: a@x.org;, c@z.org, B: b@y.org;", "|a@x.org\n|c@z.org\n|b@y.org"),
        ("A Group:Ed Jones <joe@where.test>,John <jdoe@one.test>", "Ed Jones|joe@where.test\nJohn|jdoe@one.test"),
        ("Empty:;, Also empty: ; , a@x.org", "|a@x.org"),
        ("Outer: Inner: a@x.org;, b@y.org;", "|a@x.org\n|b@y.org"),
        ("\"A, group\": a@x.org;", "|a@x.org"),
        ("=?utf-8?Q?Gr=C3=BCppe?=: a@x.org;", "|a@x.org"),
        ("(c)Friends(c):(c)a@x.org(c),(c)(d);(e)", "c|a@x.org"),
        ("Jane <jane@x.org>, Friends:;", "Jane|jane@x.org"),
        // Domain literals.
        ("jane@[192.0.2.1](comment)", "comment|jane@[192.0.2.1]"),
        ("Jane <jane@[192.0.2.1]>, b@y.org", "Jane|jane@[192.0.2.1]\n|b@y.org"),
        ("jane@[192.0.2.1]", "|jane@[192.0.2.1]"),
        ("Jane <jane@[IPv6:2001:db8::1]>", "Jane|jane@[ipv6:2001:db8::1]"),
        // Encoded words.
        ("=?utf-8?Q?J=C3=BCrgen?= <j@x.org>", "Jürgen|j@x.org"),
        ("=?utf-8?Q?J=C3=BCrgen?= =?utf-8?Q?_Doe?= <j@x.org>", "Jürgen Doe|j@x.org"),
        ("\"=?utf-8?Q?J=C3=BCrgen?=\" <j@x.org>", "Jürgen|j@x.org"),
        ("=?utf-8?Q?Doe,_J=C3=BCrgen?= <j@x.org>", "Doe, Jürgen|j@x.org"),
        ("j@x.org (=?utf-8?Q?J=C3=BCrgen?=)", "Jürgen|j@x.org"),
        ("=?utf-8?Q?J=C3=BCrgen_=3Cj=40x.org=3E?=", "Jürgen|j@x.org"),
        // Names of mailing lists and trackers.
        ("[JIRA] Bot <jira@x.org>", "[JIRA] Bot|jira@x.org"),
        ("Jane via List <list@x.org>", "Jane via List|list@x.org"),
        ("jane@x.org <other@y.org>", "jane@x.org|other@y.org"),
        ("\"jane@x.org\" <jane@x.org>", "jane@x.org|jane@x.org"),
        ("Jürgen <j@x.org>", "Jürgen|j@x.org"),
        // Damage.
        ("Doe, Jane <jane@example.org>", "Doe, Jane|jane@example.org"),
        ("a@x.org; b@y.org", "|a@x.org\n|b@y.org"),
        ("a@x.org b@y.org", "|a@x.org\n|b@y.org"),
        ("Jane <jane@x.org> Bob <bob@y.org>", "Jane|jane@x.org\nBob|bob@y.org"),
        ("Jane <jane@x.org, Bob <bob@y.org>", "Jane|jane@x.org\nBob|bob@y.org"),
        ("Jane jane@x.org", "Jane|jane@x.org"),
        ("\"Jane <jane@x.org>", "Jane|jane@x.org"),
        ("Jane (unclosed <jane@x.org>", "Jane unclosed|jane@x.org"),
        ("'jane@x.org'", "|jane@x.org"),
        ("'Jane' <'jane@x.org'>", "'Jane'|jane@x.org"),
        ("<<jane@x.org>>", "|jane@x.org"),
        ("<mailto:jane@x.org>", "|jane@x.org"),
        ("mailto:jane@x.org", "|jane@x.org"),
        ("jane@a@x.org", "|jane@a@x.org"),
        ("<jane@x.org> Jane", "Jane|jane@x.org"),
        ("<>", ""),
        ("", ""),
        (",;,", ""),
        ("@", ""),
        ("@x.org", "|@x.org"),
        ("jane@", "|jane"),
        // No domain.
        ("root", "|root"),
        ("root, daemon", "|root\n|daemon"),
        ("root, jane@x.org", "|root\n|jane@x.org"),
        ("Mail Delivery System", "Mail Delivery System|"),
        ("Mail Delivery System <MAILER-DAEMON>", "Mail Delivery System|MAILER-DAEMON"),
        ("a+tag@x.org", "|a+tag@x.org"),
    ]

    @Test(arguments: readsCases)
    func reads(raw: String, expected: String) {
        #expect(show(field(raw)) == expected)
    }

    @Test func rawBytesInNamesAreGuessed() {
        #expect(show(field([0x4A, 0xFC, 0x72, 0x67] + Array(" <j@x.org>".utf8))) == "Jürg|j@x.org")
    }

    @Test func foldedListsAreRead() {
        let bytes = Array("To: \"Doe,\r\n Jane\" <jane@x.org>,\r\n\tBob <bob@y.org>\r\n\r\n".utf8)
        let addresses = HeaderBlock(bytes).first("To")?.addresses ?? []
        #expect(addresses.map(\.name) == ["Doe, Jane", "Bob"])
        #expect(addresses.map(\.localpart) == ["jane", "bob"])
        #expect(addresses.map(\.domain) == ["x.org", "y.org"])
    }

    @Test func listsAreCutAtTheirLimit() {
        let list = String(repeating: "a@x.org, ", count: 100_000)
        #expect(field(list).addresses.count == 5000)
        let words = String(repeating: "a@x.org ", count: 20_000)
        #expect(field(words).addresses.count == 5000)
    }

    @Test func writtenAddressesAreReadAgain() {
        let names = ["", "Jane", "Doe, Jane", "J. \"Q\" \\ Doe", "Jürgen Müller", "漢字 名前", "a  b", "=?x?="]
        let locals = ["jane", "jane doe", "a.b+c", ".a", "a\"b", "x@y"]
        for name in names {
            for local in locals {
                let address = EmailAddress(name: name, localpart: local, domain: "münchen.example")
                let words = HeaderEncoder.words(of: address)
                #expect(words.allSatisfy { $0.utf8.allSatisfy { $0 < 0x80 } })
                #expect(field(words.joined(separator: " ")).addresses == [address])
            }
        }
    }
}

@Suite struct DomainNameTests {
    private static let formsCases: [(String, String)] = [
        ("xn--mnchen-3ya.de", "münchen.de"), ("XN--MNCHEN-3YA.DE", "münchen.de"), ("MÜNCHEN.de", "münchen.de"),
        ("münchen。de", "münchen.de"), ("Example.ORG", "example.org"), ("", ""), ("a..b", "a..b"),
        // No proper A-labels.
        ("xn--.de", "xn--.de"), ("xn--a.de", "xn--a.de"), ("xn--example-.org", "xn--example-.org"),
    ]

    /// Rules may hold either form against an address.
    @Test(arguments: formsCases)
    func bothFormsBecomeOne(domain: String, expected: String) {
        #expect(DomainName.unicode(domain) == expected)
        #expect(DomainName.unicode(DomainName.unicode(domain)) == expected)
    }
}

@Suite struct PunycodeTests {
    private static let decodesAndEncodesCases: [(String, String)] = [
        ("mnchen-3ya", "münchen"), ("bcher-kva", "bücher"), ("wgv71a119e", "日本語"), ("n3h", "☃"),
        ("e1afmkfd", "пример"), ("egbpdaj6bu4bxfgehfvwxn", "ليهمابتكلموشعربي؟"),
    ]

    @Test(arguments: decodesAndEncodesCases)
    func decodesAndEncodes(ascii: String, unicode: String) {
        #expect(Punycode.decode(ascii) == unicode)
        #expect(Punycode.encode(unicode) == ascii)
    }

    @Test(arguments: ["", "a", "-", "99999999999", "ab c", "a-\u{FC}", "Ü"])
    func refusesWhatIsNone(label: String) {
        #expect(Punycode.decode(label) == nil)
    }

    @Test func refusesControlAndFormatCharacters() {
        #expect(Punycode.decode(Punycode.encode("a\u{202E}b")) == nil)
        #expect(Punycode.decode(Punycode.encode("a\u{A0}b")) == nil)
    }
}
