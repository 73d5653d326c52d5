import Accounts
import Foundation
import MailModel

extension SetupDialogue {
    /// What the account will sign in with.
    mutating func findCredential() throws {
        if let words = options.tokenCommand.flatMap(CommandWords.split) {
            credential = .elsewhere(.tokenCommand(words))
        } else if needsLogin {
            credential = .elsewhere(.oauth2(clientID: try askClientID()))
        } else if let path = options.passwordFile {
            guard FileManager.default.fileExists(atPath: path) else {
                throw CommandStatus.wrong("--password-file: there is no file \(path)")
            }
            credential = .elsewhere(.file(absolute(path)))
        } else if let words = options.passwordCommand.flatMap(CommandWords.split) {
            credential = .elsewhere(.command(words))
        } else if let variable = options.passwordEnv {
            credential = .elsewhere(.environment(variable))
        } else if options.passwordStdin {
            guard let line = readLine(strippingNewline: true), !line.isEmpty else {
                throw CommandStatus.wrong("--password-stdin: nothing came from standard input")
            }
            credential = .held(Secret(tidied(line)))
        } else if let questions {
            explainPassword()
            try askPassword(questions)
        } else {
            throw Questions.ended
        }
    }

    private func explainPassword() {
        guard let profile, profile.signIn.needsAppPassword, let page = profile.signIn.appPasswordPage else { return }
        say()
        say("\(profile.title) wants an app-specific password; your usual one does not work for mail programs.")
        var steps = [page.hasPrefix("https:") ? "Open \(page) and sign in." : "Open \(page)."]
        if let more = profile.signIn.appPasswordSteps { steps.append(more) }
        let shape = profile.signIn.appPasswordShape.map { " It looks like \($0.example)." } ?? ""
        steps.append("Copy the password that it shows, and paste it here.\(shape)")
        for (index, step) in steps.enumerated() { say("  \(index + 1). \(step)") }
    }

    mutating func askPassword(_ questions: Questions) throws {
        let isAppPassword = profile?.signIn.needsAppPassword == true
        while true {
            let typed = try questions.secret(
                isAppPassword ? "App-specific password" : "Password of \(Terminal.safe(user))")
            guard let profile, isAppPassword, let shape = profile.signIn.appPasswordShape,
                shape.tidied(typed) == nil
            else {
                credential = .held(Secret(tidied(typed)))
                return
            }
            // The usual password is not sent about: too many refusals lock an account.
            say(
                "  That is no app-specific password of \(profile.title): those look like \(shape.example), in lower-case"
            )
            say("  letters. It was not sent.")
            guard try questions.confirm("Try it all the same?", usual: false) else { continue }
            credential = .held(Secret(typed))
            return
        }
    }

    /// App passwords are shown in groups, which programs copy with other spaces than the server wants.
    private func tidied(_ text: String) -> String { profile?.signIn.appPasswordShape?.tidied(text) ?? text }

    private func askClientID() throws -> String {
        if let given = options.clientId { return given }
        let title = profile?.title ?? "This server"
        let reason =
            "\(title) takes no passwords from programs; it signs in by OAuth 2, for which you register a client "
            + "once, in a few minutes"
        guard let questions else {
            throw CommandStatus.wrong(
                "\(reason) (docs/accounts.md tells how): give --client-id ID, then `postmoon login`; "
                    + "or --token-command COMMAND, where another program has the tokens")
        }
        say()
        say("\(reason):")
        say("docs/accounts.md tells how. It gives you a client id.")
        let id = try questions.ask("Client id, or Enter to stop here", usual: "")
        guard !id.isEmpty else {
            throw CommandStatus.failed("nothing was written: run `postmoon init` again when you have the client id")
        }
        return id
    }

    /// Relative to where the command was given, not to the configuration.
    func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    }
}
