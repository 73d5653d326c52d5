import MailModel

/// What can be told from the text of a file about its functions, which otherwise nobody hears of before a message comes:
/// misspelt fields, channels, programs and accounts that are not there.
struct SourceFindings {
    private let file: String
    private let source: RuleSource
    private let host: RuleHost

    private var environment: RuleEnvironment { host.environment }

    init(_ file: RuleFolder.File, host: RuleHost) {
        self.file = file.name
        source = RuleSource(file.content)
        self.host = host
    }

    func findings() -> [RuleFinding] { names() + channels() + programs() + folders() + sending() }

    private func finding(_ severity: RuleFinding.Severity, _ token: Int, _ message: String) -> RuleFinding {
        RuleFinding(
            severity, SourcePosition(file: file, line: source.tokens[token].line), rule: source.rule(at: token)?.name,
            message)
    }

    // MARK: m.field and m:method

    private func names() -> [RuleFinding] {
        let fields = MessageField.allCases.map(\.rawValue)
        return source.functions.flatMap { function -> [RuleFinding] in
            guard let parameter = function.parameter else { return [] }
            let tokens = source.tokens
            let uses = function.body.filter { tokens[$0].isWord(parameter) }
            // Another variable of that name: then nothing is certain.
            guard !source.declares(parameter, in: function.body.dropFirst(3)) else { return [] }
            return uses.compactMap { at in
                guard at + 2 < tokens.count, case .word(let name) = tokens[at + 2].kind,
                    !source.isSymbol(".", at - 1), !source.isSymbol(":", at - 1)
                else { return nil }
                if source.isSymbol(".", at + 1) {
                    guard !fields.contains(name) else { return nil }
                    if MessageField.methods.contains(name) {
                        return finding(.error, at, "\(name) is called with a colon: \(parameter):\(name)")
                    }
                } else if source.isSymbol(":", at + 1) {
                    guard !MessageField.methods.contains(name) else { return nil }
                } else {
                    return nil
                }
                return finding(
                    .error, at,
                    "a message has no field \"\(name)\"" + NearestName.hint(name, in: fields + MessageField.methods))
            }
        }
    }

    // MARK: Arguments that stand there as text

    private func channels() -> [RuleFinding] {
        source.calls(["notify"]).compactMap { call in
            guard let channel = source.field("channel", ofTable: call.arguments),
                !environment.channels.contains(channel)
            else { return nil }
            return finding(
                .error, call.arguments,
                "no notify channel \"\(channel)\" in the configuration"
                    + NearestName.hint(channel, in: environment.channels))
        }
    }

    private func programs() -> [RuleFinding] {
        source.calls(["pipe"]).compactMap { call in
            guard let program = source.text(at: call.arguments), !environment.programs.contains(program) else {
                return nil
            }
            return finding(
                .error, call.arguments,
                "no program \"\(program)\" in the configuration" + NearestName.hint(program, in: environment.programs))
        }
    }

    private func folders() -> [RuleFinding] {
        source.calls(["move", "copy"]).compactMap { call in
            guard let text = source.text(at: call.arguments) else { return nil }
            var folder = text
            if let colon = text.firstIndex(of: ":"), AccountName(String(text[..<colon])) != nil {
                let account = String(text[..<colon])
                if environment.account(account) == nil {
                    let known = environment.accounts.map(\.name.rawValue)
                    return finding(
                        .error, call.arguments,
                        "no account \"\(account)\" for folder \"\(text)\"" + NearestName.hint(account, in: known))
                }
                folder = String(text[text.index(after: colon)...])
            }
            guard MailboxName(folder) == nil else { return nil }
            return finding(
                .error, call.arguments,
                "\"\(folder)\" cannot be a folder's name (levels are separated by / and not empty)")
        }
    }

    /// Sending in functions: where it goes, and whether each account of the rule can.
    private func sending() -> [RuleFinding] {
        source.calls(["forward", "redirect", "reply"]).filter(\.isMethod).flatMap { call -> [RuleFinding] in
            var findings: [RuleFinding] = []
            if let target = source.field("to", ofTable: call.arguments), call.name != "reply",
                let own = SelfForwarding(environment: environment).comesBack(target)
            {
                findings.append(
                    finding(
                        .error, call.arguments,
                        "\(call.name) to \(target) goes round in a circle: it is the mailbox of \(own), an address of a"
                            + " configured account"))
            }
            guard let name = source.rule(at: call.arguments)?.name,
                let rule = host.rules.first(where: { $0.name == name })
            else { return findings }
            let accounts = environment.accounts.filter { rule.summary.accounts?.contains($0.name.rawValue) ?? true }
            for account in accounts {
                // The function may look at m.account itself.
                let reason =
                    !account.canSend
                    ? "has no smtp"
                    : call.name == "redirect" ? account.canRedirect.map { "cannot redirect: \($0)" } : nil
                guard let reason else { continue }
                findings.append(
                    finding(
                        .warning, call.arguments,
                        "\(call.name) is not possible in account \"\(account.name)\", which \(reason); name the accounts"
                            + " of the rule with account ="))
            }
            return findings
        }
    }
}
