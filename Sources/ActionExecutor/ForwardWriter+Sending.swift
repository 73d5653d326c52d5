import ActionJournal
import MIMEParsing
import MailModel
import MessageDigest

extension ForwardWriter {
    /// Composes and spools a redirect: the original as it is, under the account's `Resent-` fields. What had no sender
    /// has none on its way on, so that nobody is told of its fate (RFC 5321 §4.5.5).
    ///
    /// - Throws: `SendingRefusal` for a message that goes round.
    public func write(
        _ request: RedirectRequest, of identity: MessageIdentity, original: [UInt8], header: HeaderBlock, now: Int64
    ) async throws -> [OutboxDraft] {
        let marker = try await loops.marker(for: original, identity: identity, to: request.to, now: now)
        let (messageID, file) = names()
        let bytes = RedirectComposer.compose(
            RedirectComposer.Input(
                from: author(sender.address), to: request.to, original: original, messageID: messageID, date: now,
                offsetMinutes: 0, marker: marker.value))
        try await spool.write(bytes, name: file)
        let isNull = header.first("Return-Path")?.text.filter { !$0.isWhitespace } == "<>"
        return request.to.map {
            OutboxDraft(
                recipient: $0, sender: isNull ? EnvelopeAddress.null.rawValue : sender.address.rawValue,
                messageID: messageID, spool: file, policy: request.unknown ?? sender.unknown ?? .resend)
        }
    }

    /// Whom a reply to this message goes to.
    ///
    /// - Throws: `SendingRefusal` for what is not to be answered.
    public func correspondent(of header: HeaderBlock) throws(SendingRefusal) -> EnvelopeAddress {
        try ReplyManners.correspondent(of: header, own: Set(sender.ownAddresses.map { $0.lowercased() }))
    }

    /// Composes and spools a reply.
    ///
    /// - Throws: `SendingRefusal` for a message that goes round.
    public func write(
        _ request: ReplyRequest, to correspondent: EnvelopeAddress, of identity: MessageIdentity, original: [UInt8],
        header: HeaderBlock, now: Int64
    ) async throws -> [OutboxDraft] {
        let target = correspondent.rawValue
        let marker = try await loops.marker(for: original, identity: identity, to: [target], now: now)
        let (messageID, file) = names()
        let from = request.from.flatMap { EnvelopeAddress($0) } ?? sender.address
        let bytes = ReplyComposer.compose(
            ReplyComposer.Input(
                from: author(from), to: target, subject: request.subject, text: request.text, messageID: messageID,
                date: now, offsetMinutes: 0, marker: marker.value, original: header))
        try await spool.write(bytes, name: file)
        // A reply that is sent twice is worse than one that is not.
        return [
            OutboxDraft(
                recipient: target, sender: from.rawValue, messageID: messageID, spool: file,
                policy: request.unknown ?? sender.unknown ?? .hold)
        ]
    }

    /// A new Message-ID, and the file in the spool.
    func names() -> (messageID: String, file: String) {
        let unique = MessageDigest.hex(random(16))
        return ("\(unique)@\(Self.domain(of: sender.address))", "\(unique).eml")
    }

    func author(_ address: EnvelopeAddress) -> EmailAddress {
        EmailAddress(
            name: sender.displayName, localpart: String(address.rawValue.prefix { $0 != "@" }),
            domain: Self.domain(of: address))
    }

    static func domain(of address: EnvelopeAddress) -> String {
        address.rawValue.split(separator: "@").last.map(String.init) ?? "localhost"
    }
}
