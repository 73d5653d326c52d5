import TestKit

extension FaultCodeTests {
    /// The name, the port, and what answers there.
    static let reaching: [Fault] = [
        Fault("dns_failure", "a name that nobody has", at: "imap.dns") {
            (Patient(host: "no-such-host.invalid", imap: .init(port: 993, security: "tls")), [])
        },
        Fault("connection_refused", "a port where nobody listens", at: "imap.tcp4") {
            (Patient(imap: .init(port: try FreePorts.take(1)[0])), [])
        },
        Fault("connection_timeout", "a network that swallows the first packet", at: "imap.tcp4") {
            let wall = try FullBacklog()
            return (Patient(imap: .init(port: wall.port), step: 0.5), [wall])
        },
        Fault("connection_timeout", "a port that takes connections and never says a word", at: "imap.port") {
            let wall = try SilentServer()
            return (Patient(imap: .init(port: wall.port, security: "tls"), step: 0.5), [wall])
        },
        Fault("connection_timeout", "a port in the clear that never greets", at: "imap.port") {
            let wall = try SilentServer()
            return (Patient(imap: .init(port: wall.port), step: 1, patience: 0.2), [wall])
        },
        Fault("tls_on_plain_port", "TLS asked for where IMAP greets in the clear", at: "imap.port") {
            let port = try await ScriptedPort { IMAPScript().conversation() }
            return (Patient(imap: .init(port: port.port, security: "tls")), [port])
        },
        Fault("tls_on_plain_port", "TLS asked for on the STARTTLS port of submission", at: "smtp.port") {
            var sick = try await smtp(SMTPScript())
            sick.patient.smtp?.security = "tls"
            return sick
        },
        Fault("plain_on_tls_port", "STARTTLS asked for where IMAP begins with TLS", at: "imap.port") {
            var sick = try await imap(IMAPScript(), .tls(.good))
            sick.patient.imap.security = "starttls"
            sick.patient.patience = 0.2
            return sick
        },
        Fault("plain_on_tls_port", "STARTTLS asked for on the TLS port of submission", at: "smtp.port") {
            var sick = try await smtp(SMTPScript(), .tls(.good))
            sick.patient.smtp?.security = "starttls"
            sick.patient.patience = 0.2
            return sick
        },
        Fault("protocol_error", "a POP3 server", at: "imap.port") {
            let port = try await Words.port(first: "+OK POP3 ready\r\n")
            return (Patient(imap: .init(port: port.port)), [port])
        },
        Fault("protocol_error", "a POP3 server where TLS was asked for", at: "imap.port") {
            let port = try await Words.port(first: "+OK POP3 ready\r\n")
            return (Patient(imap: .init(port: port.port, security: "tls")), [port])
        },
        Fault("protocol_error", "a web server that TLS was asked of", at: "imap.port") {
            let port = try await Words.port(then: PortReply("HTTP/1.1 400 Bad Request\r\n\r\n", then: .closes))
            return (Patient(imap: .init(port: port.port, security: "tls")), [port])
        },
        Fault("protocol_error", "a submission server on the IMAP port", at: "imap.port") {
            let port = try await ScriptedPort { SMTPScript().conversation() }
            return (Patient(imap: .init(port: port.port)), [port])
        },
        Fault("protocol_error", "an IMAP server on the submission port", at: "smtp.port") {
            var sick = try await imap(IMAPScript())
            sick.patient.smtp = .init(port: sick.patient.imap.port)
            return sick
        },
        Fault("protocol_error", "the sign-in page of a hotel's network", at: "imap.port") {
            let page = "HTTP/1.1 302 Found\r\nLocation: http://portal.example/\r\n\r\n"
            let port = try await Words.port(then: PortReply(page, then: .closes))
            return (Patient(imap: .init(port: port.port, security: "tls")), [port])
        },
        Fault("connection_lost", "a port that hangs up at once", at: "imap.port") {
            let port = try await Words.port(then: PortReply("", then: .closes))
            return (Patient(imap: .init(port: port.port, security: "tls")), [port])
        },
    ]
}
