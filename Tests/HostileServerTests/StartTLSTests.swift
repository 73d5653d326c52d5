import MailModel
import TestKit
import Testing

/// FAULTS, STARTTLS 2 to 7, by the whole program: whatever a server says before TLS, no credential goes out and the fault
/// is named.
@Suite struct StartTLSTests {
    enum Trick: String, CaseIterable, Sendable {
        case notOffered, stripped, refused, misunderstood, nonsense, bytesBehindTheOK, halfALineBehindTheOK,
            answeredAhead
        case preauthenticated, loginOffered, alert, referral, goodbye

        func said(of exchange: Exchange) -> [Saying]? {
            let capability = "* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\n"
            if exchange.tag == "*" {
                switch self {
                case .preauthenticated: return [.text("* PREAUTH welcome jane\r\n")]
                case .alert: return [.text("* OK [ALERT] call 555-evil\r\n")]
                case .loginOffered: return [.text("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] evil\r\n")]
                case .goodbye: return [.text("* BYE evil\r\n"), .cut]
                default: return nil
                }
            }
            if exchange.isFor("CAPABILITY") {
                switch self {
                case .notOffered, .loginOffered: return nil
                case .answeredAhead: return [.text(capability + exchange.ending + "p2 OK evil\r\n")]
                default: return [.text(capability + exchange.ending)]
                }
            }
            guard exchange.isFor("STARTTLS") else { return nil }
            switch self {
            case .refused: return [.text("\(exchange.tag) NO evil\r\n")]
            case .misunderstood: return [.text("\(exchange.tag) BAD evil\r\n")]
            case .nonsense: return [.text("evil\r\n")]
            case .bytesBehindTheOK: return [.text("\(exchange.tag) OK go\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n")]
            case .halfALineBehindTheOK: return [.text("\(exchange.tag) OK go\r\n* CAP")]
            case .referral: return [.text("\(exchange.tag) NO [REFERRAL imap://evil.example/] elsewhere\r\n")]
            case .alert: return [.text("* OK [ALERT] call 555-evil\r\n\(exchange.tag) NO evil\r\n")]
            default: return [.cut]
            }
        }

        /// What `status` says of it.
        var code: String {
            switch self {
            case .notOffered, .loginOffered: "starttls_missing"
            case .refused, .misunderstood, .referral, .alert, .bytesBehindTheOK, .halfALineBehindTheOK:
                "starttls_stripped"
            case .stripped: "connection_lost"
            case .goodbye: "unavailable"
            case .preauthenticated: "starttls_stripped"
            case .nonsense, .answeredAhead: "protocol_error"
            }
        }
    }

    @Test(arguments: Trick.allCases) func noCredentialGoesOutInTheClear(_ trick: Trick) async throws {
        let server = HostileServer()
        server.lie { trick.said(of: $0) }
        try await Program.run([Program.Account(server: server, security: "starttls")]) { program in
            try await program.await("a named fault") { program.book.failure() != nil }
            #expect(await program.faultCode() == trick.code, "\(program.book.text)")
            for secret in ["AUTHENTICATE", "LOGIN", "canary", "amFuZ"] { #expect(!server.heard.contains(secret)) }
            // Nobody knows who said it.
            #expect(!program.book.text.contains("evil"), "\(program.book.text)")
        }
    }
}
