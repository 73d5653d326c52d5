import MailModel
import Testing

/// What is refused when a name is made never has to be looked for when it is sent.
@Suite struct NameTests {
    @Test(arguments: ["INBOX", "inbox", "InBox"]) func inboxIsTheSameInAnyCase(_ text: String) {
        #expect(MailboxName(text) == .inbox)
        #expect(MailboxName(text + "/Sub")?.rawValue == "INBOX/Sub")
    }

    @Test(arguments: ["ınbox", "INBOXES", "My INBOX", "Work/inbox"]) func othersAreNotInbox(_ text: String) {
        #expect(MailboxName(text)?.isInbox == false)
        #expect(MailboxName(text)?.rawValue == text)
    }

    @Test(arguments: [
        "", "/", "/a", "a/", "a//b", "a\r\nb", "a\nb", "a\0b", "a\u{7F}", "a\tb", "\u{1}",
        String(repeating: "a", count: 1_001), "/\u{301}a", "a/\u{301}/b//",
    ]) func mailboxNamesThatCannotBe(_ text: String) {
        #expect(MailboxName(text) == nil)
    }

    @Test func mailboxNamesOfAllScriptsAreKeptAsTheyAre() {
        for text in ["Entwürfe", "日本/受信", "a b", "%*\"\\(){", "📬", String(repeating: "a", count: 1_000)] {
            #expect(MailboxName(text)?.rawValue == text)
        }
        #expect(MailboxName("a/b/c")?.levels == ["a", "b", "c"])
    }

    @Test func accountNamesAreShortWords() {
        for text in ["home", "Home-2", "a_b"] { #expect(AccountName(text)?.rawValue == text) }
        for text in ["", "a b", "a/b", "ä", "a.b", "a\n", "../x"] { #expect(AccountName(text) == nil) }
    }

    // MARK: Flags

    @Test func flagsAreComparedWithoutRegardToCase() throws {
        #expect(Flag(wire: "\\SEEN") == .seen)
        #expect(Flag(wire: "\\sEEN")?.rawValue == "\\Seen")
        let left = try #require(Flag(wire: "$Forwarded"))
        let right = try #require(Flag(wire: "$FORWARDED"))
        #expect(left == right && left.hashValue == right.hashValue && Set([left, right]).count == 1)
        #expect(left.rawValue == "$Forwarded")
    }

    @Test(arguments: [
        "", "\\", "a b", "a(b", "a)b", "a{b", "a%b", "a*b", "a\"b", "a\\b", "\\\\Seen", "a]b", "a\r\nb", "a\u{7F}", "ä",
        String(repeating: "k", count: 201),
    ]) func flagsThatCannotBe(_ text: String) {
        #expect(Flag(wire: text) == nil)
        #expect(Flag(name: text) == nil)
    }

    @Test func rulesNameSystemFlagsWithoutTheBackslash() {
        #expect(Flag(name: "seen") == .seen && Flag(name: "Flagged") == .flagged)
        #expect(Flag(name: "\\Seen") == nil, "a rule cannot reach flags that have no name")
        #expect(Flag(name: "Paid")?.isSystem == false)
        #expect(Flag.answered.name == "answered" && Flag(name: "Paid")?.name == "Paid")
    }

    // MARK: Addresses

    @Test(arguments: ["a@b", "jane+shop@example.org", "\"x@y\"@z", "müller@example.org", "a@[127.0.0.1]"])
    func envelopeAddresses(_ text: String) {
        #expect(EnvelopeAddress(text)?.rawValue == text)
    }

    @Test(arguments: [
        "", "a", "@b", "a@", "a b@c", "a@b c", "<a@b>", "a@b>", "a@b\r\nRCPT TO:<x@y>", "a\n@b", "a\0@b", "a\u{7F}@b",
        "a,b@c", "a@b\t", String(repeating: "a", count: 251) + "@b.c", "a\u{301}@\u{301}",
    ]) func addressesThatCannotStandInAnEnvelope(_ text: String) {
        #expect(EnvelopeAddress(text) == nil)
    }

    @Test func onlyASCIIGoesWithoutSMTPUTF8() {
        #expect(EnvelopeAddress("a@b.c")?.isASCII == true)
        #expect(EnvelopeAddress("ä@b.c")?.isASCII == false)
    }

    @Test func addressesHaveADetail() {
        #expect(EmailAddress(name: "", localpart: "jane+shop+x", domain: "a.b").detail == "shop+x")
        #expect(EmailAddress(name: "", localpart: "jane", domain: "a.b").detail == "")
        #expect(EmailAddress(name: "J", localpart: "jane", domain: "").address == "jane")
    }

    // MARK: Secrets

    struct Holder {
        var user = "jane"
        var password = Secret("canary")
        var passwords = ["x": [Secret("canary")]]
    }

    @Test func aSecretIsNeverPrinted() {
        var dumped = ""
        dump(Holder(), to: &dumped)
        let secret = Secret("canary")
        for text in [
            dumped, "\(secret)", secret.debugDescription, String(reflecting: secret), String(describing: Holder()),
            "\(Holder())", "\(Mirror(reflecting: secret).children.map { "\($0)" })", "\([secret])",
            "\(Optional(secret) as Any)",
        ] {
            #expect(!text.contains("canary"), "\(text)")
        }
        #expect(secret.reveal() == "canary" && !secret.isEmpty)
    }

    // MARK: Triggers

    @Test func triggersArePrintedAsTheJournalKeepsThem() {
        #expect(PlanTrigger.new.description == "new")
        #expect(PlanTrigger.flags(3).description == "flags:3")
        #expect(PlanTrigger.schedule(rule: "a:b", due: 9).description == "schedule:a:b:9")
        #expect(PlanTrigger.dry(.after(plan: PlanID(4))).description == "after:4:dry")
    }

    @Test func evidenceIsCut() {
        let long = String(repeating: "é", count: 999)
        #expect(RuleEvidence.Test(test: "t", value: long, result: true).value.count == 200)
    }

    @Test func scopesAreOrderedFromTheMessageToTheProcess() {
        #expect(
            [FaultScope.process, .message, .account, .mailbox, .connection].sorted()
                == [.message, .mailbox, .connection, .account, .process])
    }
}
