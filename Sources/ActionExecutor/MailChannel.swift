import ActionJournal
import MIMEParsing
import MailModel
import MessageDigest
import Notifications
import SMTPClient

/// Tells each notification in a message, through one of the accounts.
///
/// Every attempt has the same Message-ID, by which a mail server or a person tells a repetition. A notification about
/// a message that this installation sent as one is not sent: a rule that tells of everything would go round for ever.
public struct MailChannel: NotificationChannel {
    /// Who sends.
    public struct Sender: Sendable {
        public var account: AccountName
        public var address: EnvelopeAddress
        public var displayName: String
        /// What to do when nobody knows whether the message arrived.
        public var unknown: UnknownPolicy

        public init(account: AccountName, address: EnvelopeAddress, displayName: String, unknown: UnknownPolicy) {
            self.account = account
            self.address = address
            self.displayName = displayName
            self.unknown = unknown
        }
    }

    public let name: String
    private let sender: Sender
    private let recipient: EnvelopeAddress
    private let markerKey: @Sendable () async throws(JournalError) -> [UInt8]
    private let submitter: @Sendable () -> (any MailSubmitting)?
    private let clock: @Sendable () -> Int64

    public var mayRepeat: Bool { sender.unknown == .resend }

    static let bodyLimit = 100_000
    /// Seconds to wait after a refused login, so that the provider does not lock the account.
    static let accountPause: Int64 = 300

    /// - Parameters:
    ///   - markerKey: what this installation knows its own messages by.
    ///   - submitter: asked for at each delivery; `nil`: the account cannot send.
    public init(
        name: String, sender: Sender, recipient: EnvelopeAddress,
        markerKey: @escaping @Sendable () async throws(JournalError) -> [UInt8],
        submitter: @escaping @Sendable () -> (any MailSubmitting)?, clock: @escaping @Sendable () -> Int64
    ) {
        self.name = name
        self.sender = sender
        self.recipient = recipient
        self.markerKey = markerKey
        self.submitter = submitter
        self.clock = clock
    }

    public func deliver(_ notification: Notification) async throws(NotificationError) {
        guard let submitter = submitter() else {
            throw NotificationError(
                code: .configuration, isTransient: false, channel: name,
                detail: "the account \(sender.account) cannot send")
        }
        let key = try await ownKey()
        let about = notification.heldBack.isEmpty ? [notification] : notification.heldBack
        guard !about.allSatisfy({ Self.isNotice($0.messageID, key: key) }) else {
            throw NotificationError(
                isTransient: false, channel: name,
                detail: "the message is itself such a notification: it would go round")
        }
        let submission = Submission(
            sender: sender.address, recipients: [recipient], data: message(notification, key: key))
        let result = await submitter.submit(submission, beforeFinalDot: {})
        guard let outcome = result.outcomes.first?.outcome else {
            throw NotificationError(isTransient: true, channel: name, detail: "the server gave no answer")
        }
        if let error = failure(outcome) { throw error }
    }

    private func ownKey() async throws(NotificationError) -> [UInt8] {
        do {
            return try await markerKey()
        } catch {
            throw NotificationError(code: error.code, isTransient: true, channel: name, detail: error.description)
        }
    }

    private func message(_ notification: Notification, key: [UInt8]) -> [UInt8] {
        let domain = ForwardWriter.domain(of: sender.address)
        let marker = ForwardMarker(hops: 1, account: sender.account, targets: [recipient.rawValue], key: key)
        return NoticeComposer.compose(
            NoticeComposer.Input(
                from: EmailAddress(
                    name: sender.displayName, localpart: String(sender.address.rawValue.prefix { $0 != "@" }),
                    domain: domain),
                to: recipient.rawValue, subject: notification.title.isEmpty ? "Postmoon" : notification.title,
                text: String(notification.body.prefix(Self.bodyLimit)),
                messageID: Self.messageID(notification.key, domain: domain, key: key), date: clock(),
                marker: marker.value))
    }

    private func failure(_ outcome: RecipientOutcome) -> NotificationError? {
        guard let error = outcome.error else { return nil }
        switch outcome.disposition {
        case .accepted: return nil
        case .refused:
            return NotificationError(code: error.code, isTransient: false, channel: name, detail: error.description)
        case .deferred:
            return NotificationError(
                code: error.code, isTransient: true, retryAfter: error.scope >= .account ? Self.accountPause : nil,
                channel: name, detail: error.description)
        case .unknown:
            let isRepeated = sender.unknown == .resend
            return NotificationError(
                code: error.code, isTransient: isRepeated, channel: name,
                detail: "\(error); "
                    + (isRepeated ? "it is sent again with the same Message-ID" : "it may have arrived; not repeated"))
        }
    }

    // MARK: Message-IDs

    /// `notice.KEY.MAC@domain`: the same for every attempt, and nobody else can make one.
    static func messageID(_ noticeKey: String, domain: String, key: [UInt8]) -> String {
        let name = String(noticeKey.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") ? $0 : "-" })
        return "notice.\(name).\(code(name, key: key))@\(domain)"
    }

    static func isNotice(_ messageID: String, key: [UInt8]) -> Bool {
        let parts = messageID.prefix { $0 != "@" }.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "notice" else { return false }
        return MessageDigest.matches(Array(parts[2].utf8), Array(code(String(parts[1]), key: key).utf8))
    }

    private static func code(_ name: String, key: [UInt8]) -> String {
        MessageDigest.hex(
            Array(MessageDigest.hmacSHA256(key: key, message: Array("notice \(name)".utf8)).prefix(16)))
    }
}
