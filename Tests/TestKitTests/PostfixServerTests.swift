import Foundation
import Testing

@testable import TestKit

@Suite struct PostfixServerTests {
    /// AUTH PLAIN of `jane` and `secret`.
    private static let login = "AUTH PLAIN \(Data("\0jane\0secret".utf8).base64EncodedString())"

    @Test func whatIsSubmittedIsReadInTheDovecot() async throws {
        let dovecot = try await DovecotServer.start()
        var options = PostfixServer.Options()
        options.offersSTARTTLS = false
        let postfix = try await PostfixServer.start(options, dovecot: dovecot)
        let smtp = try Dialogue(port: postfix.submissionPort)
        #expect(try smtp.smtp().hasPrefix("220"))
        #expect(try smtp.smtp("EHLO client.example.org").hasPrefix("250"))
        #expect(try smtp.smtp("AUTH PLAIN \(Data("\0jane\0wrong".utf8).base64EncodedString())").hasPrefix("535"))
        #expect(try smtp.smtp("MAIL FROM:<jane@example.org>").hasPrefix("250"))
        #expect(try smtp.smtp("RCPT TO:<oncall@example.com>").hasPrefix("554"), "no relay without AUTH")
        #expect(try smtp.smtp("RSET").hasPrefix("250"))
        #expect(try smtp.smtp(Self.login).hasPrefix("235"))
        #expect(try smtp.smtp("MAIL FROM:<jane@example.org>").hasPrefix("250"))
        #expect(try smtp.smtp("RCPT TO:<oncall@example.com>").hasPrefix("250"))
        #expect(try smtp.smtp("RCPT TO:<oncall@elsewhere.invalid>").hasPrefix("250"))
        #expect(try smtp.smtp("DATA").hasPrefix("354"))
        #expect(try smtp.smtp("Subject: sent\r\nMessage-ID: <x@y>\r\n\r\nhello\r\n.").hasPrefix("250"))
        for user in ["oncall@example.com", "oncall@elsewhere.invalid"] {
            let received = try await dovecot.messages(of: user, atLeast: 1)
            #expect(received.count == 1)
            #expect(received.first?.header("Message-ID") == "<x@y>")
            #expect(received.first?.header("Return-Path") == "<jane@example.org>")
        }
        await postfix.stop()
        await dovecot.stop()
    }

    @Test func sendersRecipientsAndSizesAreRefusedAsAsked() async throws {
        let dovecot = try await DovecotServer.start()
        var options = PostfixServer.Options()
        options.offersSTARTTLS = false
        options.refusedSenders = ["stranger@example.net": "550 5.7.0 From address is not one of your addresses"]
        options.refusedRecipients = [
            "gone.example.com": "550 5.1.1 user does not exist", "later@example.com": "451 4.3.0 later",
        ]
        options.messageSizeLimit = 2_000
        let postfix = try await PostfixServer.start(options, dovecot: dovecot)
        let smtp = try Dialogue(port: postfix.submissionPort)
        _ = try smtp.smtp()
        _ = try smtp.smtp("EHLO client.example.org")
        _ = try smtp.smtp(Self.login)
        let sender = try smtp.smtp("MAIL FROM:<stranger@example.net>")
        #expect(sender.hasPrefix("550 5.7.0") && sender.hasSuffix("From address is not one of your addresses"))
        #expect(try smtp.smtp("MAIL FROM:<jane@example.org> SIZE=2001").hasPrefix("552 5.3.4"))
        #expect(try smtp.smtp("MAIL FROM:<jane@example.org> SIZE=1000").hasPrefix("250"))
        #expect(try smtp.smtp("RCPT TO:<x@gone.example.com>").hasPrefix("550 5.1.1"))
        #expect(try smtp.smtp("RCPT TO:<later@example.com>").hasPrefix("451 4.3.0"))
        #expect(try smtp.smtp("RCPT TO:<now@example.com>").hasPrefix("250"))
        await postfix.stop()
        await dovecot.stop()
    }

    @Test func itOffersTLSInBothWaysAndNoPasswordBefore() async throws {
        let dovecot = try await DovecotServer.start()
        let postfix = try await PostfixServer.start(dovecot: dovecot)
        let smtp = try Dialogue(port: postfix.submissionPort)
        _ = try smtp.smtp()
        _ = try smtp.smtp("EHLO client.example.org")
        #expect(try smtp.smtp(Self.login).hasPrefix("5"))
        let openssl = try Programs.find("openssl", package: "openssl")
        for port in [[postfix.submissionPort], [postfix.submissionsPort]] {
            let starttls = port[0] == postfix.submissionPort ? ["-starttls", "smtp"] : []
            let text = try Programs.run(
                openssl,
                ["s_client", "-connect", "127.0.0.1:\(port[0])", "-verify_return_error", "-verify_hostname"]
                    + ["localhost", "-CAfile", postfix.certificates.authorityFile] + starttls)
            #expect(text.contains("Verify return code: 0 (ok)"))
        }
        await postfix.stop()
        await dovecot.stop()
    }

    @Test func itEndsAndStartsAgain() async throws {
        let dovecot = try await DovecotServer.start()
        let postfix = try await PostfixServer.start(dovecot: dovecot)
        let identifier = try #require(postfix.processIdentifier)
        #expect(kill(identifier, 0) == 0)
        await postfix.stop()
        #expect(kill(identifier, 0) != 0)
        #expect(throws: (any Error).self) { _ = try Dialogue(port: postfix.submissionPort).smtp() }
        try await postfix.restart()
        #expect(try Dialogue(port: postfix.submissionPort).smtp().hasPrefix("220"))
    }
}
