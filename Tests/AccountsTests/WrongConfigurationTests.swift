import Foundation
import Testing

@testable import Accounts

/// One wrong configuration and all that has to be said about it.
struct WrongConfiguration: CustomTestStringConvertible, Sendable {
    var name: String
    var text: String
    var problems: [String]

    init(_ name: String, _ text: String, _ problems: String...) {
        self.name = name
        self.text = text
        self.problems = problems
    }

    var testDescription: String { name }

    /// A right account around what is wrong: four lines.
    static func account(_ name: String, _ lines: String, _ problems: String...) -> Self {
        var wrong = Self(
            name, "[accounts.a]\nuser = \"a@b.c\"\nimap = { host = \"h\" }\npassword = { env = \"P\" }\n\(lines)")
        wrong.problems = problems
        return wrong
    }

    /// The same account without its password.
    static func password(_ name: String, _ lines: String, _ problems: String...) -> Self {
        var wrong = Self(name, "[accounts.a]\nuser = \"a@b.c\"\nimap = { host = \"h\" }\n\(lines)")
        wrong.problems = problems
        return wrong
    }
}

@Suite struct WrongConfigurationTests {
    @Test(arguments: all) func isRefusedWithLineAndReason(wrong: WrongConfiguration) throws {
        let folder = try ConfigurationFolder()
        try folder.write("open.secret", "x", mode: 0o640)
        let problems = try folder.problems(wrong.text)
        #expect(problems == wrong.problems)
    }

    static let all: [WrongConfiguration] = top + accounts + endpoints + secrets + channels

    static let top: [WrongConfiguration] = [
        .init(
            "empty file", "",
            "1: there is no account: write a table [accounts.NAME] with `provider`, `user` and `password`"),
        .init(
            "syntax", "rules = \"rules\"\n[accounts.a\nuser = 1",
            "2: not valid TOML: error while parsing table header: expected ']'"),
        .init(
            "password without quotation marks", "[accounts.a]\npassword = trustno1",
            "2: not valid TOML: error while parsing boolean: expected 'true'"),
        .init("NUL escape", "rules = \"a\\u0000b\"", "1: a NUL character does not belong in this file"),
        .init("NUL byte", "rules = \"x\"\n\0", "2: a NUL byte does not belong in this file"),
        .account("unknown key at the top", "[ruels]", "5: unknown key `ruels`; did you mean `rules`?"),
        .init(
            "wrong types at the top",
            """
            rules = 3
            state = ["x"]
            timezone = 2020-01-01
            keep = 180
            allow_expunge = "no"
            accounts = 1
            """,
            "1: `rules` must be a text in quotation marks, not a whole number",
            "2: `state` must be a text in quotation marks, not a list",
            "3: `timezone` must be a text in quotation marks, not a date",
            "4: `keep` must be a duration in quotation marks such as \"4m\", not a whole number",
            "5: `allow_expunge` must be true or false, not a text",
            "6: [accounts] must be a table, not a whole number"),
        .init(
            "values at the top that mean nothing",
            """
            rules = "nowhere"
            timezone = "Europe/Berln"
            keep = "3h"
            allow_expung = true
            [accounts]
            """,
            "1: `rules`: the folder {folder}/nowhere does not exist",
            "2: `timezone`: there is no time zone \"Europe/Berln\"; did you mean \"Europe/Berlin\"?",
            "3: `keep` must be from 1d to 36525d, not 3h",
            "4: unknown key `allow_expung`; did you mean `allow_expunge`?",
            "5: [accounts] is empty: write [accounts.NAME]"),
        .account(
            "a type in a program, nothing in a group", "[programs.x]\ncommand = [\"x\"]\nrepeat = 1\n[notify]",
            "7: `repeat` in [programs.x] must be true or false, not a whole number",
            "8: [notify] is empty: write [notify.NAME]"),
        .account(
            "programs",
            "[programs.\"a b\"]\ncommand = [\"x\"]\n[programs.x]\n[programs.y]\ncommand = \"rm -rf\"\n"
                + "[programs.z]\ncommand = []\n[programs.u]\ncommand = [1]",
            "5: \"a b\" cannot be a name in [programs]: use letters A-Z, digits, _ and -",
            "7: [programs.x] has no `command`: write command = [\"/path/to/program\"]",
            "9: `command` in [programs.y] must be a list: the program, then its arguments (there is no shell), not a text",
            "11: `command` in [programs.z] names no program",
            "13: `command` in [programs.u] must be a list of texts, but one of them is a whole number"),
    ]

    static let accounts: [WrongConfiguration] = [
        .account(
            "unknown key", "pasword = 1\nadress = \"x\"\nxyzzy = 2",
            "5: unknown key `pasword` in [accounts.a]; did you mean `password`?",
            "6: unknown key `adress` in [accounts.a]; did you mean `address`?",
            "7: unknown key `xyzzy` in [accounts.a]"),
        .init(
            "unknown provider", "[accounts.a]\nprovider = \"iclowd\"\nuser = \"a\"\npassword = { env = \"P\" }",
            "2: `provider` in [accounts.a] must be \"icloud\", \"gmail\", \"outlook\", \"office365\", \"yahoo\", \"aol\", "
                + "\"fastmail\", \"gmx\", \"mailbox.org\", \"proton\" or \"custom\", not \"iclowd\"; did you mean \"icloud\"?"
        ),
        .init(
            "nothing in it", "\n[accounts.a]",
            "2: [accounts.a] has no `imap`: write provider = \"icloud\" (or another), or imap = { host = \"imap.example.org\" }",
            "2: [accounts.a] has no `user`: write user = \"you@example.org\", the name you sign in with",
            "2: [accounts.a] has no `password`: write password = { command = [\"secret-tool\", \"lookup\", \"service\", "
                + "\"postmoon\"] } or password = { file = \"a.secret\" }"),
        .init("no table", "accounts.a = 3", "1: [accounts.a] must be a table, not a whole number"),
        .account(
            "addresses", "address = \"jane\"\naliases = [\"x@y.z\",\n  \"not one\", 7]",
            "5: `address` in [accounts.a]: \"jane\" is no mail address; write it like \"jane@example.org\"",
            "7: `aliases` in [accounts.a] must be a list of texts, but one of them is a whole number",
            "7: `aliases` in [accounts.a]: \"not one\" is no mail address; write it like \"jane@example.org\""),
        .account(
            "folders",
            "watch = [\"INBOX\", \"inbox\",\n \"A//B\"]\nfolders = { archiv = \"X\", trash = 3, junk = \"\" }",
            "5: `watch` in [accounts.a] names INBOX twice",
            "6: `watch` in [accounts.a]: \"A//B\" is no folder name; levels are separated by single /, none is empty",
            "7: `trash` in `folders` in [accounts.a] must be a text in quotation marks, not a whole number",
            "7: `junk` in `folders` in [accounts.a] is empty",
            "7: unknown key `archiv` in `folders` in [accounts.a]; did you mean `archive`?"),
        .account(
            "watching nothing", "watch = []",
            "5: `watch` in [accounts.a] is an empty list: name at least one folder, or leave it out for INBOX"),
        .account(
            "times", "idle = \"30m\"\npoll = \"fast\"\ntimeout = \"0s\"",
            "5: `idle` in [accounts.a] must be from 1s to 29m, not 30m",
            "6: `poll` in [accounts.a] is no duration: write a whole number and s, m, h, d or w, such as \"4m\"",
            "7: `timeout` in [accounts.a] must be from 1s to 1h, not 0s"),
        .account(
            "too much time", "poll = \"99999999999999999999w\"",
            "5: `poll` in [accounts.a] is no duration: write a whole number and s, m, h, d or w, such as \"4m\""),
        .account(
            "policy and ceiling", "unknown = \"retry\"\nceiling = { hour = 0, day = 2.5, week = 1 }",
            "5: `unknown` in [accounts.a] must be \"resend\" or \"hold\", not \"retry\"",
            "6: `hour` in `ceiling` in [accounts.a] must be from 1 to 1000000, not 0",
            "6: `day` in `ceiling` in [accounts.a] must be a whole number, not a number with a point",
            "6: unknown key `week` in `ceiling` in [accounts.a]"),
        .account(
            "line break in a name", "name = \"Jane\\r\\nBcc: x\"",
            "5: `name` in [accounts.a] holds a control character"),
    ]

    private static func endpoint(_ name: String, _ lines: String, _ problems: String...) -> WrongConfiguration {
        var wrong = WrongConfiguration(name, "[accounts.a]\nuser = \"a@b.c\"\npassword = { env = \"P\" }\n\(lines)")
        wrong.problems = problems
        return wrong
    }

    static let endpoints: [WrongConfiguration] = [
        endpoint(
            "no protection on a network", "imap = { host = \"imap.example.org\", port = 143, security = \"none\" }",
            "4: `security` in `imap` in [accounts.a]: \"none\" would send the password in the clear to "
                + "imap.example.org; it is allowed for this machine (127.0.0.1, ::1, localhost) only: write \"tls\" or \"starttls\""
        ),
        endpoint(
            "a name that only looks like loopback",
            "[accounts.a.imap]\nhost = \"127.0.0.1.example.org\"\nsecurity = \"none\"",
            "6: `security` in `imap` in [accounts.a]: \"none\" would send the password in the clear to "
                + "127.0.0.1.example.org; it is allowed for this machine (127.0.0.1, ::1, localhost) only: write \"tls\" or \"starttls\""
        ),
        endpoint(
            "wrong values", "imap = { host = \"h\", port = 70000, security = \"ssl\", ca = \"none.pem\", tls = true }",
            "4: `port` in `imap` in [accounts.a] must be from 1 to 65535, not 70000",
            "4: `security` in `imap` in [accounts.a] must be \"tls\", \"starttls\" or \"none\", not \"ssl\"",
            "4: unknown key `tls` in `imap` in [accounts.a]",
            "4: `ca` in `imap` in [accounts.a]: the file {folder}/none.pem does not exist"),
        endpoint(
            "a URL for a host", "imap = { host = \"imaps://h:993\" }",
            "4: `host` in `imap` in [accounts.a]: \"imaps://h:993\" is no host name; the port goes to `port`, without \"://\""
        ),
        endpoint(
            "a mailbox without a login",
            "imap = { host = \"h\", login = false }\nsmtp = { host = \"h\", login = \"no\" }",
            "4: unknown key `login` in `imap` in [accounts.a]",
            "5: `login` in `smtp` in [accounts.a] must be true or false, not a text"),
        endpoint(
            "mail in the clear over a network",
            "imap = { host = \"h\" }\nsmtp = { host = \"relay.lan\", port = 25, security = \"none\", login = false }",
            "5: `security` in `smtp` in [accounts.a]: \"none\" would send mail in the clear to relay.lan; it is allowed "
                + "for this machine (127.0.0.1, ::1, localhost) only: write \"tls\" or \"starttls\""),
        endpoint(
            "no host", "imap = { port = 993 }\nsmtp = \"h\"",
            "4: `imap` in [accounts.a] has no `host`: write host = \"imap.example.org\"",
            "5: `smtp` in [accounts.a] must be a table, not a text"),
    ]

    static let secrets: [WrongConfiguration] = [
        .password(
            "a literal password", "password = \"hunter2\"",
            "4: a password does not belong in this file: write it to a file of its own (chmod 600) and here "
                + "password = { file = \"a.secret\" }, or password = { command = [\"secret-tool\", \"lookup\", "
                + "\"service\", \"postmoon\"] }"),
        .password(
            "a readable secret", "password = { file = \"open.secret\" }",
            "4: `file` in `password` in [accounts.a]: {folder}/open.secret can be read or changed by others: "
                + "chmod 600 {folder}/open.secret"),
        .password(
            "a missing secret", "password = { file = \"gone\" }",
            "4: `file` in `password` in [accounts.a]: the file {folder}/gone does not exist"),
        .password(
            "a folder for a secret", "password = { file = \"rules\" }",
            "4: `file` in `password` in [accounts.a]: {folder}/rules is no regular file"),
        .password(
            "two places", "password = { env = \"P\", credential = \"c\" }",
            "4: `password` in [accounts.a] has `env` and `credential`: keep one"),
        .password(
            "no place", "password = { comand = [\"x\"] }",
            "4: unknown key `comand` in `password` in [accounts.a]; did you mean `command`?",
            "4: `password` in [accounts.a] needs one of `command`, `file`, `env` or `credential`"),
        .password(
            "a path for a credential", "password = { credential = \"../x\" }",
            "4: `credential` in `password` in [accounts.a] is the name of a systemd credential, no path"),
        .account(
            "password and token", "oauth2 = { command = [\"t\"] }",
            "4: [accounts.a] has both `password` and `oauth2`: keep one"),
        .password(
            "a refresh token that others can read",
            "oauth2 = { client_id = \"c\", refresh_token = \"hunter2\", token_url = \"http://example.org/t\" }",
            "4: `refresh_token` in `oauth2` in [accounts.a] is a secret and others can read this file: "
                + "write refresh_token = { file = \"...\" }, or chmod 600 {folder}/postmoon.toml",
            "4: `token_url` in `oauth2` in [accounts.a] must begin with https:// (http:// only to this machine)"),
        .password(
            "half a token", "oauth2 = { scope = \"s\" }",
            "4: `oauth2` in [accounts.a] has no `client_id`: or give command = [...] that prints an access token",
            "4: `oauth2` in [accounts.a] has no `token_url`: it is the address where the provider renews tokens"),
    ]

    static let channels: [WrongConfiguration] = [
        .account(
            "channels",
            """
            [notify.a]
            url = "https://h"
            [notify.b]
            type = "webhok"
            [notify.c]
            type = "webhook"
            url = "http://example.org/token-hunter2"
            [notify.d]
            type = "ntfy"
            url = "hunter2"
            [notify.e]
            type = "desktop"
            url = "https://h"
            [notify.f]
            type = "command"
            [notify.g]
            type = "mail"
            account = "nobody"
            to = "x"
            [notify.h]
            type = "mail"
            account = "a"
            to = "x@y.z"
            [notify.i]
            type = "webhook"
            url = "https://h"
            headers = { "a b" = "c", d = 1 }
            [notify.j]
            type = "webhook"
            url = "https://h"
            secret = "hunter2"
            ceiling = { hour = 0, day = 1 }
            """,
            "5: [notify.a] has no `type`: write type = \"webhook\" (or ntfy, desktop, command, mail)",
            "8: `type` in [notify.b] must be \"webhook\", \"ntfy\", \"desktop\", \"command\" or \"mail\", "
                + "not \"webhok\"; did you mean \"webhook\"?",
            "11: `url` in [notify.c] must begin with https:// (http:// only to this machine)",
            "14: `url` in [notify.d] is no address such as \"https://example.org/hook\"",
            "17: unknown key `url` in [notify.e]",
            "18: [notify.f] has no `command`: write command = [\"/path/to/program\"]",
            "22: `account` in [notify.g]: there is no account \"nobody\"",
            "26: `account` in [notify.h]: the account a has no `smtp` or no address",
            "31: \"a b\" in `headers` in [notify.i] cannot be the name of a header",
            "31: `d` in `headers` in [notify.i] must be a text in quotation marks or { file = \"...\" }, not a whole number",
            "35: `secret` in [notify.j] is a secret and others can read this file: "
                + "write secret = { file = \"...\" }, or chmod 600 {folder}/postmoon.toml",
            "36: `hour` in `ceiling` in [notify.j] must be from 1 to 1000000, not 0",
            "36: unknown key `day` in `ceiling` in [notify.j]"
        )
    ]

    @Test func aFileThatOthersCanChangeIsRefused() throws {
        let folder = try ConfigurationFolder()
        let text = "[accounts.a]\nprovider = \"gmail\"\nuser = \"a@gmail.com\"\npassword = { env = \"P\" }"
        let expected = "1: {folder}/postmoon.toml can be changed by others: chmod go-w {folder}/postmoon.toml"
        #expect(try folder.problems(text, mode: 0o664) == [expected])
        #expect(try folder.problems(text, mode: 0o602) == [expected])
        #expect(try folder.problems(text, mode: 0o604) == [])
    }

    @Test func aFileThatIsNotThereIsNamed() throws {
        let folder = try ConfigurationFolder()
        let error = try #require(throws: ConfigurationError.self) {
            _ = try Configuration.load("\(folder.path)/none.toml", environment: [:])
        }
        #expect(error.description == "\(folder.path)/none.toml:1: the configuration does not exist")
        #expect(error.code == .configuration)
        #expect(error.scope == .process)
        #expect(throws: ConfigurationError.self) { _ = try Configuration.load(folder.path, environment: [:]) }
    }

    @Test func aHugeFileIsRefused() throws {
        let folder = try ConfigurationFolder()
        let text = String(repeating: "#", count: Configuration.sizeLimit + 1)
        #expect(try folder.problems(text) == ["1: the configuration is longer than 1048576 bytes"])
    }

    @Test func aPortThatDoesNotFitItsSecurityIsWarnedAbout() throws {
        let folder = try ConfigurationFolder()
        let configuration = try folder.load(
            "[accounts.a]\nprovider = \"icloud\"\nuser = \"a@me.com\"\npassword = { env = \"P\" }\nsmtp = { port = 465 }"
        )
        #expect(
            folder.shown(configuration.warnings) == [
                "5: `smtp` in [accounts.a]: port 465 usually speaks security = \"tls\", not \"starttls\""
            ])
    }

    @Test func noMistakeShowsWhatMayBeASecret() throws {
        let folder = try ConfigurationFolder()
        let canary = "CANARY-xyz"
        for text in [
            "password = \"\(canary)\"", "password = '''\n\(canary)'''", "password = [\"\(canary)\"]",
            "password = \(canary)", "password = t\(canary)", "password = \"\(canary)", "password = 1\(canary)",
            "password = { file = \"x\", secret = \"\(canary)\" }", "password = {\(canary)", "password : \(canary)",
            "oauth2 = { client_id = \"c\", refresh_token = \"\(canary)\", client_secret = \"\(canary)\", token_url = \"x\" }",
            "password = { env = \"P\" }\n[notify.n]\ntype = \"webhook\"\nurl = \"http://h/\(canary)\"",
            "password = { env = \"P\" }\n[notify.n]\ntype = \"webhook\"\nurl = \"https://h\"\nheaders = { A = \"\(canary)\\n\" }",
        ] {
            let problems = try folder.problems("[accounts.a]\nuser = \"a@b.c\"\nimap = { host = \"h\" }\n\(text)")
            #expect(!problems.isEmpty, "\(text)")
            #expect(!problems.joined().contains("CANARY"), "\(text): \(problems)")
        }
    }
}
