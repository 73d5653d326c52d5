import Testing

@testable import MIMEParsing

@Suite struct ParameterTests {
    private func read(_ text: String) -> ParameterizedValue { ParameterizedValue(field(text), limits: .standard) }

    private static let namesCases: [(String, String)] = [
        ("text/plain; name=a.txt", "a.txt"),
        ("text/plain; NAME=\"a.txt\"", "a.txt"),
        ("text/plain;name=\"a;b.txt\";x=y", "a;b.txt"),
        ("text/plain; name=\"a \\\"b\\\".txt\"", "a \"b\".txt"),
        ("text/plain; name = a.txt", "a.txt"),
        ("text/plain; name=my file.txt", "my file.txt"),
        ("text/plain; name=my file.txt; x=y", "my file.txt"),
        ("text/plain; name=my file.txt x=y", "my file.txt"),
        ("text/plain; name=a.txt (comment)", "a.txt"),
        ("text/plain (comment); name=a.txt", "a.txt"),
        ("text/plain name=a.txt", "a.txt"),
        ("text/plain;; ; name=a.txt;", "a.txt"),
        ("text/plain; name=\"unclosed.txt", "unclosed.txt"),
        ("text/plain; name=a.txt; name=b.txt", "a.txt"),
        ("text/plain; x; name=a.txt", "a.txt"),
        ("text/plain; name=\"\"", ""),
        // RFC 2231.
        ("text/plain; name*=utf-8''%e2%82%ac.txt", "€.txt"),
        ("text/plain; name*=iso-8859-1'en'%A3%20rates", "£ rates"),
        ("text/plain; name*0=\"long \"; name*1=\"name.txt\"", "long name.txt"),
        ("text/plain; name*1=\"name.txt\"; name*0=\"long \"", "long name.txt"),
        ("text/plain; name*0*=utf-8''%e2%82; name*1*=%ac; name*2=.txt", "€.txt"),
        (
            "text/plain; name*0*=us-ascii'en'This%20is%20even%20more%20; name*1*=%2A%2A%2Afun%2A%2A%2A%20; name*2=\"isn't it!\"",
            "This is even more ***fun*** isn't it!"
        ),
        ("text/plain; name=old.txt; name*=utf-8''new.txt", "new.txt"),
        ("text/plain; name*=utf-8''new.txt; name=old.txt", "new.txt"),
        ("text/plain; name*=plain.txt", "plain.txt"),
        ("text/plain; name*=x-nobody''%fc.txt", "ü.txt"),
        ("text/plain; name*=utf-8''%zz%4", "%zz%4"),
        ("text/plain; name*10=k; name*9=j; name*0=a", "ajk"),
        ("text/plain; name*=utf-8''whole.txt; name*0=a; name*1=b", "whole.txt"),
        ("text/plain; name*0=a; name*1=b; name*=utf-8''whole.txt", "whole.txt"),
        ("text/plain; name*0=a; name*2=c", "ac"),
        ("text/plain; name*1*=utf-8''%e2%82; name*2*=%ac", "€"),
        ("text/plain; name*0=a; name*0=x; name*1=b", "ab"),
        ("text/plain; name*=\"utf-8''%e2%82%ac.txt\"", "€.txt"),
        ("text/plain; name*=%e2%82%ac.txt", "€.txt"),
        ("text/plain; name*=''%e2%82%ac.txt", "€.txt"),
        ("text/plain; name*0*=shift_jis'ja'%93; name*1*=%fa", "日"),
        ("text/plain; name*0=\"=?utf-8?B?4oKs\"; name*1=\"LnR4dA==?=\"", "€.txt"),
        // Paths that nobody escaped, and one that somebody did.
        ("text/plain; name=\"C:\\dir\\a.txt\"", "C:\\dir\\a.txt"),
        ("text/plain; name=\"C:\\\\dir\\\\a.txt\"", "C:\\dir\\a.txt"),
        // RFC 2047 where it must not be.
        ("text/plain; name=\"=?utf-8?Q?=E2=82=AC=2Etxt?=\"", "€.txt"),
        ("text/plain; name==?utf-8?B?4oKsLnR4dA==?=", "€.txt"),
        ("text/plain; name=\"=?utf-8?Q?=E2=82?= =?utf-8?Q?=AC=2Etxt?=\"", "€.txt"),
        ("text/plain; name=Überblick.txt", "Überblick.txt"),
    ]

    @Test(arguments: namesCases)
    func names(raw: String, expected: String) {
        let value = read(raw)
        #expect(value.value == "text/plain")
        #expect(value.parameters["name"] == expected)
    }

    @Test func rawBytesAreGuessed() {
        let value = ParameterizedValue(
            field(Array("a; name=\"".utf8) + [0xDC] + Array(".txt\"".utf8)), limits: .standard)
        #expect(value.parameters["name"] == "Ü.txt")
    }

    @Test func boundariesMayHoldEqualsSigns() {
        #expect(read("multipart/mixed; boundary=----=_Part_1.2=3").parameters["boundary"] == "----=_Part_1.2=3")
        #expect(read("multipart/mixed; boundary=\"=_?=\"; x=y").parameters["boundary"] == "=_?=")
    }

    @Test func aValueMayBeMissing() {
        #expect(read("charset=utf-8").value == "")
        #expect(read("charset=utf-8").parameters["charset"] == "utf-8")
        #expect(read("").value == "")
        #expect(read(";;;").parameters.isEmpty)
        #expect(read("TEXT/HTML").value == "text/html")
    }

    @Test func parametersAreCutAtTheirLimit() {
        let many = (0..<1000).map { "; p\($0)=v" }.joined()
        #expect(read("a/b" + many).parameters.count == 128)
        let segments = (0..<1000).map { "; name*\($0)=v" }.joined()
        #expect(read("a/b" + segments).parameters["name"]?.count == 128)
    }
}
