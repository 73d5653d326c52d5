import MailModel

extension SetupDialogue {
    /// - Parameter folders: those on the server.
    func chooseRules(_ folders: [String]) throws -> FirstRules {
        guard !draft.hasRules else {
            say()
            say("The rules in \(Self.shown(draft.rulesFolder)) stay as they are.")
            return FirstRules(chosen: [])
        }
        do {
            if let given = try options.rules() { return try rules(given, folders) }
        } catch let error as Questions.Objection {
            throw CommandStatus.wrong(error.sentence)
        }
        guard let questions else { return try rules([(.receipts, nil), (.newsletters, nil)], folders) }
        let all = FirstRule.allCases
        say()
        say("The first rules. They file new mail only, and `postmoon undo` takes back what they did.")
        for (index, rule) in all.enumerated() { say("  \(index + 1)  \(Self.padded(rule.rawValue))  \(rule.about)") }
        let chosen = try questions.ask("Which of them? 0 for none", usual: "1 2") { text throws(Questions.Objection) in
            let numbers = text.split { $0 == " " || $0 == "," }.map { Int($0) ?? -1 }
            if numbers == [0] { return [FirstRule]() }
            guard !numbers.isEmpty, numbers.allSatisfy({ (1...all.count).contains($0) }) else {
                throw Questions.Objection("Type the numbers with a space between them, such as 1 2.")
            }
            return all.enumerated().filter { numbers.contains($0.offset + 1) }.map(\.element)
        }
        guard !chosen.isEmpty else { return FirstRules(chosen: []) }
        if !folders.isEmpty {
            say("Folders that are there: \(Self.list(folders)). Others are made when mail comes for them.")
        }
        return FirstRules(
            chosen: try chosen.map { rule in
                let usual = rule.folder(among: folders)
                let question = rule == .lists ? "Folder above those of the lists" : "Folder for \(rule.rawValue)"
                let folder = try questions.ask(question, usual: usual) { text throws(Questions.Objection) in
                    try FirstRules.folder(text)
                }
                return (rule, folder)
            })
    }

    private func rules(_ given: [(rule: FirstRule, folder: MailboxName?)], _ folders: [String]) throws -> FirstRules {
        FirstRules(
            chosen: try given.map { rule, folder in
                (rule, try folder ?? FirstRules.folder(rule.folder(among: folders)))
            })
    }

    private static func padded(_ text: String) -> String {
        text + String(repeating: " ", count: max(0, 11 - text.count))
    }

    private static func list(_ folders: [String]) -> String {
        let shown = folders.filter { $0 != "INBOX" }.prefix(12).map(Terminal.safe)
        return shown.joined(separator: ", ") + (folders.count > 13 ? " and more" : "")
    }
}
