import ActionJournal
import MIMEParsing
import MailModel
import MessageDigest

/// Makes the messages that forwards send, and puts them into the spool before anything is journalled.
public struct ForwardWriter: Sendable {
    /// Who sends.
    public struct Sender: Sendable {
        public var account: AccountName
        public var address: EnvelopeAddress
        public var displayName: String
        /// The account's policy; `nil`: resend, as DESIGN §2.5 has it for forwards.
        public var unknown: UnknownPolicy?
        /// Every address of the account: what comes from one of them is not replied to.
        public var ownAddresses: [String]

        public init(
            account: AccountName, address: EnvelopeAddress, displayName: String, unknown: UnknownPolicy?,
            ownAddresses: [String] = []
        ) {
            self.account = account
            self.address = address
            self.displayName = displayName
            self.unknown = unknown
            self.ownAddresses = ownAddresses
        }
    }

    let sender: Sender
    let spool: Spool
    let loops: LoopGuard
    /// Random bytes for Message-IDs and file names.
    let random: @Sendable (Int) -> [UInt8]

    public init(sender: Sender, spool: Spool, loops: LoopGuard, random: @escaping @Sendable (Int) -> [UInt8]) {
        self.sender = sender
        self.spool = spool
        self.loops = loops
        self.random = random
    }

    /// Composes and spools one forward: the same bytes and Message-ID for every attempt and recipient.
    ///
    /// - Throws: `SendingRefusal` for a message that goes round.
    public func write(
        _ request: ForwardRequest, of identity: MessageIdentity, original: [UInt8], header: HeaderBlock, now: Int64
    ) async throws -> [OutboxDraft] {
        let marker = try await loops.marker(for: original, identity: identity, to: request.to, now: now)
        let (messageID, file) = names()
        let from = request.from.flatMap { EnvelopeAddress($0) } ?? sender.address
        let input = ForwardComposer.Input(
            from: author(from), to: request.to, subject: header.first("Subject")?.text ?? "", note: request.note,
            original: original,
            messageID: messageID, date: now, offsetMinutes: 0, marker: marker.value,
            originalMessageID: header.first("Message-ID").flatMap { MessageIDList.parse($0.rawValue).first },
            references: header.first("References").map { MessageIDList.parse($0.rawValue) } ?? [],
            summary: ForwardComposer.Summary(of: header)
        )
        let bytes = request.form == .inline ? ForwardComposer.inline(input) : ForwardComposer.attachment(input)
        try await spool.write(bytes, name: file)
        return request.to.map {
            OutboxDraft(
                recipient: $0, sender: from.rawValue, messageID: messageID, spool: file,
                policy: request.unknown ?? sender.unknown ?? .resend
            )
        }
    }
}
