import TestKit

extension FaultCodeTests {
    private static let iCloudPassword = "abcd-efgh-ijkl-mnop"

    private static func refused(
        _ answer: String, provider: String? = nil, user: String = "jane@example.org", password: String = "secret"
    ) async throws -> Case {
        var script = IMAPScript.refusing(answer)
        script.hangsUpAfter = ["LOGIN"]
        return try await imap(script, provider: provider, user: user, password: password)
    }

    /// What servers answer to a login.
    static let signingIn: [Fault] = [
        Fault("auth_failed", "a wrong password", at: "imap.login") {
            try await refused("NO [AUTHENTICATIONFAILED] Authentication failed.")
        },
        Fault("auth_failed", "a revoked app password at iCloud", at: "imap.login") {
            try await refused(
                "NO [AUTHENTICATIONFAILED] Authentication Failed", provider: "icloud", user: "jane@icloud.com",
                password: iCloudPassword)
        },
        Fault("auth_failed", "an alias as user name at iCloud", at: "imap.login") {
            try await refused(
                "NO [AUTHENTICATIONFAILED] Authentication Failed", provider: "icloud", user: "jane@her-own.example",
                password: iCloudPassword)
        },
        Fault("auth_failed", "a password at Microsoft, which takes none", at: "imap.login") {
            try await refused("NO LOGIN failed.", provider: "outlook", user: "jane@outlook.com")
        },
        Fault("auth_failed", "an account that was locked", at: "imap.login") {
            try await refused("NO [AUTHENTICATIONFAILED] Your account has been locked.")
        },
        Fault("auth_failed", "a password refused only at submission", at: "smtp.login") {
            try await smtp(.answering("AUTH", "535 5.7.8 Error: authentication failed"))
        },
        Fault("app_password_needed", "the main password at Gmail", at: "imap.login") {
            try await refused(
                "NO [ALERT] Application-specific password required: https://support.google.com/accounts/answer/185833 (Failure)",
                provider: "gmail", user: "jane@gmail.com")
        },
        Fault("app_password_needed", "the main password at submission", at: "smtp.login") {
            try await smtp(.answering("AUTH", "534 5.7.9 Application-specific password required."))
        },
        Fault("app_password_shape", "the main password at iCloud", at: "imap.login") {
            try await refused(
                "NO [AUTHENTICATIONFAILED] Authentication Failed", provider: "icloud", user: "jane@icloud.com",
                password: "hunter2-and-more")
        },
        Fault("oauth_expired", "a token that has run out", at: "imap.login") {
            try await refused("NO [AUTHENTICATIONFAILED] (#AUTH901) The provided OAuth2 access token is invalid")
        },
        Fault("login_disabled", "a login that is refused before TLS", at: "imap.login") {
            var script = IMAPScript()
            script.capabilities = "IMAP4rev1 LOGINDISABLED"
            return try await imap(script)
        },
        Fault("login_disabled", "a tenant that has switched submission off", at: "smtp.login") {
            try await smtp(
                .answering(
                    "AUTH",
                    "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant."))
        },
        Fault("imap_disabled", "IMAP switched off at Gmail", at: "imap.login") {
            try await refused(
                "NO [ALERT] Your account is not enabled for IMAP use. (Failure)", provider: "gmail",
                user: "jane@gmail.com")
        },
        Fault("too_many_connections", "Dovecot's limit", at: "imap.login") {
            try await refused(
                "NO [UNAVAILABLE] Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)")
        },
        Fault("too_many_connections", "the same, labelled as a wrong password", at: "imap.login") {
            try await refused(
                "NO [AUTHENTICATIONFAILED] Authentication failed: authentication failure (Too many simultaneous connections.)",
                provider: "mailbox.org", user: "jane@mailbox.org")
        },
        Fault("throttled", "Microsoft asks for a pause", at: "imap.login") {
            try await refused("BAD Request is throttled. Suggested Backoff Time: 92415 milliseconds")
        },
        Fault("unavailable", "trouble that passes", at: "imap.login") {
            try await refused("NO [UNAVAILABLE] Unexpected exception", provider: "icloud", user: "jane@icloud.com")
        },
        Fault("unavailable", "a server that turns everybody away", at: "imap.greeting") {
            var script = IMAPScript()
            script.greeting = "* BYE Server shutting down."
            return try await imap(script)
        },
        Fault("unavailable", "a submission server that turns everybody away", at: "smtp.greeting") {
            var script = SMTPScript()
            script.greeting = "421 4.3.2 Service not available"
            return try await smtp(script)
        },
    ]
}
