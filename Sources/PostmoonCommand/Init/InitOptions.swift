import Accounts
import ArgumentParser
import struct MailModel.AccountName
import struct MailModel.EnvelopeAddress
import struct MailModel.MailboxName

/// Answers given beforehand: what is not given is asked, where somebody can be asked.
struct InitOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Your mail address.", valueName: "ADDRESS"))
    var address: String?

    @Option(help: ArgumentHelp("The name to sign in with, where it is not the address.", valueName: "NAME"))
    var user: String?

    @Option(help: ArgumentHelp("What the account is called in the configuration. Default: home.", valueName: "NAME"))
    var name: String?

    @Option(help: ArgumentHelp("The provider, such as icloud; else the address tells it.", valueName: "NAME"))
    var provider: String?

    @Option(help: ArgumentHelp("The IMAP server: HOST, HOST:PORT or HOST:PORT/starttls.", valueName: "SERVER"))
    var imap: String?

    @Option(help: ArgumentHelp("The server that takes mail to send, in the same form.", valueName: "SERVER"))
    var smtp: String?

    @Flag(help: "The account does not send; for a server that no provider's profile describes.")
    var noSmtp = false

    @Option(
        help: ArgumentHelp(
            "The authority that signed the servers' certificates (PEM), where it is none of the system's.",
            valueName: "FILE"))
    var ca: String?

    @Option(
        help: ArgumentHelp(
            "Where an autoconfiguration (config-v1.1.xml) of the servers is: a file, or an address.",
            valueName: "PLACE"))
    var autoconfig: String?

    @Option(help: ArgumentHelp("The name server to ask.", valueName: "ADDRESS:PORT", visibility: .hidden))
    var nameServer: String?

    @Option(
        help: ArgumentHelp("A file that holds the password, and goes on holding it (0600).", valueName: "FILE"))
    var passwordFile: String?

    @Option(
        help: ArgumentHelp(
            "A command that prints the password each time, such as \"secret-tool lookup service postmoon\".",
            valueName: "COMMAND"))
    var passwordCommand: String?

    @Option(help: ArgumentHelp("A variable of the environment that holds the password.", valueName: "VARIABLE"))
    var passwordEnv: String?

    @Flag(help: "Read the password from standard input, one line, and store it (0600).")
    var passwordStdin = false

    @Option(help: ArgumentHelp("Sign in by OAuth 2, as this registered program.", valueName: "ID"))
    var clientId: String?

    @Option(
        help: ArgumentHelp(
            "A command that prints an OAuth 2 access token each time, where another program looks after them.",
            valueName: "COMMAND"))
    var tokenCommand: String?

    @Option(
        help: ArgumentHelp(
            "A first rule: receipts, newsletters or lists; with =FOLDER into that folder. Give it for each.",
            valueName: "RULE"))
    var rule: [String] = []

    @Flag(help: "Write no rules.")
    var noRules = false

    @Flag(help: "Write without trying whether the account works.")
    var untested = false

    @Flag(help: "Ask nothing, even at a terminal.")
    var noQuestions = false

    func validate() throws {
        let passwords = [
            passwordFile.map { _ in "--password-file" }, passwordCommand.map { _ in "--password-command" },
            passwordEnv.map { _ in "--password-env" }, passwordStdin ? "--password-stdin" : nil,
            clientId.map { _ in "--client-id" }, tokenCommand.map { _ in "--token-command" },
        ].compactMap { $0 }
        guard passwords.count < 2 else {
            throw ValidationError("\(passwords.joined(separator: " and ")) exclude each other: give one")
        }
        if let address, EnvelopeAddress(address) == nil {
            throw ValidationError("--address: “\(Terminal.safe(address))” is no mail address")
        }
        if let name, AccountName(name) == nil {
            throw ValidationError("--name: use letters A-Z, digits, _ and -")
        }
        if let provider, ProviderProfile.named(provider) == nil {
            let known = ProviderProfile.all.map(\.name).joined(separator: ", ")
            throw ValidationError("--provider: there is no “\(Terminal.safe(provider))”; known are \(known)")
        }
        for (option, command) in [("--password-command", passwordCommand), ("--token-command", tokenCommand)] {
            if let command, CommandWords.split(command) == nil {
                throw ValidationError("\(option): a quotation mark has no partner, or there is no word")
            }
        }
        if noSmtp, smtp != nil { throw ValidationError("--smtp and --no-smtp exclude each other: give one") }
        if noRules, !rule.isEmpty { throw ValidationError("--rule and --no-rules exclude each other: give one") }
        do {
            _ = try servers()
            _ = try rules()
        } catch {
            throw ValidationError(error.sentence)
        }
    }

    /// The servers that were given.
    func servers() throws(Questions.Objection) -> (imap: ServerEndpoint?, smtp: ServerEndpoint?) {
        var given: (imap: ServerEndpoint?, smtp: ServerEndpoint?)
        if let imap { given.imap = try ServerText.parse(imap, .imap, authority: ca) }
        if let smtp { given.smtp = try ServerText.parse(smtp, .smtp, authority: ca) }
        return given
    }

    /// The rules that were given; `nil`: none, and not none by intention.
    func rules() throws(Questions.Objection) -> [(rule: FirstRule, folder: MailboxName?)]? {
        if noRules { return [] }
        guard !rule.isEmpty else { return nil }
        var rules: [(rule: FirstRule, folder: MailboxName?)] = []
        for text in rule {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let rule = FirstRule(rawValue: String(parts[0])) else {
                let known = FirstRule.allCases.map(\.rawValue).joined(separator: ", ")
                throw Questions.Objection("--rule: there is no “\(Terminal.safe(text))”; there are \(known)")
            }
            guard !rules.contains(where: { $0.rule == rule }) else {
                throw Questions.Objection("--rule: \(rule.rawValue) is given twice")
            }
            var folder: MailboxName?
            if parts.count == 2 { folder = try FirstRules.folder(String(parts[1])) }
            rules.append((rule, folder))
        }
        return rules
    }
}
