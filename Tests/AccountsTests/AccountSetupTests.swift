import Foundation
import MailModel
import Testing

@testable import Accounts

/// What `init` writes: the account's table, beside what is there, and all of it or nothing.
@Suite struct AccountSetupTests {
    private let folder: ConfigurationFolder

    init() throws { folder = try ConfigurationFolder() }

    private static func draft(
        _ user: String = "jane@icloud.com", provider: String? = "icloud", imap: ServerEndpoint? = nil,
        smtp: ServerEndpoint? = nil, credential: AccountDraft.Credential = .file("home.secret")
    ) throws -> AccountDraft {
        AccountDraft(
            name: try #require(AccountName("home")), profile: provider.flatMap(ProviderProfile.named), user: user,
            address: "jane@icloud.com", imap: imap, smtp: smtp, credential: credential)
    }

    private func draft() throws -> ConfigurationDraft {
        try ConfigurationDraft(explicit: folder.configurationPath, environment: ["HOME": folder.path])
    }

    // MARK: The table

    @Test func aKnownProviderNeedsThreeLines() throws {
        #expect(
            try Self.draft().table == """
                [accounts.home]
                provider = "icloud"
                user     = "jane@icloud.com"
                password = { file = "home.secret" }

                """)
    }

    @Test func whatIsWrittenIsReadAgain() throws {
        let names = ["jane", "o'hara \"x\" \\ y", "jörg@büro.example"]
        let credentials: [AccountDraft.Credential] = [
            .file("a \"b\".secret"), .command(["pass", "show", "a b", "\\"]), .environment("PASSWORD"),
        ]
        for user in names {
            for credential in credentials {
                let server = ServerEndpoint(
                    host: "127.0.0.1", port: 1_143, security: .startTLS, caFile: "\(folder.path)/ca.pem")
                let account = try Self.draft(user, provider: nil, imap: server, smtp: server, credential: credential)
                let read = try draft().configuration(adding: account)
                #expect(read.accounts.count == 1)
                #expect(read.accounts[0].user == user)
                #expect(read.accounts[0].address?.rawValue == "jane@icloud.com")
                #expect(read.accounts[0].imap == server)
                #expect(read.accounts[0].smtp == server)
                guard case .password(let source) = read.accounts[0].credential else {
                    Issue.record("no password")
                    continue
                }
                switch credential {
                case .file: #expect(source == .file("\(folder.path)/a \"b\".secret"))
                case .command(let words): #expect(source == .command(words))
                case .environment(let name): #expect(source == .environment(name))
                case .oauth2, .tokenCommand: Issue.record("not asked for")
                }
            }
        }
    }

    @Test func whatCannotBeReadIsSaid() throws {
        let server = ServerEndpoint(host: "imap.example.org", port: 143, security: .none)
        #expect {
            _ = try draft().configuration(adding: Self.draft(provider: nil, imap: server))
        } throws: {
            "\($0)".contains("would send the password in the clear")
        }
    }

    // MARK: Beside what is there

    private static let existing = """
        # mine
        [accounts.lab]
        user = "jane@example.org"
        password = { file = "lab.secret" }
        imap = { host = "imap.example.org" }
        """

    @Test func whatIsThereStaysToTheByte() throws {
        try folder.write("postmoon.toml", Self.existing, mode: 0o644)
        let draft = try draft()
        let text = draft.text(adding: try Self.draft())
        #expect(text.hasPrefix(Self.existing + "\n\n[accounts.home]\n"))
        #expect(try draft.configuration(adding: Self.draft()).accounts.map(\.name.rawValue) == ["lab", "home"])
        #expect(draft.freeName.rawValue == "home")
    }

    @Test func aFileWithoutPlaceForATableIsRefused() throws {
        try folder.write(
            "postmoon.toml",
            #"accounts = { lab = { user = "a@b.example", password = { env = "X" }, imap = { host = "h.example" } } }"#,
            mode: 0o644)
        let draft = try draft()
        #expect(throws: ConfigurationError.self) { try draft.configuration(adding: Self.draft()) }
    }

    @Test func aConfigurationThatIsWrongIsNotAddedTo() throws {
        try folder.write("postmoon.toml", "nonsense = 1\n", mode: 0o644)
        #expect(throws: ConfigurationError.self) { try draft() }
    }

    @Test func theSameAccountIsKnownAgain() throws {
        try folder.write("postmoon.toml", Self.existing, mode: 0o644)
        let server = ServerEndpoint(host: "IMAP.example.org", port: 993, security: .tls)
        let draft = try draft()
        #expect(
            try draft.account(like: Self.draft("Jane@example.org", provider: nil, imap: server))?.name.rawValue == "lab"
        )
        #expect(try draft.account(like: Self.draft()) == nil)
    }

    // MARK: Writing

    private func files(previous: String?, secret: String = "home.secret") -> SetupFiles {
        SetupFiles(
            configuration: ("\(folder.path)/new/postmoon.toml", "rules = \"rules\"\n"), previousText: previous,
            secret: ("\(folder.path)/new/\(secret)", Secret("abcd")), rulesFolder: "\(folder.path)/new/rules",
            rules: [("10-a.lua", "-- a\n"), ("tests/a.lua", "-- b\n")])
    }

    private var names: Set<String> {
        Set((try? FileManager.default.subpathsOfDirectory(atPath: "\(folder.path)/new")) ?? [])
    }

    private static let all: Set = [
        "postmoon.toml", "home.secret", "rules", "rules/10-a.lua", "rules/tests", "rules/tests/a.lua",
    ]

    @Test func everythingIsWrittenForItsOwnerAlone() throws {
        try files(previous: nil).write()
        #expect(names == Self.all)
        for name in names {
            let permissions = try #require(FilePermissions(path: "\(folder.path)/new/\(name)"))
            #expect(permissions.mode == (permissions.kind == .folder ? 0o700 : 0o600), "\(name)")
        }
    }

    @Test(arguments: ["rules/10-a.lua", "rules/tests/a.lua", "home.secret", "postmoon.toml"])
    func whatIsThereIsNotWrittenOver(_ name: String) throws {
        try FileManager.default.createDirectory(
            atPath: "\(folder.path)/new/rules/tests", withIntermediateDirectories: true)
        try folder.write("new/\(name)", "mine", mode: 0o600)
        #expect(throws: SecretError.self) { try files(previous: nil).write() }
        #expect(try String(contentsOfFile: "\(folder.path)/new/\(name)", encoding: .utf8) == "mine")
        #expect(names == ["rules", "rules/tests", name], "what was written before is gone again")
    }

    @Test func aConfigurationThatChangedMeanwhileStays() throws {
        try FileManager.default.createDirectory(atPath: "\(folder.path)/new", withIntermediateDirectories: true)
        try folder.write("new/postmoon.toml", "# changed\n", mode: 0o640)
        #expect(throws: SecretError.self) { try files(previous: "# old\n").write() }
        #expect(try String(contentsOfFile: "\(folder.path)/new/postmoon.toml", encoding: .utf8) == "# changed\n")
        try files(previous: "# changed\n").write()
        #expect(FilePermissions(path: "\(folder.path)/new/postmoon.toml")?.mode == 0o640)
    }

    // MARK: Passwords as they are pasted

    @Test(arguments: [
        ("icloud", "abcd-efgh-ijkl-mnop", "abcd-efgh-ijkl-mnop"),
        ("icloud", "abcd efgh ijkl mnop", "abcd-efgh-ijkl-mnop"),
        ("icloud", "abcdefghijklmnop", "abcd-efgh-ijkl-mnop"), ("icloud", "my usual password", nil),
        ("icloud", "ABCD-efgh-ijkl-mnop", nil), ("gmail", "abcd efgh ijkl mnop", "abcdefghijklmnop"),
        ("gmail", "abcd\u{A0}efgh\tijkl mnop", "abcdefghijklmnop"),
    ]) func anAppPasswordIsTidied(_ provider: String, _ pasted: String, _ tidied: String?) throws {
        let shape = try #require(ProviderProfile.named(provider)?.signIn.appPasswordShape)
        #expect(shape.tidied(pasted) == tidied)
        if let tidied { #expect(shape.matches(Secret(tidied))) }
    }
}
