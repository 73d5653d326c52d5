import Accounts
import MailModel
import MailTransport

/// One thing that was tried for an account, and what came of it.
public struct CheckResult: Sendable, Equatable {
    public var check: String
    public var ok: Bool
    public var code: FaultCode?
    public var detail: String

    public init(check: String, ok: Bool, code: FaultCode? = nil, detail: String) {
        self.check = check
        self.ok = ok
        self.code = code
        self.detail = detail
    }
}

/// Tries an account the way `run` will use it and names what is wrong.
public struct AccountCheck: Sendable {
    let account: AccountConfiguration
    let dialer: Dialer

    public init(account: AccountConfiguration, dialer: Dialer) {
        self.account = account
        self.dialer = dialer
    }

    /// Reads the secret and signs in to the IMAP server; changes nothing there.
    public func run() async -> [CheckResult] {
        guard case .password(let source) = account.credential else {
            return [CheckResult(check: "secret", ok: true, detail: "oauth2: not tried")]
        }
        let password: Secret
        do {
            password = try await source.read()
        } catch {
            return [CheckResult(check: "secret", ok: false, code: .configuration, detail: "\(error)")]
        }
        var results = [CheckResult(check: "secret", ok: true, detail: "read")]
        let endpoint = Endpoint(
            host: account.imap.host, port: account.imap.port,
            security: TransportSecurity(rawValue: account.imap.security.rawValue) ?? .tls,
            caFile: account.imap.caFile
        )
        var last: CheckResult?
        for name in account.userNames {
            do {
                let server = try await dialer.trySignIn(
                    to: endpoint, user: name, proof: .password(password), clientID: [("name", "Postmoon")], seconds: 10
                )
                results.append(
                    CheckResult(
                        check: "imap", ok: true,
                        detail: "signed in; \(server.has("MOVE") ? "MOVE" : "no MOVE"), "
                            + "\(server.has("IDLE") ? "IDLE" : "no IDLE"), \(server.has("UIDPLUS") ? "UIDPLUS" : "no UIDPLUS")"
                    )
                )
                return results
            } catch {
                let code = (error as? any Fault)?.code
                last = CheckResult(check: "imap", ok: false, code: code, detail: "\(error)")
                if code != .authFailed { break }
            }
        }
        if let last { results.append(last) }
        return results
    }
}
