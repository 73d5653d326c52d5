import Foundation
import MIMEParsing
import Testing

/// Every message in `Tests/Messages` says what it must.
@Suite struct MessageFixtureTests {
    @Test func thereAreEnough() {
        #expect(MessageFixture.names.count >= 500)
        #expect(MessageFixture.names.count { !$0.hasPrefix("made/") } >= 100)
    }

    @Test(arguments: MessageFixture.names)
    func comesOutAsExpected(name: String) throws {
        let expected = try MessageFixture.expected(name)
        let shown = MessageFixture.show(try MessageFixture.raw(name), as: expected)
        guard shown != expected else { return }
        let missing = expected.filter { !shown.contains($0) }
        let unexpected = shown.filter { !expected.contains($0) }
        Issue.record("\(name): missing \(missing), unexpected \(unexpected), in all \(shown)")
    }

    /// Line ends do not change what a message says.
    @Test(arguments: MessageFixture.names)
    func saysTheSameWithBareLineFeeds(name: String) throws {
        let raw = try MessageFixture.raw(name)
        let bare = ParsedMessage(raw.filter { $0 != 0x0D })
        let whole = ParsedMessage(raw)
        #expect(bare.text == whole.text)
        #expect(bare.html == whole.html)
        #expect(bare.allParts.map(\.path) == whole.allParts.map(\.path))
        #expect(bare.attachments.map(\.filename) == whole.attachments.map(\.filename))
    }
}
