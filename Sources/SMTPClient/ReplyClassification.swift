import MailModel

extension SMTPReply {
    /// The fault that this 4yz or 5yz stands for: by enhanced code, else by the server's words, else by the stage.
    public func faultCode(at stage: SubmissionStage) -> FaultCode {
        guard isTransient || isPermanent else { return .protocolError }
        switch stage {
        case .greeting, .hello: return connectionFault
        case .startTLS, .handshake: return .startTLSMissing
        case .authentication: return authenticationFault
        case .sender, .recipient, .data, .transfer, .receipt: return envelopeFault(at: stage)
        }
    }

    private var connectionFault: FaultCode {
        let words = text.lowercased()
        if words.containsAny(of: ReplyWords.tooManyConnections) { return .tooManyConnections }
        if words.containsAny(of: ReplyWords.throttled) { return .throttled }
        return .unavailable
    }

    private var authenticationFault: FaultCode {
        let words = text.lowercased()
        if words.containsAny(of: ReplyWords.appPassword) { return .appPasswordNeeded }
        if words.containsAny(of: ReplyWords.loginDisabled) { return .loginDisabled }
        if words.containsAny(of: ReplyWords.throttled) || words.containsAny(of: ReplyWords.tooManyLogins) {
            return .throttled
        }
        if isTransient {
            return words.containsAny(of: ReplyWords.tooManyConnections) ? .tooManyConnections : .unavailable
        }
        switch code {
        // 534: the mechanism is too weak; 538: the mechanism wants encryption (RFC 4954 §6).
        case 534, 538: return .loginDisabled
        case 530: return words.contains("starttls") ? .startTLSMissing : .authFailed
        // The verb or the mechanism is not known here.
        case 500, 502, 503, 504: return .loginDisabled
        default: return .authFailed
        }
    }

    private func envelopeFault(at stage: SubmissionStage) -> FaultCode {
        let words = text.lowercased()
        if words.containsAny(of: ReplyWords.quota) { return .smtpQuota }
        if words.containsAny(of: ReplyWords.throttled) { return .throttled }
        if let enhanced, let fault = Self.fault(of: enhanced) { return fault }
        if code == 421 {
            return words.containsAny(of: ReplyWords.tooManyConnections) ? .tooManyConnections : .unavailable
        }
        if code == 530 { return words.contains("starttls") ? .startTLSMissing : .authFailed }
        if words.containsAny(of: ReplyWords.tooLarge) { return .smtpTooLarge }
        // 552 is "exceeded storage allocation": of the recipient at RCPT, of the message elsewhere.
        if code == 552, stage != .recipient { return .smtpTooLarge }
        if isTransient, enhanced?.subject != 1 { return .unavailable }
        switch stage {
        case .sender: return .smtpSenderRefused
        case .recipient: return .smtpRecipientRefused
        case .data, .transfer, .receipt: return .smtpMessageRefused
        case .greeting, .hello, .startTLS, .handshake, .authentication: return .protocolError
        }
    }

    /// Enhanced codes that say the same at every stage (RFC 3463, RFC 5248, RFC 7505).
    private static func fault(of enhanced: EnhancedStatus) -> FaultCode? {
        switch (enhanced.subject, enhanced.detail) {
        case (2, 3), (3, 4): .smtpTooLarge
        // Gmail's daily limit.
        case (4, 5) where enhanced.category == 5: .smtpQuota
        case (1, 7), (1, 8): .smtpSenderRefused
        case (1, 1), (1, 2), (1, 3), (1, 10), (2, 1), (2, 2): .smtpRecipientRefused
        // "Client was not authenticated" of Exchange.
        case (7, 57): .authFailed
        default: nil
        }
    }
}

/// What servers say, in lower case; fragments that were seen at providers.
private enum ReplyWords {
    static let appPassword = ["application-specific password", "app password", "app-specific password"]
    static let loginDisabled = [
        "smtpclientauthentication is disabled", "authentication is disabled", "basic authentication is disabled",
        "authentication not enabled", "smtp auth is disabled", "authentication unavailable",
    ]
    static let tooManyLogins = ["too many bad auth", "too many login", "too many failed", "too many authentication"]
    static let tooManyConnections = [
        "too many connections", "too many simultaneous", "too many concurrent", "maximum number of connections",
        "connection limit",
    ]
    static let throttled = [
        "throttl", "rate limit", "ratelimit", "rate that", "excessive volume", "too many messages", "too many mails",
        "too fast", "slow down", "too quickly",
    ]
    static let quota = [
        "sending limit", "sending quota", "daily limit", "daily quota", "daily user sending", "message quota",
        "limit on the number of recipients", "exceeded the maximum number of messages",
    ]
    static let tooLarge = [
        "too large", "too big", "message size", "size exceeds", "exceeds size", "exceeds maximum size",
        "exceeds fixed limit", "maximum message size",
    ]
}

extension String {
    fileprivate func containsAny(of fragments: [String]) -> Bool {
        fragments.contains { contains($0) }
    }
}
