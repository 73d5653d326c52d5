import IMAPSyntax
import MailModel

/// The tagged reply of a command with the untagged data that belong to it.
public struct CommandResult: Equatable, Sendable {
    public var command: String
    public var mailbox: String?
    public var status: TaggedResponse.Status
    public var code: ResponseCode?
    public var text: String
    /// Response codes of untagged OKs that came while it ran (MOVE gives COPYUID there, RFC 6851 §4.3).
    public var untaggedCodes: [ResponseCode] = []
    public var capabilities: [String]?
    public var enabled: [String] = []
    public var namespace: NamespaceResponse?
    public var lists: [ListEntry] = []
    public var statuses: [MailboxStatus] = []
    public var quotas: [QuotaUsage] = []
    public var search: [UInt32]?
    public var esearch: ESearchResult?
    public var fetched: [FetchedMessage] = []
    /// VANISHED (EARLIER): as the server says it, of any size and perhaps of what is still there.
    public var vanished = UIDSet()
    public var selected: SelectedMailbox?
    /// The text of the last continuation that asked for a line of ours; of a login, the server's challenge.
    var lastChallenge = ""

    /// The result itself when the server said OK.
    public func checked() throws(SessionError) -> CommandResult {
        if status == .ok { return self }
        throw error
    }

    /// What a NO or BAD means.
    public var error: SessionError {
        let code: FaultCode
        let scope: FaultScope
        switch self.code {
        case .nonExistent, .tryCreate: (code, scope) = (.folderMissing, .mailbox)
        case .noPerm, .readOnly: (code, scope) = (.folderReadOnly, .mailbox)
        case .unavailable, .inUse, .serverBug: (code, scope) = (.unavailable, .mailbox)
        case .overQuota: (code, scope) = (FaultCode(rawValue: "over_quota"), .mailbox)
        case .limit: (code, scope) = (.throttled, .account)
        case .authenticationFailed, .authorizationFailed: (code, scope) = (.authFailed, .account)
        case .expired: (code, scope) = (.oauthExpired, .account)
        case .privacyRequired: (code, scope) = (.loginDisabled, .account)
        default: (code, scope) = (status == .bad ? .protocolError : FaultCode(rawValue: "refused"), .mailbox)
        }
        return SessionError(
            code: code, scope: scope, command: command, mailbox: mailbox, responseCode: self.code,
            text: text.isEmpty ? "the server said \(status == .bad ? "BAD" : "NO")" : text
        )
    }

    /// COPYUID from the tagged or an untagged OK (RFC 4315 §3, RFC 6851 §4.3), as pairs; `nil` when absent or malformed.
    public func copiedUIDs(limit: Int = 100_000) -> (uidValidity: UIDValidity, pairs: [(source: UID, target: UID)])? {
        for code in [self.code].compactMap({ $0 }) + untaggedCodes {
            guard case .copyUID(let uidValidity, let source, let target) = code else { continue }
            guard let pairs = OrderedUIDs.pair(source: source, target: target, limit: limit) else { return nil }
            return (uidValidity, pairs)
        }
        return nil
    }
}
