import IMAPSyntax
import MailModel
import Testing

@testable import IMAPSession

/// Names as people write them and as servers do.
@Suite struct MailboxLayoutTests {
    struct Case: Sendable {
        var separator: Character?
        var prefix: String
        var name: String
        /// `nil`: the server cannot have it.
        var wire: String?
    }

    static let cases: [Case] = [
        Case(separator: "/", prefix: "", name: "INBOX", wire: "INBOX"),
        Case(separator: "/", prefix: "", name: "Work/2026", wire: "Work/2026"),
        Case(separator: ".", prefix: "", name: "Work/2026", wire: "Work.2026"),
        Case(separator: ".", prefix: "", name: "INBOX/Sub", wire: "INBOX.Sub"),
        Case(separator: ".", prefix: "INBOX.", name: "Work/2026", wire: "INBOX.Work.2026"),
        Case(separator: ".", prefix: "INBOX.", name: "INBOX", wire: "INBOX"),
        Case(separator: "/", prefix: "Mail/", name: "a", wire: "Mail/a"),
        Case(separator: ".", prefix: "", name: "v1.2", wire: nil),
        Case(separator: ".", prefix: "", name: "v1.\u{301}2", wire: nil),
        Case(separator: nil, prefix: "", name: "flat", wire: "flat"),
        Case(separator: nil, prefix: "", name: "a/b", wire: nil),
        Case(separator: "\\", prefix: "", name: "a/b", wire: "a\\b"),
        Case(separator: "/", prefix: "", name: "Entwürfe & mehr", wire: "Entwürfe & mehr"),
        Case(separator: "/", prefix: "", name: "日本/受信", wire: "日本/受信"),
        Case(separator: "/", prefix: "", name: "%*\"(){", wire: "%*\"(){"),
    ]

    @Test(arguments: cases) func namesGoToTheWireAndBack(_ one: Case) throws {
        let layout = MailboxLayout(separator: one.separator, prefix: one.prefix)
        let name = try #require(MailboxName(one.name))
        #expect(layout.wireName(name)?.decoded == one.wire)
        if let wire = one.wire { #expect(layout.name(WireMailboxName(decoded: wire)) == name) }
    }

    @Test func aNameUnderAPrefixOfINBOXMayBeWrittenBothWays() throws {
        let layout = MailboxLayout(separator: ".", prefix: "INBOX.")
        let long = try #require(MailboxName("INBOX/Work"))
        let short = try #require(MailboxName("Work"))
        #expect(layout.wireName(long) == layout.wireName(short))
        #expect(layout.name(wire("INBOX.Work")) == short)
    }

    @Test(
        arguments: [
            (".", "INBOX.", "INBOX.INBOX"), (".", "INBOX.", "user.bob"), (".", "", "a/b"), (".", "", "a..b"),
            ("/", "", "a//b"),
            ("/", "", "/a"), (".", "", ""), (".", "INBOX.", "INBOX."), ("/", "", "a\u{7}b"),
        ] as [(Character, String, String)]) func whatPeopleCannotWriteHasNoName(
            _ separator: Character, _ prefix: String, _ raw: String
        )
    {
        let layout = MailboxLayout(separator: separator, prefix: prefix)
        #expect(layout.name(wire(raw)) == nil)
    }

    @Test func withoutASeparatorALevelIsNoLevel() {
        #expect(MailboxLayout(separator: nil, prefix: "").name(wire("a/b")) == nil)
    }

    @Test func onlyASCIILettersMakeINBOX() {
        let layout = MailboxLayout(separator: "/", prefix: "")
        #expect(layout.name(wire("inBox")) == .inbox)
        #expect(layout.name(wire("ınbox")) != .inbox)
    }

    /// Whatever the server calls a mailbox: if it has a name, the name leads back to it.
    @Test(arguments: [("/", ""), (".", ""), (".", "INBOX."), ("/", "INBOX/"), ("\\", "")] as [(Character, String)])
    func aNameAlwaysLeadsBackToItsMailbox(_ separator: Character, _ prefix: String) {
        let alphabet: [Character] = ["a", "/", ".", "&", "\u{301}", "I", "ü", "\\", " ", "X"]
        let layout = MailboxLayout(separator: separator, prefix: prefix)
        var generator = RandomSessionTests.Seeded(state: 4)
        var astray: [String] = []
        for _ in 0..<2_000 {
            var raw = ["", "INBOX.", "INBOX/", "INBOX"].randomElement(using: &generator) ?? ""
            for _ in 0..<Int.random(in: 0...6, using: &generator) {
                raw.append(alphabet.randomElement(using: &generator) ?? "a")
            }
            guard let name = layout.name(wire(raw)) else { continue }
            if layout.wireName(name) != wire(raw) { astray.append("\(raw.debugDescription) is \(name)") }
        }
        #expect(astray.isEmpty, "\(astray.prefix(5))")
    }
}
