import MailModel
import SMTPClient
import Testing

@Suite struct ReplyClassificationTests {
    /// As servers were heard to say it.
    @Test(arguments: [
        ("550 5.7.0 From address is not one of your addresses", SubmissionStage.sender, FaultCode.smtpSenderRefused),
        (
            "550 5.7.1 jane@icloud.com: You have exceeded your daily sending limit. Please try again later.", .receipt,
            .smtpQuota
        ),
        ("550 5.4.5 Daily user sending limit exceeded.", .receipt, .smtpQuota),
        ("535 5.7.8 Username and Password not accepted. BadCredentials", .authentication, .authFailed),
        ("534 5.7.9 Application-specific password required. Learn more at", .authentication, .appPasswordNeeded),
        (
            "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.",
            .authentication, .loginDisabled
        ),
        ("535 5.7.3 Authentication unsuccessful", .authentication, .authFailed),
        ("535 5.7.0 (#AUTH005) Too many bad auth attempts.", .authentication, .throttled),
        ("454 4.7.0 Too many login attempts, please try again later.", .authentication, .throttled),
        ("454 4.7.0 Temporary authentication failure: Connection lost", .authentication, .unavailable),
        ("451 4.7.0 Temporary server error. Please try again later. PRX4", .authentication, .unavailable),
        ("451 4.7.0 Temporary server error. Please try again later. PRX5", .receipt, .unavailable),
        ("535 5.7.8 Error: authentication failed:", .authentication, .authFailed),
        ("538 Encryption required for requested authentication mechanism", .authentication, .loginDisabled),
        ("504 5.5.4 Unrecognized authentication type", .authentication, .loginDisabled),
        ("530 5.7.0 Must issue a STARTTLS command first", .sender, .startTLSMissing),
        ("530 5.7.0 Authentication Required.", .sender, .authFailed),
        ("530 5.7.57 Client not authenticated to send mail.", .sender, .authFailed),
        ("553 5.7.1 <eve@example.org>: Sender address rejected: not owned by user jane", .sender, .smtpSenderRefused),
        ("550 5.1.8 <x@nowhere.invalid>: Sender address rejected: Domain not found", .recipient, .smtpSenderRefused),
        ("550 5.1.1 <x@example.net>: user does not exist", .recipient, .smtpRecipientRefused),
        ("550 no such user here", .recipient, .smtpRecipientRefused),
        ("452 4.2.2 Mailbox full", .recipient, .smtpRecipientRefused),
        ("552 5.2.2 Mailbox full", .recipient, .smtpRecipientRefused),
        ("450 4.1.1 <x@example.net>: Recipient address rejected: unverified", .recipient, .smtpRecipientRefused),
        ("450 4.2.0 <x@example.net>: Recipient address rejected: Greylisted", .recipient, .unavailable),
        ("421 4.7.1 Messages to x deferred due to excessive volume", .recipient, .throttled),
        ("450 4.2.1 The user you are trying to contact is receiving mail at a rate that", .recipient, .throttled),
        ("552 5.3.4 Message size exceeds fixed limit", .sender, .smtpTooLarge),
        ("552 message exceeds maximum size", .receipt, .smtpTooLarge),
        ("552 requested action aborted", .receipt, .smtpTooLarge),
        ("523 the message is too large", .receipt, .smtpTooLarge),
        ("552 5.2.3 too long", .receipt, .smtpTooLarge),
        ("554 5.7.1 [CS01] Message rejected due to local policy", .receipt, .smtpMessageRefused),
        ("550 5.7.1 Your message was rejected due to example.com DMARC policy.", .receipt, .smtpMessageRefused),
        ("452 4.3.1 Insufficient system storage", .sender, .unavailable),
        ("421 4.3.2 Service shutting down", .data, .unavailable),
        ("421 4.7.0 too many connections from your host", .greeting, .tooManyConnections),
        ("421 4.7.0 Throttled, slow down", .greeting, .throttled),
        ("554 5.3.2 no service here", .greeting, .unavailable),
        ("250 ok", .receipt, .protocolError),
    ])
    func aReplyStandsForAFault(text: String, stage: SubmissionStage, code: FaultCode) throws {
        var parser = ReplyParser()
        let reply = try #require(try parser.all(from: Array("\(text)\r\n".utf8)).first)
        #expect(reply.faultCode(at: stage) == code)
    }

    @Test func whatPassesIsTriedAgainThoughTheCodeSaysNever() {
        let quota = SMTPReply(code: 550, lines: ["5.4.5 Daily user sending limit exceeded."])
        #expect(RecipientOutcome.refused(quota, .receipt).disposition == .deferred)
        let nobody = SMTPReply(code: 550, lines: ["5.1.1 no such user"])
        #expect(RecipientOutcome.refused(nobody, .recipient).disposition == .refused)
        #expect(RecipientOutcome.deferred(SMTPReply(code: 450, lines: ["later"]), .recipient).disposition == .deferred)
    }

    @Test(arguments: [
        (["mx", "SIZE 35882577", "8bitmime", "Pipelining", "SMTPUTF8", "AUTH PLAIN login"], 35_882_577, true),
        (["mx", "SIZE", "8BITMIME", "PIPELINING", "SMTPUTF8", "AUTH=PLAIN LOGIN"], nil, true),
        (["mx", "SIZE 0", "8BITMIME", "PIPELINING", "SMTPUTF8", "AUTH=PLAIN", "AUTH LOGIN"], nil, true),
        (["SIZE 1 8BITMIME PIPELINING SMTPUTF8 AUTH PLAIN LOGIN"], nil, false),
        (["mx", "SIZE 99999999999999999999", "8BITMIME", "PIPELINING", "SMTPUTF8", "AUTH PLAIN LOGIN"], nil, true),
    ])
    func extensionsAreReadWhateverTheirSpelling(lines: [String], limit: Int?, isOffered: Bool) {
        let extensions = ServerExtensions(SMTPReply(code: 250, lines: lines))
        #expect(extensions.sizeLimit == limit)
        #expect(extensions.offersSize == isOffered)
        #expect(extensions.offers8BitMIME == isOffered)
        #expect(extensions.offersPipelining == isOffered)
        #expect(extensions.offersSMTPUTF8 == isOffered)
        #expect(extensions.authMechanisms == (isOffered ? ["PLAIN", "LOGIN"] : []))
        #expect(!extensions.offersStartTLS)
    }

    @Test(arguments: ["a.b-c.example", "[127.0.0.1]", "[IPv6:::1]", "localhost"])
    func aHelloNameIsAHostOrALiteral(name: String) {
        #expect(HelloName(name)?.rawValue == name)
    }

    @Test(arguments: [
        "", "[]", "a b", "a\r\nMAIL FROM:<x@y>", "a\0", "ä.example", "a:b", String(repeating: "a", count: 256),
    ])
    func whatIsNoHelloNameIsRefused(name: String) {
        #expect(HelloName(name) == nil)
    }
}
