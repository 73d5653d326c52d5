import TestKit

extension FaultCodeTests {
    private static func startTLS(_ answer: String?) -> IMAPScript {
        var script = IMAPScript()
        script.capabilities = answer == nil ? "IMAP4rev1 AUTH=PLAIN" : "IMAP4rev1 STARTTLS AUTH=PLAIN"
        if let answer { script.replies["STARTTLS"] = [answer] }
        return script
    }

    private static func startTLS(smtp offer: String) -> SMTPScript {
        var script = SMTPScript()
        script.offers = [offer, "AUTH PLAIN"]
        return script
    }

    /// STARTTLS and certificates.
    static let protecting: [Fault] = [
        Fault("starttls_missing", "IMAP does not offer it", at: "imap.tls") {
            try await imap(startTLS(nil), .startTLS(.good))
        },
        Fault("starttls_missing", "submission does not offer it", at: "smtp.tls") {
            try await smtp(startTLS(smtp: "HELP"), .startTLS(.good))
        },
        Fault("starttls_stripped", "IMAP offers it and takes it back", at: "imap.tls") {
            try await imap(startTLS("% NO not today"), .startTLS(.good))
        },
        Fault("starttls_stripped", "a firewall writes over the offer of submission", at: "smtp.tls") {
            try await smtp(startTLS(smtp: "XXXXXXXA"), .startTLS(.good))
        },
        Fault("certificate_untrusted", "signed by somebody unknown", at: "imap.tls") {
            try await imap(IMAPScript(), .tls(.otherAuthority))
        },
        Fault("certificate_untrusted", "the same behind STARTTLS", at: "imap.tls") {
            try await imap(startTLS("% OK begin"), .startTLS(.otherAuthority))
        },
        Fault("certificate_untrusted", "the same at submission", at: "smtp.tls") {
            try await smtp(startTLS(smtp: "STARTTLS"), .startTLS(.otherAuthority))
        },
        Fault("certificate_expired", "out of date", at: "imap.tls") {
            try await imap(IMAPScript(), .tls(.expired))
        },
        Fault("certificate_expired", "not valid yet: the clock here may be wrong", at: "imap.tls") {
            try await imap(IMAPScript(), .tls(.notYetValid))
        },
        Fault("certificate_expired", "out of date at submission", at: "smtp.tls") {
            try await smtp(SMTPScript(), .tls(.expired))
        },
        Fault("certificate_name_mismatch", "made for another host", at: "imap.tls") {
            try await imap(IMAPScript(), .tls(.wrongName))
        },
        Fault("certificate_name_mismatch", "the same behind STARTTLS", at: "imap.tls") {
            try await imap(startTLS("% OK begin"), .startTLS(.wrongName))
        },
        Fault("tls_intercepted", "a virus scanner's own certificate", at: "imap.tls") {
            try await imap(IMAPScript(), .tls(.intercepted))
        },
        Fault("tls_intercepted", "the same behind STARTTLS", at: "imap.tls") {
            try await imap(startTLS("% OK begin"), .startTLS(.intercepted))
        },
        Fault("tls_version", "a server that has nothing newer than TLS 1.0", at: "imap.tls") {
            // An alert of TLS 1.0: protocol_version.
            let port = try await Words.port(then: PortReply([21, 3, 1, 0, 2, 2, 70], then: .closes))
            return (Patient(imap: .init(port: port.port, security: "tls")), [port])
        },
    ]
}
