import MIMEParsing
import MailModel
import Testing

@testable import RuleRuntime

@Suite struct ConditionTests {
    static let holding = [
        "from:is \"no_reply@email.apple.com\"", "from:is \"NO_REPLY@EMAIL.APPLE.COM\"", "from:domain \"apple.com\"",
        "from:domain \"email.apple.com\"", "from:name \"apple, inc.\"", "from:contains \"Apple, Inc\"",
        "from:contains \"@email\"", "from:starts \"apple\"", "from:matches [[apple\\.com>?$]]", "from:exists()",
        "from:one_of { \"a@b\", \"no_reply@email.apple.com\" }", "from:glob \"*apple*\"",
        "to:detail \"shop\"", "to:is \"team@acme.example\"", "to:domain \"acme.example\"",
        "to:contains \"jane doe\"", "cc:name \"Boss\"", "recipient:is \"boss@acme.example\"",
        "recipient:is \"team@acme.example\"", "~bcc:exists()", "~to:me()", "~reply_to:exists()",
        "subject:is \"your receipt from apple. münchen\"", "subject:contains \"RECEIPT\"",
        "subject:contains(\"receipt\", { case = true })", "~subject:contains(\"RECEIPT\", { case = true })",
        "subject:starts \"Your\"", "subject:ends \"münchen\"", "subject:ends \"MÜNCHEN\"",
        "subject:matches [[\\bAPPLE\\b]]", "~subject:matches([[\\bAPPLE\\b]], { case = true })",
        "subject:glob \"your*m?nchen\"", "~subject:glob \"receipt\"",
        "subject:one_of { \"x\", \"Your receipt from Apple. München\" }", "subject:exists()",
        "header \"X-Tag\":is \"one\"", "header \"x-tag\":is \"TWO\"", "~header \"X-Tag\":contains \"one, two\"",
        "header \"X-Tag\":exists()", "~header \"X-None\":exists()", "message_id:is \"r1@apple.com\"",
        "~list_id:exists()", "body:contains \"12.99\"", "body:matches \"total: \\\\d+\"", "~body:contains \"13\"",
        "~filename:exists()", "~has_attachment", "~bulk", "~automated", "size:over(100)", "size:under \"5MB\"",
        "~size:over \"1KiB\"", "older \"30s\"", "newer \"2m\"", "~older \"1h\"", "date:after \"2026-03-02\"",
        "date:before \"2026-03-02 13:00\"", "~date:before \"2026-03-02 12:00\"", "received:after \"2026-01-01\"",
        "received:between(\"12:30\", \"13:30\")", "~received:between(\"13:30\", \"12:30\")",
        "received:between(\"22:00\", \"13:00\")", "received:weekday { \"mon\" }",
        "~received:weekday { \"sat\", \"sunday\" }", "~flag \"seen\"", "~auth:pass \"dkim\"",
        "all { from:exists(), any { bulk, to:exists() }, none { bulk, automated } }",
        "from:exists() & (bulk | to:exists()) & ~(bulk | cc:is \"x\")", "~~from:exists()",
    ]

    @Test(arguments: holding)
    func itHolds(_ condition: String) async throws {
        #expect(try await RuleBench.holds(condition, for: .whole()))
        #expect(try await !RuleBench.holds("~(\(condition))", for: .whole()))
    }

    static let list = """
        Message-ID: <l1@lists.example>
        From: Bot <jane.doe@icloud.com>
        To: undisclosed-recipients:;
        Subject: =?iso-8859-1?q?caf=E9?=
        List-Id: Dev talk <dev.lists.example>
        List-Unsubscribe: <mailto:x@lists.example>
        Auto-Submitted: auto-generated
        Authentication-Results: mx.example; spf=fail smtp.mailfrom=x; dkim=pass (ok; dkim=none) header.d=lists.example
        Authentication-Results: evil; dmarc=pass
        MIME-Version: 1.0
        Content-Type: multipart/mixed; boundary=b

        --b
        Content-Type: text/plain

        see attached
        --b
        Content-Type: application/pdf
        Content-Disposition: attachment; filename="Invoice 7.PDF"

        %PDF
        --b--

        """

    static let holdingForLists = [
        "list_id:is \"dev.lists.example\"", "list_id:exists()", "bulk", "automated", "auth:pass \"dkim\"",
        "to:contains \"undisclosed\"",
        "~auth:pass \"spf\"", "~auth:pass \"dmarc\"", "from:me()", "subject:is \"cafe\u{301}\"",
        "subject:is \"CAFÉ\"", "has_attachment", "filename:ends \".pdf\"", "filename:is \"invoice 7.pdf\"",
        "filename:glob \"*.pdf\"", "body:contains \"attached\"", "flag \"seen\"", "flag \"$Important\"",
        "~flag \"flagged\"", "~date:before \"2030-01-01\"", "~date:after \"1970-01-02\"",
    ]

    @Test(arguments: holdingForLists)
    func itHoldsForAList(_ condition: String) async throws {
        let flags: Set<Flag> = [.seen, Flag(name: "$important")!]
        #expect(try await RuleBench.holds(condition, for: .whole(Self.list, flags: flags)))
        #expect(try await !RuleBench.holds("~(\(condition))", for: .whole(Self.list, flags: flags)))
    }

    @Test func theFormOfAnAddressDoesNotMatter() async throws {
        let message = RuleMessage.whole(
            "From: =?utf-8?q?J=C3=BCrgen?= <J.Doe+a@M\u{fc}nchen.example> (x)\nMessage-ID: <1@x>\n\n")
        #expect(try await RuleBench.holds("from:name \"jürgen\"", for: message))
        #expect(try await RuleBench.holds("from:detail \"A\"", for: message))
        #expect(try await RuleBench.holds("from:domain \"münchen.example\"", for: message))
        #expect(try await !RuleBench.holds("from:domain \"nchen.example\"", for: message))
    }

    @Test(arguments: ["m\u{fc}nchen.example", "xn--mnchen-3ya.example", "M\u{dc}NCHEN.example"])
    func
        theFormOfADomainDoesNotMatter(_ written: String) async throws
    {
        for sent in ["m\u{fc}nchen.example", "xn--mnchen-3ya.example", "XN--Mnchen-3ya.Example"] {
            let message = RuleMessage.whole("From: <jo@\(sent)>\nMessage-ID: <1@x>\n\n")
            #expect(try await RuleBench.holds("from:domain \"\(written)\"", for: message), "\(sent)")
            #expect(try await RuleBench.holds("from:is \"jo@\(written)\"", for: message), "\(sent)")
            #expect(try await RuleBench.holds("from:one_of { \"jo@\(written)\" }", for: message), "\(sent)")
            #expect(try await !RuleBench.holds("from:is \"j@\(written)\"", for: message), "\(sent)")
        }
    }

    @Test func listsComeFromFiles() async throws {
        let bench = try await RuleBench(
            """
            rule "vip" { when = from:one_of(list.file "vip.txt"), run = { mark "flagged" } }
            rule "contacts" { when = cc:one_of(list.vcard "people.vcf"), run = { keyword "Known" } }
            """,
            lists: [
                "vip.txt": "# people\n\nNO_REPLY@email.apple.com\n",
                "people.vcf": "BEGIN:VCARD\nFN:Boss\nitem1.EMAIL;TYPE=work:boss@\n acme.example\nEND:VCARD\n",
            ])
        #expect(try await bench.decide(.whole()).matchedRules == ["vip", "contacts"])
    }

    @Test func anAttackedExpressionFailsItsRule() async throws {
        let bench = try await RuleBench(
            "rule \"a\" {\n when = subject:matches \"^(a+)+$\", run = { stop } }")
        let message = RuleMessage.header("Subject: \(String(repeating: "a", count: 60))b\nMessage-ID: <1@x>\n\n")
        let failure = try await bench.failure(message)
        #expect(failure.spentBudget)
        #expect(
            failure.description
                == "rules.lua:2: rule a: subject:matches \"^(a+)+$\": the expression went past its steps on this message"
        )
    }
}
