import MailModel

/// What a person can do about a fault that the server itself did not explain: one sentence or two for each code.
public enum FaultAdvice {
    /// Which of an account's servers it concerns.
    public enum Service: String, Sendable, Hashable {
        case imap, smtp

        /// The key of the configuration.
        public var key: String { rawValue }
    }

    /// - Parameter endpoint: the server as configured; `nil` when the fault lies elsewhere.
    public static func sentence(
        for code: FaultCode, _ service: Service, _ profile: ProviderProfile, _ endpoint: ServerEndpoint?
    ) -> String {
        if let sentence = reaching(code, service, profile, endpoint) { return sentence }
        if let sentence = protecting(code, service, profile) { return sentence }
        if let sentence = signingIn(code, service, profile, endpoint) { return sentence }
        return sentences[code] ?? "Look at the log for what happened before, and try again."
    }

    private static func reaching(
        _ code: FaultCode, _ service: Service, _ profile: ProviderProfile, _ endpoint: ServerEndpoint?
    ) -> String? {
        switch code {
        case .dnsFailure:
            return
                "Check the spelling of `host` in `\(service.key)`, and whether this machine can resolve names at all "
                + "(`getent hosts \(endpoint?.host ?? "HOST")`)."
        case .connectionRefused:
            return "The host is there and nothing listens on that port: check `port`"
                + usual(service, profile, endpoint) + ". A firewall that refuses looks the same."
        case .connectionTimeout:
            return
                "Nothing came back: a firewall or the network's provider swallows the port, or a hotel or café network "
                + "waits for you to sign in with a browser" + other(service, profile, endpoint) + "."
        case .connectionLost:
            return "The connection was cut: try again; if it stays so, something on the way (firewall, proxy, virus "
                + "scanner) cuts it."
        case FaultCode(rawValue: "network_unreachable"):
            return "This machine has no way to that address: check its network connection."
        default:
            return nil
        }
    }

    private static func protecting(_ code: FaultCode, _ service: Service, _ profile: ProviderProfile) -> String? {
        switch code {
        case .tlsOnPlainPort:
            return "Write security = \"starttls\" for this port, or the port with TLS from the first byte "
                + "(\(service == .imap ? "993" : "465"))."
        case .plainOnTLSPort:
            return "Write security = \"tls\" for this port, or the port for STARTTLS "
                + "(\(service == .imap ? "143" : "587"))."
        case .startTLSMissing:
            return "Nothing was sent. Use TLS from the first byte: security = \"tls\" and port "
                + "\(service == .imap ? "993" : "465")."
        case .startTLSStripped:
            return "Nothing was sent. Somebody between here and the server may be taking TLS away: use "
                + "security = \"tls\" and port \(service == .imap ? "993" : "465"), or another network."
        case .certificateUntrusted:
            return "Is `host` the right server? If it is your own, name the authority that signed its certificate with "
                + "`ca`. If it should be \(profile.title), somebody else answers: do not go on in this network."
        case .certificateExpired:
            return "Check this machine's date and time; if they are right, the server's operator has to renew the "
                + "certificate."
        case .certificateNameMismatch:
            return "Write the name that the certificate is for as `host`. In a hotel or café network, sign in with a "
                + "browser first: its portal may be what answers."
        case .tlsIntercepted:
            return "Take this host, or this program, out of the scanning of mail or TLS there. If you want it scanned, "
                + "name the scanner's authority with `ca`; it can then read mail and password."
        case .tlsVersion:
            return "The server is too old: its operator has to allow TLS 1.2 or newer."
        default:
            return nil
        }
    }

    private static func signingIn(
        _ code: FaultCode, _ service: Service, _ profile: ProviderProfile, _ endpoint: ServerEndpoint?
    ) -> String? {
        switch code {
        case .authFailed where endpoint?.signsIn == false: ServerAdvice.loginWanted
        case .authFailed: ServerAdvice.authFailed(profile)
        case .appPasswordNeeded: ServerAdvice.appPasswordNeeded(profile)
        case .appPasswordShape: ServerAdvice.appPasswordShape(profile)
        case .oauthExpired: ServerAdvice.oauthExpired
        case .loginDisabled:
            service == .imap ? ServerAdvice.loginDisabled : ServerAdvice.submissionDisabled(profile)
        case .imapDisabled: ServerAdvice.imapDisabled(profile)
        case .smtpSenderRefused:
            "The server sends only from the account's own addresses: write `address` as \(profile.title) knows it, or "
                + "add it there as an alias first."
        case .smtpQuota:
            "The account has sent what it may for now\(perDay(profile)): it goes on by itself later; send less, or "
                + "lower `ceiling`."
        case .smtpTooLarge: "Such a message cannot be sent from here\(maxSize(profile)): forward without attachments."
        default: nil
        }
    }

    private static let sentences: [FaultCode: String] = [
        .tooManyConnections: ServerAdvice.tooManyConnections, .throttled: ServerAdvice.throttled,
        .unavailable: ServerAdvice.unavailable, .folderMissing: ServerAdvice.folderMissing,
        .folderReadOnly: ServerAdvice.folderReadOnly, .overQuota: ServerAdvice.overQuota,
        .smtpRecipientRefused: "Check the address: the server knows no such recipient, or does not send there.",
        .protocolError:
            "What answers there is not the mail server that was expected: check `host` and `port`. In a hotel or café "
            + "network, sign in with a browser first.",
        .limitExceeded:
            "The server sent more than any sane answer: check `host`, and report it if it is the right one.",
        .journalUnavailable: "See to it that the state folder is there, belongs to this user, and has room.",
        .configuration: "Mend the configuration as the sentence says.",
    ]

    /// The profile's port, where another is configured.
    private static func usual(
        _ service: Service, _ profile: ProviderProfile, _ endpoint: ServerEndpoint?
    ) -> String {
        guard let known = service == .imap ? profile.imap : profile.smtp, let endpoint else { return "" }
        guard known.host != endpoint.host || known.port != endpoint.port else { return "" }
        return "; \(profile.title) uses \(known.host) port \(known.port)"
    }

    private static func other(
        _ service: Service, _ profile: ProviderProfile, _ endpoint: ServerEndpoint?
    ) -> String {
        guard service == .smtp, let endpoint, let other = profile.otherSubmission(than: endpoint) else { return "" }
        return
            ". Many networks block port \(endpoint.port); \(profile.title) also takes mail on port \(other.port) with "
            + "security = \"\(other.security.rawValue)\""
    }

    private static func perDay(_ profile: ProviderProfile) -> String {
        profile.limits.perDay.map { " (\(profile.title) allows about \($0) messages a day)" } ?? ""
    }

    private static func maxSize(_ profile: ProviderProfile) -> String {
        profile.limits.maxSize.map { " (\(profile.title) takes up to \($0 / 1_000_000) MB)" } ?? ""
    }
}

extension ProviderProfile {
    /// Another way to submit than this one, where the profile knows one.
    public func otherSubmission(than endpoint: ServerEndpoint) -> ServerEndpoint? {
        guard let smtp, smtp.host == endpoint.host else { return nil }
        return ([smtp] + smtpAlternatives).first { $0.host != endpoint.host || $0.port != endpoint.port }
    }
}
