import Accounts
import MailModel

extension SetupDialogue {
    /// The address, where its mail is, and the name to sign in with.
    mutating func findAccount() async throws {
        address = try askAddress()
        let saidUser = try await findServers()
        user = try askUser(said: saidUser)
        if options.noSmtp {
            smtp = nil
            if let profile, profile.smtp != nil {
                say("\(profile.title) takes mail to send, too; nothing is sent unless a rule says so.")
            }
        }
        guard let known = draft.account(like: account) else { return }
        throw CommandStatus.wrong(
            "account “\(known.name)” in \(draft.path) signs in there as \(known.user) already; nothing was changed. "
                + "`postmoon doctor \(known.name)` tells whether it works")
    }

    private func askAddress() throws -> EnvelopeAddress {
        if let given = options.address.flatMap(EnvelopeAddress.init) { return given }
        guard let questions else { throw Questions.ended }
        return try questions.ask("Your mail address") { text throws(Questions.Objection) in
            guard let address = EnvelopeAddress(text), address.domain.contains(".") || address.domain == "localhost"
            else { throw Questions.Objection("That is no mail address; write it like jane@icloud.com.") }
            return address
        }
    }

    // MARK: Servers

    /// - Returns: the user name that somebody said.
    private mutating func findServers() async throws -> String? {
        do {
            (imap, smtp) = try options.servers()
        } catch {
            throw CommandStatus.wrong(error.sentence)
        }
        profile = options.provider.flatMap(ProviderProfile.named)
        if profile == nil, options.autoconfig == nil {
            profile = ProviderProfile.forDomain(address.domain)
            if let profile { say("That is \(profile.title).") }
        }
        if profile?.imap == nil, imap == nil, let said = try await lookForServers() { return said.user }
        completeByAuthority()
        return nil
    }

    /// The profile's servers under an authority of one's own.
    private mutating func completeByAuthority() {
        guard let authority = options.ca else { return }
        if imap == nil { imap = profile?.imap }
        if smtp == nil { smtp = profile?.smtp }
        let path = absolute(authority)
        imap?.caFile = path
        smtp?.caFile = path
    }

    private mutating func lookForServers() async throws -> FoundServers? {
        if let place = options.autoconfig {
            // Whoever names the page vouches for it.
            let found: FoundServers
            do {
                found = try await setup.read(autoconfiguration: place, for: address)
            } catch {
                throw CommandStatus(error)
            }
            say("\(found.source) says: \(Self.sentence(found)).")
            try take(found)
            return found
        }
        say("Asking \(address.domain) where its mail is ...")
        let findings = await setup.findServers(of: address)
        findings.notes.forEach { say("  \(Terminal.safe($0))") }
        if let found = findings.servers, try agrees(found) {
            try take(found)
            return found
        }
        guard let questions else {
            throw CommandStatus.wrong(
                "\(address.domain) does not say where its mail is: give --imap HOST, and --smtp HOST or --no-smtp")
        }
        if findings.servers == nil {
            say("\(address.domain) does not say it. Its provider's help pages do, under IMAP.")
        }
        try askServers(questions)
        return nil
    }

    private mutating func take(_ found: FoundServers) throws {
        guard !found.needsOAuth2 || found.profile != nil || options.tokenCommand != nil else {
            throw CommandStatus.failed(
                "\(found.imap.host) takes no passwords, only OAuth 2: give --token-command COMMAND that prints a token, "
                    + "or write the account as docs/accounts.md tells")
        }
        profile = found.profile
        imap = found.imap == found.profile?.imap ? nil : found.imap
        if smtp == nil, !options.noSmtp { smtp = found.smtp == found.profile?.smtp ? nil : found.smtp }
        completeByAuthority()
    }

    /// Whether the password may go to the servers that were found: to those of the address's own domain it may; others
    /// only a person can vouch for (RFC 6186 §6).
    private func agrees(_ found: FoundServers) throws -> Bool {
        let foreign = found.foreignHosts(for: address.domain)
        let source = Terminal.safe(found.source)
        guard !foreign.isEmpty else {
            say("\(source) says: \(Self.sentence(found)).")
            return true
        }
        if let provider = found.profile {
            guard let questions else {
                throw CommandStatus.wrong(
                    "\(source) has its mail at \(provider.title): give --provider \(provider.name), if that is right")
            }
            return try questions.confirm("\(source) has its mail at \(provider.title). Is that right?", usual: true)
        }
        guard let questions else {
            let smtp = found.smtp.map { " --smtp \(ServerText.text($0))" } ?? " --no-smtp"
            throw CommandStatus.wrong(
                "\(source) names servers of another domain, and your password would go there: "
                    + "give --imap \(ServerText.text(found.imap))\(smtp), if that is right")
        }
        say("\(source) says: \(Self.sentence(found)).")
        say("That is another domain (\(foreign.joined(separator: ", "))), and your password would go there.")
        return try questions.confirm("Is that right?", usual: false)
    }

    private static func sentence(_ found: FoundServers) -> String {
        let sending = found.smtp.map { ", and mail is sent by \(ServerText.text($0))" } ?? ""
        return Terminal.safe("mail is at \(ServerText.text(found.imap))\(sending)")
    }

    /// Asks for both servers; what is known is offered.
    mutating func askServers(_ questions: Questions) throws {
        let usualIMAP = (imap ?? profile?.imap).map(ServerText.text) ?? "imap.\(address.domain)"
        let authority = options.ca.map(absolute) ?? imap?.caFile
        imap = try questions.ask("IMAP server", usual: usualIMAP) { text throws(Questions.Objection) in
            try ServerText.parse(text, .imap, authority: authority)
        }
        guard !options.noSmtp else { return }
        let usualSMTP = (smtp ?? profile?.smtp).map(ServerText.text) ?? "smtp.\(address.domain)"
        let question = "Server that takes mail to send, or none"
        smtp = try questions.ask(question, usual: usualSMTP) { text throws(Questions.Objection) in
            guard text.lowercased() != "none" else { return ServerEndpoint?.none }
            return try ServerText.parse(text, .smtp, authority: authority)
        }
    }

    // MARK: The user name

    private func askUser(said: String?) throws -> String {
        if let given = options.user { return given }
        let refused = profile.map { $0.refusesSignIn(by: address.rawValue) } ?? false
        guard let questions, profile == nil || refused else { return said ?? address.rawValue }
        guard refused, let profile else { return try questions.ask("User name", usual: said ?? address.rawValue) }
        let domains = profile.domains.map { "@\($0)" }.joined(separator: ", ")
        say("\(profile.title) signs in by the account's main address alone (\(domains)).")
        return try questions.ask("The account's main address")
    }

    /// Asks for another one; an address takes the old one's place.
    mutating func askOtherUser(_ questions: Questions) throws {
        let other = try questions.ask("Address or user name", usual: user)
        if user == address.rawValue, let address = EnvelopeAddress(other) { self.address = address }
        user = other
    }
}
