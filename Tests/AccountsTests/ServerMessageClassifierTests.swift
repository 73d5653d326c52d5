import MailModel
import Testing

@testable import Accounts

@Suite struct ServerMessageClassifierTests {
    struct Sample: CustomTestStringConvertible, Sendable {
        var provider: String
        var line: String
        var code: FaultCode
        var moment: IMAPRefusal.Moment

        init(_ provider: String, _ line: String, _ code: FaultCode, at moment: IMAPRefusal.Moment = .login) {
            self.provider = provider
            self.line = line
            self.code = code
            self.moment = moment
        }

        var testDescription: String { "\(provider): \(line)" }

        /// `NO [CODE arguments] text`, as it stands on the wire behind the tag.
        var refusal: IMAPRefusal {
            let status = IMAPRefusal.Status(rawValue: line.prefix { $0 != " " }.lowercased()) ?? .no
            var rest = line.drop { $0 != " " }.dropFirst()
            var responseCode: String?
            if rest.hasPrefix("["), let end = rest.firstIndex(of: "]") {
                responseCode = rest[..<end].dropFirst().split(separator: " ").first.map(String.init)
                rest = rest[rest.index(after: end)...].drop { $0 == " " }
            }
            return IMAPRefusal(moment: moment, status: status, responseCode: responseCode, text: String(rest))
        }
    }

    /// What servers were seen to answer.
    static let samples: [Sample] = [
        Sample("icloud", "NO [AUTHENTICATIONFAILED] Authentication failed", .authFailed),
        Sample("icloud", "NO [AUTHENTICATIONFAILED] Authentication Failed", .authFailed),
        Sample("icloud", "NO [UNAVAILABLE] Unexpected exception", .unavailable, at: .command),
        Sample("icloud", "NO [NONEXISTENT] Mailbox does not exist (took 1 ms)", .folderMissing, at: .select),
        Sample("icloud", "BAD Please select a mailbox first", .protocolError, at: .command),
        Sample("gmail", "NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)", .authFailed),
        Sample(
            "gmail",
            "NO [ALERT] Application-specific password required: https://support.google.com/accounts/answer/185833 (Failure)",
            .appPasswordNeeded),
        Sample("gmail", "NO [ALERT] Your account is not enabled for IMAP use. (Failure)", .imapDisabled),
        Sample("gmail", "NO [WEBALERT https://accounts.google.com/x] Web login required.", .authFailed),
        Sample("gmail", "NO [ALERT] Too many simultaneous connections. (Failure)", .tooManyConnections),
        Sample("gmail", "NO [OVERQUOTA] Account exceeded command or bandwidth limits.", .throttled, at: .command),
        Sample("gmail", "BYE Session expired, please login again.", .connectionLost, at: .command),
        Sample("gmail", "NO System Error (Failure)", .unavailable, at: .select),
        Sample("gmail", "NO Invalid SASL argument.", .oauthExpired),
        Sample("gmail", "NO Lookup failed", .authFailed),
        Sample("outlook", "NO AUTHENTICATE failed.", .authFailed),
        Sample("outlook", "NO LOGIN failed.", .authFailed),
        Sample("outlook", "BAD User is authenticated but not connected.", .imapDisabled, at: .select),
        Sample("outlook", "BYE Session invalidated - AccessTokenExpired", .oauthExpired, at: .command),
        Sample("outlook", "BAD Command received in Invalid state.", .connectionLost, at: .command),
        Sample(
            "outlook", "BAD Request is throttled. Suggested Backoff Time: 92415 milliseconds", .throttled, at: .command),
        Sample("outlook", "NO Server Unavailable. 15", .unavailable),
        Sample("outlook", "BAD Command Error. 10", .unavailable, at: .command),
        Sample("yahoo", "NO [AUTHENTICATIONFAILED] LOGIN Invalid credentials", .authFailed),
        Sample(
            "yahoo", "NO [AUTHENTICATIONFAILED] (#AUTH901) The provided OAuth2 access token is invalid", .oauthExpired),
        Sample("yahoo", "NO [LIMIT] UID FETCH Rate limit hit.", .throttled, at: .command),
        Sample("yahoo", "NO [SERVERBUG] UID SEARCH Server error - Please try again later", .unavailable, at: .command),
        Sample("yahoo", "BAD [CLIENTBUG] UID SEARCH Command arguments invalid", .protocolError, at: .command),
        Sample("fastmail", "NO Incorrect username or password.", .authFailed),
        Sample("custom", "NO [AUTHENTICATIONFAILED] Authentication failed.", .authFailed),
        Sample(
            "custom",
            "NO [UNAVAILABLE] Maximum number of connections from user+IP exceeded (mail_max_userip_connections=30)",
            .tooManyConnections),
        Sample(
            "mailbox.org",
            "NO [AUTHENTICATIONFAILED] Authentication failed: authentication failure (Too many simultaneous connections.)",
            .tooManyConnections),
        Sample(
            "custom",
            "NO [PRIVACYREQUIRED] Plaintext authentication disallowed on non-secure (SSL/TLS) connections.",
            .loginDisabled),
        Sample(
            "custom", "NO [OVERQUOTA] Quota exceeded (mailbox for user is full)", FaultCode(rawValue: "over_quota"),
            at: .command),
        Sample("custom", "BAD [TOOBIG] Message too large", .limitExceeded, at: .command),
        Sample("custom", "NO [TRYCREATE] Mailbox doesn't exist: X", .folderMissing, at: .command),
        Sample("custom", "NO mailbox selected READ-ONLY", .folderReadOnly, at: .command),
        Sample("custom", "NO [AUTHENTICATIONFAILED] Your account has been locked.", .authFailed),
        Sample("custom", "NO Too many failed logins, account locked", .authFailed),
        Sample("custom", "NO [THROTTLED] Too many requests", .throttled),
        Sample("custom", "NO Rate limit exceeded, try again in 5 minutes", .throttled, at: .command),
        Sample("custom", "NO [AUTHENTICATIONFAILED] Token has been expired or revoked.", .oauthExpired),
        Sample("outlook", "NO [AUTHENTICATIONFAILED] LogonDenied-BasicAuthBlocked", .authFailed),
        Sample("custom", "NO IMAP is not enabled for this user", .imapDisabled),
        Sample("custom", "NO [EXPIRED] That password is no longer valid", .appPasswordNeeded),
        Sample("custom", "BYE", .unavailable, at: .command),
        Sample("custom", "NO +OK is not a greeting", .authFailed),
    ]

    @Test(arguments: samples) func namesWhatTheServerMeans(sample: Sample) throws {
        let profile = try #require(ProviderProfile.named(sample.provider))
        let verdict =
            sample.moment == .login
            ? ServerMessageClassifier.imapLogin(sample.refusal, profile: profile, passwordFits: nil)
            : try #require(ServerMessageClassifier.imap(sample.refusal, profile: profile))
        #expect(verdict.code == sample.code)
        #expect(verdict.advice.hasSuffix(".") || verdict.advice.hasSuffix(")."))
        #expect(verdict.advice.count > 30)
    }

    @Test func aWrongShapeExplainsAFailedSignIn() throws {
        let profile = try #require(ProviderProfile.named("icloud"))
        let failed = IMAPRefusal(
            moment: .login, status: .no, responseCode: "AUTHENTICATIONFAILED", text: "Authentication failed")
        let code = { ServerMessageClassifier.imapLogin(failed, profile: profile, passwordFits: $0).code }
        #expect(code(false) == .appPasswordShape)
        #expect(code(true) == .authFailed)
        #expect(code(nil) == .authFailed)
        let trouble = IMAPRefusal(moment: .login, status: .no, responseCode: "UNAVAILABLE", text: "x")
        #expect(ServerMessageClassifier.imapLogin(trouble, profile: profile, passwordFits: false).code == .unavailable)
    }

    @Test func anAliasIsNoUserName() throws {
        let failed = IMAPRefusal(
            moment: .login, status: .no, responseCode: "AUTHENTICATIONFAILED", text: "Authentication Failed")
        let advice = { (user: String, provider: String) throws in
            let profile = try #require(ProviderProfile.named(provider))
            return ServerMessageClassifier.imapLogin(failed, profile: profile, passwordFits: true, user: user).advice
        }
        #expect(try advice("jane@her-own.example", "icloud").contains("looks like an alias"))
        #expect(try !advice("jane@ME.com", "icloud").contains("looks like an alias"))
        #expect(try !advice("jane", "icloud").contains("looks like an alias"))
        #expect(try !advice("jane@her-own.example", "fastmail").contains("looks like an alias"))
    }

    @Test func aLockedAccountIsNotTriedOn() {
        let verdict = ServerMessageClassifier.imapLogin(
            IMAPRefusal(
                moment: .login, status: .no, responseCode: nil, text: "Account locked, try again in 15 minutes"),
            profile: .custom, passwordFits: nil)
        #expect(!verdict.isTransient)
        #expect(verdict.retryAfter == nil)
        #expect(verdict.advice.contains("unlock"))
    }

    @Test func aThrottleTellsHowLong() throws {
        let wait = { (text: String) in
            ServerMessageClassifier.imap(
                IMAPRefusal(moment: .command, status: .bad, responseCode: nil, text: text), profile: .custom)?
                .retryAfter
        }
        #expect(wait("Request is throttled. Suggested Backoff Time: 92415 milliseconds") == 93)
        #expect(wait("Request is throttled. Suggested Backoff Time: 99999999999999999999999 ms") == 86_400)
        #expect(wait("Request is throttled. Suggested Backoff Time: soon") == 60)
    }

    @Test func troublePassesAndAWrongPasswordDoesNot() {
        let verdict = { (code: String) in
            ServerMessageClassifier.imapLogin(
                IMAPRefusal(moment: .login, status: .no, responseCode: code, text: "no"), profile: .custom,
                passwordFits: nil)
        }
        #expect(verdict("UNAVAILABLE").isTransient)
        #expect(!verdict("AUTHENTICATIONFAILED").isTransient)
        #expect(verdict("AUTHENTICATIONFAILED").scope == .account)
    }

    @Test func aPopServerIsRecognised() {
        let greeting = IMAPRefusal(moment: .greeting, status: .bad, responseCode: nil, text: "+OK POP3 ready")
        #expect(ServerMessageClassifier.imap(greeting, profile: .custom)?.advice.contains("POP3") == true)
    }

    @Test func anOrdinaryRefusalMeansNoMoreThanItSays() {
        let no = IMAPRefusal(moment: .command, status: .no, responseCode: "ALREADYEXISTS", text: "Mailbox exists")
        #expect(ServerMessageClassifier.imap(no, profile: .custom) == nil)
        let hostile = IMAPRefusal(
            moment: .command, status: .no, responseCode: String(repeating: "X", count: 9_000), text: "\u{0}\r\n")
        #expect(ServerMessageClassifier.imap(hostile, profile: .custom) == nil)
    }
}
