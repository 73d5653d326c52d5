import Foundation
import MIMEParsing
import Testing

/// Messages in `Tests/Messages`, each with a file beside it that says what must come out.
@Suite struct MessageFixtureTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Messages")

    private static let names: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path())) ?? []
        return files.filter { $0.hasSuffix(".eml") }.map { String($0.dropLast(4)) }.sorted()
    }()

    private func show(_ raw: [UInt8]) -> [String] {
        let parsed = ParsedMessage(raw)
        var lines: [String] = []
        for name in ["from", "to"] {
            for address in parsed.header.first(name)?.addresses ?? [] {
                lines.append("\(name): \(address.name)|\(address.address)")
            }
        }
        lines.append("subject: " + (parsed.header.first("subject")?.text ?? ""))
        if let date = parsed.header.first("date").flatMap({ MailDate.parse($0.text) }) { lines.append("date: \(date)") }
        lines += parsed.allParts.map { "part: \($0.path) \($0.mediaType)" }
        lines += parsed.attachments.map { "attachment: \($0.filename)|\($0.type)|\($0.size)" }
        let text = parsed.text.replacingOccurrences(of: "\n", with: "\\n").replacingOccurrences(of: "\t", with: "\\t")
        return lines + ["text: " + text]
    }

    @Test func thereAreFixtures() { #expect(Self.names.count >= 11) }

    @Test(arguments: names)
    func comesOutAsExpected(name: String) throws {
        let raw = try Data(contentsOf: Self.folder.appending(path: name + ".eml"))
        let expected = try String(contentsOf: Self.folder.appending(path: name + ".expected"), encoding: .utf8)
        #expect(show(Array(raw)) == expected.split(separator: "\n").map(String.init))
    }

    /// Line ends do not change what a message says.
    @Test(arguments: names)
    func saysTheSameWithBareLineFeeds(name: String) throws {
        let raw = try Data(contentsOf: Self.folder.appending(path: name + ".eml"))
        let bare = ParsedMessage(raw.filter { $0 != 0x0D })
        let whole = ParsedMessage(Array(raw))
        #expect(bare.text == whole.text)
        #expect(bare.allParts.map(\.path) == whole.allParts.map(\.path))
        #expect(bare.attachments.map(\.filename) == whole.attachments.map(\.filename))
    }
}
