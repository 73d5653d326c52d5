import Accounts
import Daemon
import Doctor
import Foundation
import MailModel

/// The way from an address to a configuration that works. What was answered stays answered: after a failure only what is
/// to be changed is asked again.
struct SetupDialogue {
    /// How the account will prove itself.
    enum Credential {
        /// Typed or read, and stored at the end.
        case held(Secret)
        /// Kept elsewhere, or a client id.
        case elsewhere(AccountDraft.Credential)
    }

    let options: InitOptions
    let json: Bool
    /// `nil`: nobody can be asked.
    let questions: Questions?
    let setup: AccountSetup
    let draft: ConfigurationDraft
    let name: AccountName
    let secretFile: String

    var address = EnvelopeAddress.null
    var user = ""
    var profile: ProviderProfile?
    var imap: ServerEndpoint?
    var smtp: ServerEndpoint?
    var credential: Credential?
    /// What the last trial found.
    var checks: [CheckResult] = []

    init(
        options: InitOptions, json: Bool, questions: Questions?, setup: AccountSetup, draft: ConfigurationDraft
    ) {
        self.options = options
        self.json = json
        self.questions = questions
        self.setup = setup
        self.draft = draft
        name = options.name.flatMap(AccountName.init) ?? draft.freeName
        secretFile = draft.freeSecretFile(for: name)
    }

    mutating func run() async throws {
        try refuseWhatCannotBe()
        greet()
        try await findAccount()
        try findCredential()
        let folders = try await tryAccount()
        let rules = try chooseRules(folders)
        try await write(rules)
    }

    /// Whether a client id is wanted in place of a password, and `postmoon login` afterwards.
    var needsLogin: Bool {
        options.tokenCommand == nil && (options.clientId != nil || profile?.signIn.takesPassword == false)
    }

    /// The account as far as it is known.
    var account: AccountDraft {
        let kept: AccountDraft.Credential =
            switch credential {
            case .elsewhere(let credential): credential
            case .held, nil: .file(secretFile)
            }
        return AccountDraft(
            name: name, profile: profile, user: user, address: address.rawValue, imap: imap, smtp: smtp,
            credential: kept)
    }

    /// What a person is told; programs read the result alone.
    func say(_ text: String = "") {
        guard !json else { return }
        (questions ?? Questions()).say(text)
    }

    /// A path as a person reads it: `~` for the home folder.
    static func shown(_ path: String) -> String {
        guard let home = ProcessInfo.processInfo.environment["HOME"], home.count > 1, path.hasPrefix(home + "/") else {
            return Terminal.safe(path)
        }
        return Terminal.safe("~" + path.dropFirst(home.count))
    }

    // MARK: The beginning

    private func refuseWhatCannotBe() throws {
        if draft.existing?.account(name) != nil {
            throw CommandStatus.wrong(
                "there is an account “\(name)” in \(draft.path) already: give another --name, or change it there")
        }
        if !options.rule.isEmpty, draft.hasRules {
            throw CommandStatus.wrong(
                "\(draft.rulesFolder) holds files already, which stay as they are: leave out --rule")
        }
        guard questions == nil else { return }
        var missing: [String] = []
        if options.address == nil { missing.append("the address (--address you@example.org)") }
        let isOAuth2 =
            options.address.flatMap(EnvelopeAddress.init).flatMap { ProviderProfile.forDomain($0.domain) }
            .map { !$0.signIn.takesPassword } ?? false
        let hasPassword =
            options.passwordFile != nil || options.passwordCommand != nil || options.passwordEnv != nil
            || options.passwordStdin || options.clientId != nil || options.tokenCommand != nil
        if !hasPassword, !isOAuth2 {
            missing.append(
                "the password (--password-file, --password-command, --password-env or --password-stdin)")
        }
        guard missing.isEmpty else {
            throw CommandStatus.wrong(
                "nobody can be asked here, and this is missing: \(missing.joined(separator: ", and "))")
        }
    }

    private func greet() {
        guard questions != nil else { return }
        if let existing = draft.existing {
            let names = existing.accounts.map(\.name.rawValue).joined(separator: ", ")
            say("\(Self.shown(draft.path)) is there already (accounts: \(names)).")
            say("This adds an account to it and leaves the rest as it is.")
        } else {
            say("This asks for your mail account, tries it, and writes \(Self.shown(draft.path)).")
        }
        say("Nothing is written before the account works. Ctrl-C leaves everything as it is.")
        say()
    }
}
