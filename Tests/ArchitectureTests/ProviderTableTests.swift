import Foundation
import Testing

/// What is known of one provider and not of another stands in one table, and is no condition anywhere else.
@Suite struct ProviderTableTests {
    private static let table = "Sources/Accounts/Providers/ProviderProfile+Table.swift"

    /// Ways to ask which provider it is.
    private static func questions(in text: String) -> [String] {
        let patterns = [
            #/provider\s*[!=]=/#, #/profile\.name\b/#, #/profile\s*[!=]=\s*\./#,
            #/case\s+"(?:icloud|gmail|outlook|yahoo)"/#,
            #/\.name\s*[!=]=\s*"(?:icloud|gmail|outlook|office365|yahoo|aol|fastmail|gmx|mailbox\.org|proton)"/#,
        ]
        return patterns.flatMap { pattern in text.matches(of: pattern).map { String(text[$0.range]) } }
    }

    @Test func noSourceAsksWhichProviderItIs() throws {
        for file in try Repository.files(under: "Sources", ending: ".swift") where file != Self.table {
            let found = Self.questions(in: try Repository.text(file))
            #expect(found.isEmpty, "\(file): \(found)")
        }
    }

    @Test func noHostOfAProviderStandsElsewhere() throws {
        let hosts = try Repository.text(Self.table).matches(of: #/"((?:imap|smtp|mail|outlook)[a-z0-9.-]*\.[a-z]+)"/#)
            .map { String($0.1) }
        #expect(hosts.count > 12, "the table was read")
        for file in try Repository.files(under: "Sources", ending: ".swift") where file != Self.table {
            let text = try Repository.text(file)
            let found = hosts.filter { text.contains("\"\($0)\"") }
            #expect(found.isEmpty, "\(file): \(found)")
        }
    }

    @Test func aQuestionIsCaught() {
        #expect(Self.questions(in: #"if account.provider == "icloud" {"#).count == 1)
        #expect(Self.questions(in: #"guard profile.name != "gmail" else"#).isEmpty == false)
        #expect(Self.questions(in: #"switch name { case "icloud": 1 }"#).count == 1)
        #expect(Self.questions(in: "account.profile.quirks.hasMove").isEmpty)
    }

    /// A quirk that nothing depends on is a promise that nothing keeps.
    @Test func everyQuirkIsReadSomewhere() throws {
        let profile = try Repository.text("Sources/Accounts/Providers/ProviderProfile.swift")
        let quirks = try #require(profile.firstMatch(of: #/struct Quirks[^}]*}/#)).0.matches(of: #/public var (\w+)/#)
            .map { String($0.1) }
        #expect(quirks.count > 5, "the structure was read")
        let sources = try Repository.files(under: "Sources", ending: ".swift").map { try Repository.text($0) }
        for quirk in quirks {
            #expect(sources.contains { $0.contains("quirks.\(quirk)") }, "nobody reads \(quirk)")
        }
    }

    /// The command that takes a whole mailbox away is the doctor's alone, for folders that it has made.
    @Test func onlyTheDoctorDeletesMailboxes() throws {
        let users = try Repository.files(under: "Sources", ending: ".swift").filter {
            try !$0.hasPrefix("Sources/IMAPSyntax/") && Repository.text($0).contains(".deleteMailbox(")
        }
        #expect(users == ["Sources/Doctor/MoveTrial.swift"], "\(users)")
    }
}
