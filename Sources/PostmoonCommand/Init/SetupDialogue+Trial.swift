import Accounts
import Doctor
import MailModel

extension SetupDialogue {
    /// What can be changed after a failure.
    private enum Remedy: Character, CaseIterable {
        case password = "p"
        case user = "u"
        case servers = "s"
        case authority = "c"
        case again = "t"
        case goOn = "g"
        case quit = "q"
    }

    /// Checks that say what a person wants to know when all is well.
    private static let worthTelling: Set<String> = ["imap.login", "imap.folders", "imap.watch", "smtp.envelope"]

    /// Tries the account until it works, or until a person gives up.
    ///
    /// - Returns: the folders on the server.
    mutating func tryAccount() async throws -> [String] {
        while true {
            do {
                let configuration = try draft.configuration(adding: account)
                guard var tried = configuration.account(name) else { throw Questions.ended }
                if case .held(let secret) = credential { tried.credential = .typed(secret) }
                // Tokens come later, by `postmoon login`.
                if options.untested || needsLogin { return [] }
                say()
                say("Trying it ...")
                checks = await setup.check(tried, in: configuration)
                show(checks)
                if checks.allSatisfy(\.ok) { return await setup.folders(of: tried) }
                if try mend() { return await setup.folders(of: tried) }
            } catch let error as ConfigurationError {
                let text = error.problems.map(\.message).joined(separator: "\n")
                guard let questions else { throw CommandStatus.wrong(text) }
                say("  " + Terminal.safe(text))
                say("Nothing was written yet.")
                try change(.servers, questions)
            }
        }
    }

    private func show(_ checks: [CheckResult]) {
        for check in checks where !check.ok || check.advice != nil || Self.worthTelling.contains(check.check) {
            CheckText.lines(check).forEach(say)
        }
    }

    /// - Returns: whether to go on with what does not work.
    private mutating func mend() throws -> Bool {
        guard let questions else {
            if json { try report(configuration: nil, secret: nil, rules: [], next: []) }
            throw CommandStatus.failed("the account does not work yet, so nothing was written")
        }
        let remedies = self.remedies
        let usual = usualRemedy
        say()
        say("Nothing was written yet, and what you typed is kept. What now?")
        for remedy in remedies { say("  \(remedy.rawValue)  \(text(remedy))") }
        let chosen: Remedy = try questions.ask("Choose", usual: String(usual.rawValue)) {
            text throws(Questions.Objection) in
            guard text.count == 1, let remedy = text.lowercased().first.flatMap(Remedy.init(rawValue:)),
                remedies.contains(remedy)
            else { throw Questions.Objection("Type one of the letters.") }
            return remedy
        }
        return try change(chosen, questions)
    }

    @discardableResult
    private mutating func change(_ remedy: Remedy, _ questions: Questions) throws -> Bool {
        switch remedy {
        case .password: try askPassword(questions)
        case .user: try askOtherUser(questions)
        case .servers: try askServers(questions)
        case .authority:
            let authority = absolute(try questions.ask("File of the authority that signed the certificate (PEM)"))
            imap = imap ?? profile?.imap
            smtp = smtp ?? profile?.smtp
            imap?.caFile = authority
            smtp?.caFile = authority
        case .again: break
        case .goOn: return true
        case .quit: throw CommandStatus.failed("nothing was written")
        }
        return false
    }

    // MARK: What makes sense

    private var remedies: [Remedy] {
        Remedy.allCases.filter { remedy in
            switch remedy {
            case .password: if case .held = credential { true } else { false }
            case .authority: failed.contains { $0.code == .certificateUntrusted }
            // Rules can do without sending; nothing can do without the mailbox.
            case .goOn: checks.contains { $0.check == "imap.watch" && $0.ok } && !failed.contains(where: Self.isVital)
            case .user, .servers, .again, .quit: true
            }
        }
    }

    private static func isVital(_ check: CheckResult) -> Bool {
        check.check.hasPrefix("imap.") || check.check == "state"
    }

    private var failed: [CheckResult] { checks.filter { !$0.ok } }

    private var usualRemedy: Remedy {
        let codes = Set(failed.compactMap(\.code))
        if case .held = credential, !codes.isDisjoint(with: FaultExplanation.refusedSecret) { return .password }
        if remedies.contains(.authority) { return .authority }
        let isWrongServer = !codes.isDisjoint(with: [
            .dnsFailure, .connectionRefused, .certificateNameMismatch, .tlsOnPlainPort, .plainOnTLSPort, .protocolError,
        ])
        return isWrongServer ? .servers : .again
    }

    private func text(_ remedy: Remedy) -> String {
        switch remedy {
        case .password: return "type the password again"
        case .user: return "another address or user name (now \(Terminal.safe(user)))"
        case .servers:
            let now = (imap ?? profile?.imap).map(ServerText.text) ?? ""
            return "other servers (now \(Terminal.safe(now)))"
        case .authority: return "name the authority that signed the server's certificate"
        case .again: return "try the same again"
        case .goOn: return "go on all the same: rules that file work, those that send do not"
        case .quit: return "quit"
        }
    }
}
