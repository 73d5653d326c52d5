/// What a server offers in its reply to EHLO (RFC 5321 §4.1.1.1). Anything unknown or malformed is ignored.
public struct ServerExtensions: Hashable, Sendable {
    /// SIZE (RFC 1870): offered, and the limit in bytes where one was named.
    public var offersSize = false
    public var sizeLimit: Int?
    public var offers8BitMIME = false
    public var offersSMTPUTF8 = false
    public var offersPipelining = false
    public var offersStartTLS = false
    public var offersEnhancedStatusCodes = false
    /// The names behind AUTH, upper case; those of the old form `AUTH=LOGIN` too.
    public var authMechanisms: Set<String> = []
    /// A device on the way overwrote a keyword, as some firewalls do with STARTTLS (`XXXXXXXA`).
    public var hasMaskedKeyword = false

    public init() {}

    public init(_ reply: SMTPReply) {
        // The first line is the server's name and greeting.
        for line in reply.lines.dropFirst() { read(line.uppercased()) }
    }

    private mutating func read(_ line: String) {
        let words = line.split { $0 == " " || $0 == "\t" }
        guard let keyword = words.first else { return }
        switch keyword {
        case "SIZE":
            offersSize = true
            // Zero means: no fixed limit (RFC 1870 §4).
            if words.count > 1, let limit = Int(words[1]), limit > 0 { sizeLimit = limit }
        case "8BITMIME": offers8BitMIME = true
        case "SMTPUTF8": offersSMTPUTF8 = true
        case "PIPELINING": offersPipelining = true
        case "STARTTLS": offersStartTLS = true
        case "ENHANCEDSTATUSCODES": offersEnhancedStatusCodes = true
        case "AUTH": authMechanisms.formUnion(words.dropFirst().map(String.init))
        default:
            if keyword.hasPrefix("AUTH=") {
                authMechanisms.formUnion(([keyword.dropFirst(5)] + words.dropFirst()).map(String.init))
                authMechanisms.remove("")
            } else if keyword.utf8.count >= 6, keyword.utf8.dropLast().allSatisfy({ $0 == UInt8(ascii: "X") }) {
                hasMaskedKeyword = true
            }
        }
    }
}
