import ActionJournal
import MIMEParsing
import MailModel

/// Why a message is not sent on. It stays where it is.
public struct SendingRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    public var description: String

    public init(_ description: String) { self.description = description }
}

/// Stops mail that goes round: what this or another Postmoon sent on before, and bounces of it. Automatic mail and
/// lists are let through, since alerts are that.
public struct LoopGuard: Sendable {
    /// Of any Postmoon, whoever signed.
    static let mostHops = 3
    /// RFC 5321 §6.3 advises a hundred at least for relays; mail that is to be sent on has seen fewer.
    static let mostReceived = 50
    /// In this time, in seconds, one message goes to one target once.
    public static let memory: Int64 = 30 * 86_400

    let account: AccountName
    let journal: Journal

    public init(account: AccountName, journal: Journal) {
        self.account = account
        self.journal = journal
    }

    /// Whether the message may go to the targets, and the mark that it then bears.
    ///
    /// - Throws: `SendingRefusal`.
    func marker(
        for original: [UInt8], identity: MessageIdentity, to targets: [String], now: Int64
    ) async throws -> ForwardMarker {
        let message = ParsedMessage(original)
        let received = message.header.all("Received").count
        guard received <= Self.mostReceived else {
            throw SendingRefusal("it passed \(received) servers already, more than \(Self.mostReceived): it goes round")
        }
        let marks = ForwardMarker.all(in: message)
        let hops = marks.map(\.hops).max() ?? 0
        guard hops < Self.mostHops else {
            throw SendingRefusal("rules sent it on \(hops) times already: it goes round")
        }
        let key = try await journal.markerKey()
        for target in targets {
            if marks.contains(where: { $0.names(account: account, target: target, key: key) }) {
                throw SendingRefusal("this account sent it to \(target) before, and it came back: it goes round")
            }
            if let time = try await journal.lastSent(identity: identity, target: target), time > now - Self.memory {
                throw SendingRefusal("it went to \(target) less than 30 days ago")
            }
        }
        if try await journal.hasSent(messageIDs: Self.answered(by: message)) {
            throw SendingRefusal("it is an answer of a mail server to what Postmoon sent")
        }
        return ForwardMarker(hops: hops + 1, account: account, targets: targets, key: key)
    }

    /// What a delivery report or an automatic answer speaks of; nothing for mail by a person.
    private static func answered(by message: ParsedMessage) -> [String] {
        let header = message.header
        let isReport = message.root.mediaType == "multipart/report"
        let isNull = header.first("Return-Path")?.text.filter { !$0.isWhitespace } == "<>"
        let isAutomatic = header.first("Auto-Submitted").map { $0.text.lowercased().hasPrefix("auto-replied") } ?? false
        guard isReport || isNull || isAutomatic else { return [] }
        var ids: [String] = []
        func note(_ header: HeaderBlock, _ names: [String]) {
            for name in names { ids += header.all(name).flatMap { MessageIDList.parse($0.rawValue) } }
        }
        note(header, ["In-Reply-To", "References"])
        for part in message.allParts {
            if part.isMessage { for child in part.children { note(child.header, ["Message-ID"]) } }
            // Some reports have the header only (RFC 6522).
            if part.mediaType == "text/rfc822-headers" { note(HeaderBlock(part.decoded()), ["Message-ID"]) }
        }
        return Array(ids.prefix(200))
    }
}
