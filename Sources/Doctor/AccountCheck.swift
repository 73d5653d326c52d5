import Accounts
import IMAPSession
import MailModel
import MailTransport

/// Tries an account the way `run` uses it, step by step, and names what is wrong.
///
/// A step that fails ends those that need it; what was not tried is not listed.
public struct AccountCheck: Sendable {
    let account: AccountConfiguration
    let access: any AccountAccess
    let dialer: Dialer
    let scope: DoctorScope

    /// - Parameter dialer: with deadlines of its own that are not longer than the scope's step.
    public init(account: AccountConfiguration, access: any AccountAccess, dialer: Dialer, scope: DoctorScope) {
        self.account = account
        self.access = access
        self.dialer = dialer
        self.scope = scope
    }

    public func run() async -> [CheckResult] {
        var results: [CheckResult] = []
        let secret = await secretCheck()
        results.append(secret)
        let imap = await imapChecks(mayLogIn: secret.ok)
        results += imap
        // A secret that IMAP refused is not tried a second time: providers lock accounts for that.
        let isRefused = imap.contains { $0.code.map(FaultExplanation.refusedSecret.contains) == true && !$0.ok }
        results += await smtpChecks(mayLogIn: secret.ok && !isRefused)
        return results
    }

    private func secretCheck() async -> CheckResult {
        do {
            try await scope.inTime { [access] in try await access.readSecret() }
            return .passed("secret", "the password or token can be read")
        } catch is StepOverdue {
            return CheckResult(
                check: "secret", ok: false, code: .configuration,
                detail: "the password or token did not come within \(Int(scope.step)) s",
                advice:
                    "See whether the command asks somebody something, such as to unlock a keyring: it has to answer "
                    + "by itself.")
        } catch {
            let fault = await access.explain(error, service: .imap)
            return .failed("secret", fault)
        }
    }

    // MARK: IMAP

    private func imapChecks(mayLogIn: Bool) async -> [CheckResult] {
        let reach = ServerCheck(service: .imap, endpoint: account.imap, account: account, dialer: dialer, scope: scope)
        var (results, isUsable) = await reach.run()
        guard isUsable else { return results }
        do {
            let witness = TLSWitness()
            let opening = try await scope.inTime { [dialer, account, scope] in
                let opened = try await dialer.openIMAP(
                    Endpoint(account.imap), deadlines: scope.sessionDeadlines, witness: witness)
                await opened.connection.logout()
                return opened.opening
            }
            if account.imap.security == .startTLS, let facts = witness.facts {
                results.append(reach.protection(facts))
            }
            results.append(.passed("imap.greeting", greeting(opening)))
            results.append(beforeLogin(opening))
        } catch {
            results.append(await failure("imap.greeting", error, .imap))
            return results
        }
        guard mayLogIn else { return results }
        do {
            let (connection, server, user) = try await scope.inTime { [access] in try await access.signIn() }
            results.append(.passed("imap.login", "signed in as \(user)"))
            let mailbox = MailboxCheck(
                account: account, access: access, connection: connection, server: server, scope: scope)
            results += await mailbox.run()
            if scope.write {
                let trial = MoveTrial(access: access, connection: connection, server: server, scope: scope)
                results += await trial.run()
            }
            await connection.logout()
        } catch {
            results.append(await failure("imap.login", error, .imap))
        }
        return results
    }

    private func greeting(_ opening: ServerOpening) -> String {
        opening.greeting.isEmpty ? "the server greets" : "the server greets: “\(opening.greeting.prefix(120))”"
    }

    private func beforeLogin(_ opening: ServerOpening) -> CheckResult {
        let offered = opening.capabilities.sorted().joined(separator: " ")
        guard opening.has("LOGINDISABLED"), !opening.has("AUTH=PLAIN"), !opening.isPreauthenticated else {
            return .passed("imap.offers", "before the login: \(offered)")
        }
        return CheckResult(
            check: "imap.offers", ok: true, code: .loginDisabled,
            detail: "before the login: \(offered): no password is taken on this connection",
            advice: FaultAdvice.sentence(for: .loginDisabled, .imap, account.profile, account.imap))
    }

    // MARK: SMTP

    private func smtpChecks(mayLogIn: Bool) async -> [CheckResult] {
        guard let smtp = account.smtp else { return [] }
        let reach = ServerCheck(service: .smtp, endpoint: smtp, account: account, dialer: dialer, scope: scope)
        var (results, isUsable) = await reach.run()
        guard isUsable, mayLogIn || !smtp.signsIn else { return results }
        let submission = SubmissionCheck(account: account, access: access, reach: reach, scope: scope)
        results += await submission.run()
        return results
    }

    private func failure(_ check: String, _ error: any Error, _ service: FaultAdvice.Service) async -> CheckResult {
        guard error is StepOverdue || error is CancellationError else {
            let fault = await access.explain(error, service: service)
            return .failed(Self.place(of: fault.code, check), fault)
        }
        return CheckResult(
            check: check, ok: false, code: .connectionTimeout, detail: "no answer within \(Int(scope.step)) s",
            advice: FaultAdvice.sentence(
                for: .connectionTimeout, service, account.profile,
                service == .imap ? account.imap : account.smtp))
    }

    /// A fault of TLS shows itself at whatever was tried under it.
    private static func place(of code: FaultCode, _ check: String) -> String {
        let service = check.prefix { $0 != "." }
        return protection.contains(code) ? "\(service).tls" : check
    }

    private static let protection: Set<FaultCode> = [
        .startTLSMissing, .startTLSStripped, .certificateUntrusted, .certificateExpired, .certificateNameMismatch,
        .tlsIntercepted, .tlsVersion,
    ]
}

extension DoctorScope {
    var sessionDeadlines: SessionDeadlines { SessionDeadlines(greeting: step, answer: step, idleAnswer: step) }
}
