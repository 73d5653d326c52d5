import MailModel

/// What a port was found to speak, whatever it should.
public enum PortLanguage: Sendable, Hashable {
    /// TLS from the first byte, with a certificate that is trusted.
    case tls(TLSFacts)
    /// TLS from the first byte, but not one that may be used.
    case unusableTLS(FaultCode, String)
    /// A greeting in the clear.
    case imap, smtp, pop
    /// A web server, with its status.
    case http(Int?)
    /// Something else; its first words.
    case other(String)
    /// It takes connections and says nothing, to TLS neither.
    case silent
    /// It takes connections and closes them.
    case closed

    /// What such a beginning means.
    init(firstBytes bytes: [UInt8]) {
        let text = String(decoding: bytes.prefix(200), as: UTF8.self)
        if bytes.count >= 2, (0x14...0x16).contains(bytes[0]), bytes[1] == 3 {
            self = .unusableTLS(.plainOnTLSPort, "it answered with a TLS record")
        } else if text.hasPrefix("* ") {
            self = .imap
        } else if text.hasPrefix("+OK") || text.hasPrefix("-ERR") {
            self = .pop
        } else if text.hasPrefix("HTTP/") {
            self = .http(text.split(separator: " ").dropFirst().first.flatMap { Int($0) })
        } else if ["220", "421", "554"].contains(where: { text.hasPrefix($0 + " ") || text.hasPrefix($0 + "-") }) {
            self = .smtp
        } else {
            let words = text.prefix(60).unicodeScalars.filter { $0.value >= 0x20 && $0.value < 0x7F }
            self = .other(String(String.UnicodeScalarView(words)))
        }
    }
}
