import MIMEParsing
import MailModel

/// Whom an automatic reply may go to (RFC 3834 §2): a person who wrote in person, and only as the envelope says.
enum ReplyManners {
    /// The address that a reply goes to.
    ///
    /// - Parameter own: the account's addresses, lower case.
    /// - Throws: `SendingRefusal` for what is not to be answered.
    static func correspondent(of header: HeaderBlock, own: Set<String>) throws(SendingRefusal) -> EnvelopeAddress {
        func value(_ name: String) -> String {
            header.first(name)?.text.lowercased().filter { !$0.isWhitespace } ?? ""
        }
        let submitted = value("Auto-Submitted").prefix { $0 != ";" }
        guard submitted.isEmpty || submitted == "no" else { throw SendingRefusal("a program wrote it") }
        for name in ["X-Autoreply", "X-Autorespond"] where !["", "no"].contains(value(name)) {
            throw SendingRefusal("a program wrote it")
        }
        let suppressed = value("X-Auto-Response-Suppress").split(separator: ",")
        guard suppressed.allSatisfy({ !["all", "autoreply", "oof"].contains($0) }) else {
            throw SendingRefusal("its author asks for no automatic replies")
        }
        let isList = header.fields.contains { $0.name.lowercased().hasPrefix("list-") }
        guard !isList, !["bulk", "list", "junk"].contains(value("Precedence")) else {
            throw SendingRefusal("it was sent to many")
        }
        guard value("Return-Path") != "<>" else { throw SendingRefusal("it has no sender to answer to") }
        let author = header.first("Return-Path")?.addresses.first ?? header.first("From")?.addresses.first
        guard let author, let address = EnvelopeAddress(author.address) else {
            throw SendingRefusal("it has no sender to answer to")
        }
        let localpart = author.localpart.lowercased()
        guard !own.contains(address.rawValue.lowercased()) else { throw SendingRefusal("the account wrote it itself") }
        guard localpart != "mailer-daemon", !localpart.hasPrefix("owner-"), !localpart.hasSuffix("-request"),
            !localpart.hasSuffix("-owner")
        else { throw SendingRefusal("its sender is a program") }
        return address
    }
}
