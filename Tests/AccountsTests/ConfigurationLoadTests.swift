import Foundation
import MailModel
import Testing

@testable import Accounts

@Suite struct ConfigurationLoadTests {
    /// The example of DESIGN §3, with paths that exist.
    static let example = """
        rules    = "rules"             # folder of Lua files, relative to this file
        state    = "state"
        timezone = "Europe/Berlin"
        keep     = "180d"
        allow_expunge = false

        [accounts.home]
        provider = "icloud"
        user     = "jane@icloud.com"
        password = { command = ["secret-tool", "lookup", "service", "postmoon"] }
        aliases  = ["jane.doe@icloud.com"]
        watch    = ["INBOX"]
        folders  = { archive = "Archiv" }
        unknown  = "resend"
        idle     = "4m"
        poll     = "2m"
        timeout  = "90s"
        ceiling  = { hour = 500, day = 2000 }

        [accounts.lab]
        user     = "jane"
        address  = "jane@example.org"
        password = { file = "lab.secret" }
        imap     = { host = "127.0.0.1", port = 1993, security = "tls", ca = "ca.pem" }
        smtp     = { host = "127.0.0.1", port = 1587, security = "starttls", ca = "ca.pem" }

        [notify.phone]
        type = "webhook"
        url  = "http://127.0.0.1:8080/hook"

        [programs.archiver]
        command = ["/usr/local/bin/archive-mail"]
        repeat  = false
        """

    @Test func readsTheExampleOfTheContract() throws {
        let folder = try ConfigurationFolder()
        let configuration = try folder.load(Self.example)
        #expect(configuration.rulesFolder == "\(folder.path)/rules")
        #expect(configuration.stateFolder == "\(folder.path)/state")
        #expect(configuration.timezone == "Europe/Berlin")
        #expect(configuration.keep == 180 * 86_400)
        #expect(!configuration.allowExpunge)
        #expect(configuration.accounts.map(\.name.rawValue) == ["home", "lab"])

        let home = configuration.accounts[0]
        #expect(home.profile.name == "icloud")
        #expect(home.imap == ServerEndpoint(host: "imap.mail.me.com", port: 993, security: .tls))
        #expect(home.smtp == ServerEndpoint(host: "smtp.mail.me.com", port: 587, security: .startTLS))
        #expect(home.userNames == ["jane", "jane@icloud.com"])
        #expect(home.smtpUserNames == ["jane@icloud.com"])
        #expect(home.address?.rawValue == "jane@icloud.com")
        #expect(home.addresses == ["jane@icloud.com", "jane.doe@icloud.com"])
        #expect(home.watch == [.inbox])
        #expect(home.folders == [.archive: try #require(MailboxName("Archiv"))])
        #expect(home.unknown == .resend)
        #expect(home.idleSeconds == 240)
        #expect(home.pollSeconds == 120)
        #expect(home.timeoutSeconds == 90)
        #expect(home.ceilingHour == 500)
        #expect(home.ceilingDay == 2_000)
        guard case .password(.command(let command)) = home.credential else {
            Issue.record("no password command")
            return
        }
        #expect(command == ["secret-tool", "lookup", "service", "postmoon"])

        let lab = configuration.accounts[1]
        #expect(lab.profile.name == "custom")
        #expect(lab.userNames == ["jane"])
        #expect(lab.address?.rawValue == "jane@example.org")
        #expect(
            lab.imap
                == ServerEndpoint(host: "127.0.0.1", port: 1993, security: .tls, caFile: "\(folder.path)/ca.pem"))
        #expect(
            lab.smtp
                == ServerEndpoint(host: "127.0.0.1", port: 1587, security: .startTLS, caFile: "\(folder.path)/ca.pem"))
        #expect(lab.unknown == nil)
        #expect(lab.timeoutSeconds == nil)
        #expect(lab.position == SourcePosition(file: folder.configurationPath, line: 20))

        #expect(configuration.programs.map(\.name) == ["archiver"])
        #expect(configuration.programs.first?.repeat == false)
        #expect(configuration.channels.map(\.name) == ["phone"])
        #expect(
            folder.shown(configuration.warnings) == ["31: the program /usr/local/bin/archive-mail does not exist"])
    }

    @Test func accountsKeepTheOrderOfTheFile() throws {
        let folder = try ConfigurationFolder()
        let names = ["zoe", "adam", "m-2", "Berta"]
        let text = names.map {
            """
            [accounts.\($0)]
            provider = "gmail"
            user = "\($0)@gmail.com"
            password = { env = "P" }
            """
        }
        let configuration = try folder.load(text.joined(separator: "\n"))
        #expect(configuration.accounts.map(\.name.rawValue) == names)
    }

    @Test func whatIsWrittenWinsOverTheProfileKeyByKey() throws {
        let folder = try ConfigurationFolder()
        let account = try #require(
            try folder.load(
                """
                [accounts.home]
                provider = "icloud"
                user = "jane@me.com"
                password = { env = "P" }
                imap = { host = "127.0.0.1", port = 4993, ca = "ca.pem" }
                smtp = { port = 465, security = "tls" }
                """
            ).accounts.first)
        #expect(account.profile.name == "icloud")
        #expect(
            account.imap
                == ServerEndpoint(host: "127.0.0.1", port: 4993, security: .tls, caFile: "\(folder.path)/ca.pem"))
        #expect(account.smtp == ServerEndpoint(host: "smtp.mail.me.com", port: 465, security: .tls))
    }

    @Test func aRelayIsToldNoSecret() throws {
        let folder = try ConfigurationFolder()
        let account = try #require(
            try folder.load(
                """
                [accounts.home]
                user = "jane@example.org"
                password = { env = "P" }
                imap = { host = "imap.example.org" }
                smtp = { host = "relay.lan", port = 25, security = "starttls", login = false }
                """
            ).accounts.first)
        #expect(account.smtp?.signsIn == false)
        #expect(account.imap.signsIn)
    }

    @Test(arguments: [
        (#"imap = { host = "h" }"#, 993, ConnectionSecurity.tls),
        (#"imap = { host = "h", port = 143 }"#, 143, .startTLS),
        (#"imap = { host = "h", security = "starttls" }"#, 143, .startTLS),
        (#"imap = { host = "h", port = 1143 }"#, 1143, .tls),
        (#"imap = { host = "127.9.8.7", security = "none" }"#, 143, .none),
        (#"imap = { host = "localhost", port = 5, security = "none" }"#, 5, .none),
        (#"imap = { host = "::1", port = 5, security = "none" }"#, 5, .none),
    ])
    func portAndSecurityFillEachOtherIn(line: String, port: Int, security: ConnectionSecurity) throws {
        let folder = try ConfigurationFolder()
        let account = try #require(
            try folder.load("[accounts.a]\nuser = \"a\"\npassword = { env = \"P\" }\n\(line)").accounts.first)
        #expect(account.imap.port == port)
        #expect(account.imap.security == security)
        #expect(account.smtp == nil)
        #expect(!account.canSend)
    }

    @Test func aKnownHostBringsItsProvidersQuirks() throws {
        let folder = try ConfigurationFolder()
        let account = try #require(
            try folder.load(
                """
                [accounts.a]
                user = "jane@icloud.com"
                password = { env = "P" }
                imap = { host = "IMAP.mail.me.com" }
                """
            ).accounts.first)
        #expect(account.profile.name == "icloud")
        #expect(account.smtp == nil)
    }

    @Test func theProfileCanOnlyLowerTheUsualCeiling() throws {
        let folder = try ConfigurationFolder()
        let account = try #require(
            try folder.load(
                "[accounts.a]\nprovider = \"gmail\"\nuser = \"a@gmail.com\"\npassword = { env = \"P\" }"
            ).accounts.first)
        #expect(account.ceilingDay == 450)
        #expect(account.ceilingHour == 450)
    }

    @Test func stateGoesWhereSystemdOrTheDesktopSays() throws {
        let folder = try ConfigurationFolder()
        let text = "[accounts.a]\nprovider = \"gmail\"\nuser = \"a@gmail.com\"\npassword = { env = \"P\" }"
        let state = { (environment: [String: String]) in try folder.load(text, environment: environment).stateFolder }
        #expect(try state(["STATE_DIRECTORY": "/var/lib/p:/var/lib/q", "HOME": "/h"]) == "/var/lib/p")
        #expect(try state(["XDG_STATE_HOME": "/x", "HOME": "/h"]) == "/x/postmoon")
        #expect(try state(["XDG_STATE_HOME": "relative", "HOME": "/h"]) == "/h/.local/state/postmoon")
        #expect(
            try folder.problems(text, environment: [:])
                == ["1: there is no `state`, and neither $XDG_STATE_HOME nor $HOME says where it could be"])
    }

    @Test func readsEveryKindOfChannel() throws {
        let folder = try ConfigurationFolder()
        let configuration = try folder.load(
            """
            [accounts.a]
            provider = "gmail"
            user = "a@gmail.com"
            password = { credential = "gmail" }
            [notify.hook]
            type = "webhook"
            url = { file = "lab.secret" }
            headers = { Authorization = { file = "lab.secret" }, X-Title = "t" }
            secret = { env = "HOOK_KEY" }
            ceiling = { hour = 7 }
            [notify.topic]
            type = "ntfy"
            url = "https://ntfy.sh/topic"
            [notify.screen]
            type = "desktop"
            [notify.script]
            type = "command"
            command = ["./tell", "me"]
            [notify.boss]
            type = "mail"
            account = "a"
            to = "boss@example.org"
            """)
        #expect(configuration.channels.map(\.name) == ["hook", "topic", "screen", "script", "boss"])
        guard
            case .webhook(.source(.file(let file)), let headers, .source(.environment("HOOK_KEY"))) =
                configuration.channels[0].kind,
            case .ntfy(.literal(let url), _) = configuration.channels[1].kind,
            case .desktop = configuration.channels[2].kind,
            case .command(let command) = configuration.channels[3].kind,
            case .mail(let account, let to) = configuration.channels[4].kind
        else {
            Issue.record("a channel of the wrong kind")
            return
        }
        #expect(configuration.channels.map(\.ceilingHour) == [7, 60, 60, 60, 60])
        #expect(file == "\(folder.path)/lab.secret")
        #expect(headers.map(\.name) == ["Authorization", "X-Title"])
        #expect(url.reveal() == "https://ntfy.sh/topic")
        #expect(command == ["\(folder.path)/tell", "me"])
        #expect(account.rawValue == "a")
        #expect(to.rawValue == "boss@example.org")
    }

    @Test func readsTheThreeFormsOfOAuth2() throws {
        let folder = try ConfigurationFolder()
        let configuration = try folder.load(
            """
            [accounts.a]
            provider = "outlook"
            user = "a@outlook.com"
            oauth2 = { command = ["token"] }
            [accounts.b]
            provider = "outlook"
            user = "b@outlook.com"
            oauth2 = { client_id = "id", refresh_token = { file = "lab.secret" } }
            [accounts.c]
            user = "c"
            imap = { host = "h" }
            oauth2 = { client_id = "id", refresh_token = "written here", token_url = "http://127.0.0.1:9/t" }
            [accounts.d]
            provider = "gmail"
            user = "d@gmail.com"
            oauth2 = { client_id = "id", client_secret = "s", device_url = "http://127.0.0.1:9/d" }
            [accounts.e]
            provider = "outlook"
            user = "e@outlook.com"
            oauth2 = { client_id = "id", refresh_token = { file = "not-yet" } }
            """, mode: 0o600)
        guard case .oauth2(.command(["token"])) = configuration.accounts[0].credential,
            case .oauth2(.refresh(let microsoft)) = configuration.accounts[1].credential,
            case .oauth2(.refresh(let own)) = configuration.accounts[2].credential,
            case .oauth2(.refresh(let google)) = configuration.accounts[3].credential,
            case .oauth2(.refresh(let later)) = configuration.accounts[4].credential
        else {
            Issue.record("a credential of the wrong kind")
            return
        }
        #expect(microsoft.tokenURL == "https://login.microsoftonline.com/common/oauth2/v2.0/token")
        #expect(microsoft.scope.hasSuffix("offline_access"))
        #expect(microsoft.deviceURL?.hasSuffix("/devicecode") == true)
        #expect(own.tokenURL == "http://127.0.0.1:9/t")
        #expect(own.authorizeURL == nil && own.deviceURL == nil)
        #expect(google.refreshToken == nil, "what `postmoon login` stores")
        #expect(google.authorizeURL?.hasPrefix("https://accounts.google.com/") == true)
        #expect(google.deviceURL == "http://127.0.0.1:9/d")
        guard case .source(.file(let file)) = later.refreshToken else {
            Issue.record("no file")
            return
        }
        #expect(file == "\(folder.path)/not-yet", "it may be missing until then")
    }
}
