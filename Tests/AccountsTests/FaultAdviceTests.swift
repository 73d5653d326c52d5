import MailModel
import Testing

@testable import Accounts

@Suite struct FaultAdviceTests {
    static let codes: [FaultCode] = [
        .dnsFailure, .connectionRefused, .connectionTimeout, .tlsOnPlainPort, .plainOnTLSPort, .startTLSMissing,
        .startTLSStripped, .certificateUntrusted, .certificateExpired, .certificateNameMismatch, .tlsIntercepted,
        .tlsVersion, .authFailed, .appPasswordNeeded, .appPasswordShape, .oauthExpired, .loginDisabled, .imapDisabled,
        .tooManyConnections, .throttled, .unavailable, .folderMissing, .folderReadOnly, .smtpSenderRefused,
        .smtpRecipientRefused, .smtpTooLarge, .smtpQuota, .protocolError, .connectionLost, .limitExceeded,
        .journalUnavailable, .configuration, .overQuota,
    ]

    /// For every code, on either protocol, at every provider: a sentence of its own, and no placeholder.
    @Test(arguments: codes) func everyCodeHasASentence(code: FaultCode) {
        let unknown = FaultAdvice.sentence(for: FaultCode(rawValue: "?"), .imap, .custom, nil)
        for profile in ProviderProfile.all {
            for service in [FaultAdvice.Service.imap, .smtp] {
                let endpoint = service == .imap ? profile.imap : profile.smtp
                let advice = FaultAdvice.sentence(for: code, service, profile, endpoint)
                #expect(advice != unknown)
                #expect(advice.hasSuffix("."), "\(advice)")
                #expect(advice.count > 30 && !advice.contains("nil") && !advice.contains("Optional"))
            }
        }
    }

    @Test func aBlockedSubmissionPortNamesTheOther() throws {
        let icloud = try #require(ProviderProfile.named("icloud"))
        let advice = FaultAdvice.sentence(for: .connectionTimeout, .smtp, icloud, icloud.smtp)
        #expect(advice.contains("port 465 with security = \"tls\""), "\(advice)")
        #expect(!FaultAdvice.sentence(for: .connectionTimeout, .imap, icloud, icloud.imap).contains("465"))
    }

    @Test func aWrongPortNamesTheUsual() throws {
        let icloud = try #require(ProviderProfile.named("icloud"))
        let wrong = ServerEndpoint(host: "imap.mail.me.com", port: 143, security: .startTLS)
        let advice = FaultAdvice.sentence(for: .connectionRefused, .imap, icloud, wrong)
        #expect(advice.contains("imap.mail.me.com port 993"), "\(advice)")
    }
}
