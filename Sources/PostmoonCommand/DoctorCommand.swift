import Accounts
import ArgumentParser
import Daemon
import Doctor
import Foundation

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Tries every step from the name server to the envelope, and says what is wrong.",
        discussion: """
            Says for each step what was tried, what it means and how to mend it. Changes nothing, unless --write or --send
            is given. No step waits longer than ten seconds.
            """
    )

    struct Line: Encodable {
        struct Check: Encodable {
            var check: String
            var ok: Bool
            @Nullable var code: String?
            var detail: String
            @Nullable var advice: String?

            init(_ result: CheckResult) {
                check = result.check
                ok = result.ok
                code = result.code?.rawValue
                detail = result.detail
                advice = result.advice
            }
        }

        var account: String
        var ok: Bool
        var checks: [Check]
    }

    @OptionGroup var common: CommonOptions

    @Flag(help: "Also make a folder, wait there for a push, move a message, and remove it all again.")
    var write = false

    @Flag(help: "Also send a message to the account's own address, find it and remove it.")
    var send = false

    @Flag(help: "Also send a notification over each channel.")
    var notify = false

    @Argument(help: "Only this account.")
    var account: String?

    func run() async throws {
        let configuration = try common.load()
        let chosen = configuration.accounts.filter { account == nil || $0.name.rawValue == account }
        guard !chosen.isEmpty else {
            throw CommandStatus.wrong("there is no account “\(account ?? "")” in \(configuration.file)")
        }
        let diagnosis = AccountDiagnosis(configuration, write: write, send: send)
        // What the accounts have in common is tried once, and is part of the account's health all the same.
        var shared = [diagnosis.stateFolder()]
        if notify { shared += await diagnosis.channels() }
        var allOK = shared.allSatisfy(\.ok)
        for account in chosen {
            let checks = await diagnosis.run(account)
            allOK = allOK && checks.allSatisfy(\.ok)
            if common.json {
                let all = checks + shared
                let line = Line(
                    account: account.name.rawValue, ok: all.allSatisfy(\.ok), checks: all.map(Line.Check.init))
                Terminal.line(try JSONLine.encode(line))
            } else {
                show("\(account.name) (\(account.user) at \(account.profile.title))", checks)
            }
        }
        if !common.json {
            show("this machine", shared)
            Terminal.line(allOK ? "All is well." : "Something is wrong: see the lines that begin with FAIL.")
        }
        if !allOK { throw CommandStatus.finding }
    }

    private func show(_ title: String, _ checks: [CheckResult]) {
        Terminal.line("\(Terminal.safe(title)):")
        for check in checks { CheckText.lines(check).forEach(Terminal.line) }
        Terminal.line("")
    }
}
