import Accounts
import ArgumentParser
import Daemon
import Foundation
import MailModel

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Tries to sign in to each account and names what is wrong. Changes nothing."
    )

    struct Line: Encodable {
        struct Check: Encodable {
            var check: String
            var ok: Bool
            var code: String?
            var detail: String
        }

        var account: String
        var ok: Bool
        var checks: [Check]
    }

    @OptionGroup var common: CommonOptions

    @Argument(help: "Only this account.")
    var account: String?

    func run() async throws {
        let configuration = try common.load()
        let chosen = configuration.accounts.filter { account == nil || $0.name.rawValue == account }
        guard !chosen.isEmpty else {
            throw CommandStatus.wrong("there is no account “\(account ?? "")” in \(configuration.file)")
        }
        var allOK = true
        for account in chosen {
            let checks = await AccountDiagnosis.run(account)
            let ok = checks.allSatisfy(\.ok)
            allOK = allOK && ok
            if common.json {
                let line = Line(
                    account: account.name.rawValue, ok: ok,
                    checks: checks.map {
                        .init(check: $0.check, ok: $0.ok, code: $0.code?.rawValue, detail: $0.detail)
                    }
                )
                Terminal.line(try JSONLine.encode(line))
            } else {
                Terminal.line("\(account.name):")
                for check in checks {
                    Terminal.line("  \(check.ok ? "ok  " : "FAIL")  \(check.check): \(Terminal.safe(check.detail))")
                }
            }
        }
        if !allOK { throw CommandStatus.finding }
    }
}
