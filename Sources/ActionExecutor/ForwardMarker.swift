import MIMEParsing
import MailModel
import MessageDigest

/// The mark that Postmoon leaves on what it sends, so that a message that comes back is known: how often programs like
/// this one have sent it on, and for each target a code that only this installation can make. It names nobody.
///
///     X-Postmoon-Forwarded: 1; hops=1; mac=9f86d081884c7d65,60303ae22b998861
public struct ForwardMarker: Hashable, Sendable {
    public static let field = "X-Postmoon-Forwarded"
    /// Bytes of a code: 64 bits are enough for what nobody gains by forging.
    static let codeLength = 8
    /// Marks looked at in one message; it has three at the most before it is stopped.
    static let mostMarks = 20

    public var hops: Int
    /// Lower-case hexadecimal, one for each target.
    public var codes: [String]

    public init(hops: Int, codes: [String]) {
        self.hops = hops
        self.codes = codes
    }

    /// What the account sends to the targets.
    public init(hops: Int, account: AccountName, targets: [String], key: [UInt8]) {
        self.init(hops: hops, codes: targets.map { Self.code(account: account, target: $0, key: key) })
    }

    /// The field's value.
    public var value: String { "1; hops=\(hops); mac=\(codes.joined(separator: ","))" }

    /// Reads a field's value. A mark without a number that can be read counts as one hop, whoever wrote it.
    public init(_ value: String) {
        hops = 1
        codes = []
        for part in value.split(separator: ";") {
            let pair = part.split(separator: "=", maxSplits: 1).map { $0.filter { !$0.isWhitespace } }
            guard pair.count == 2 else { continue }
            switch pair[0].lowercased() {
            case "hops": hops = max(1, Int(pair[1]) ?? 1)
            case "mac": codes = pair[1].lowercased().split(separator: ",").prefix(1_000).map(String.init)
            default: break
            }
        }
    }

    /// Whether this installation put it on a message from that account to that target.
    public func names(account: AccountName, target: String, key: [UInt8]) -> Bool {
        let own = Array(Self.code(account: account, target: target, key: key).utf8)
        return codes.contains { MessageDigest.matches(Array($0.utf8), own) }
    }

    /// The marks on a message and on the messages inside it.
    static func all(in message: ParsedMessage) -> [ForwardMarker] {
        let headers = [message.header] + message.allParts.lazy.filter(\.isMessage).flatMap(\.children).map(\.header)
        return Array(headers.lazy.flatMap { $0.all(field) }.map { ForwardMarker($0.text) }.prefix(mostMarks))
    }

    private static func code(account: AccountName, target: String, key: [UInt8]) -> String {
        // A space stands in neither name.
        let text = "forward \(account) \(target.lowercased())"
        return MessageDigest.hex(
            Array(MessageDigest.hmacSHA256(key: key, message: Array(text.utf8)).prefix(codeLength)))
    }
}
