import Daemon
import Foundation
import MIMEParsing
import MailModel

/// What `inspect --json` prints (DESIGN §5).
struct MessageReport: Encodable {
    struct Address: Encodable {
        var name: String
        var address: String

        init(_ address: EmailAddress) {
            name = address.name
            self.address = address.address
        }
    }

    struct Attachment: Encodable {
        var filename: String
        var type: String
        var size: Int
    }

    struct Part: Encodable {
        var part: String
        var type: String
        var filename: String?
        var disposition: String?
        var size: Int
        var contentID: String?
        /// As the part names it.
        var charset: String?
        /// Only `true`: the text was read in another charset than named, or none is named.
        var charsetGuessed: Bool?
        /// `signed` or `encrypted`.
        var protection: String?
        /// What a calendar asks for, in capitals.
        var calendarMethod: String?

        private enum CodingKeys: String, CodingKey {
            case part, type, filename, disposition, size
            case contentID = "content_id"
            case charset
            case charsetGuessed = "charset_guessed"
            case protection
            case calendarMethod = "calendar_method"
        }

        init(_ part: MessagePart) {
            self.part = part.path
            type = part.mediaType
            filename = part.filename
            disposition = part.disposition
            size = part.decodedSize
            contentID = part.contentID
            charset = part.parameters["charset"]
            charsetGuessed = part.charsetIsGuessed ? true : nil
            protection = part.protection?.rawValue
            calendarMethod = part.calendarMethod
        }
    }

    var messageID: String
    var subject: String
    @Nullable var date: String?
    var from: [Address]
    var to: [Address]
    var cc: [Address]
    var bcc: [Address]
    var replyTo: [Address]
    var sender: [Address]
    var listID: String
    var headers: [[String]]
    var text: String
    var html: String
    var attachments: [Attachment]
    var size: Int
    var flags: [String]
    var parts: [Part]
    /// Limits that the message went past; what lies behind them is not shown.
    var limits: [String]

    private enum CodingKeys: String, CodingKey {
        case messageID = "message_id"
        case subject, date, from, to, cc, bcc
        case replyTo = "reply_to"
        case sender
        case listID = "list_id"
        case headers, text, html, attachments, size, flags, parts, limits
    }

    init(_ message: ParsedMessage, flags: Set<MailModel.Flag>) {
        let header = message.header
        func addresses(_ name: String) -> [Address] { header.all(name).flatMap(\.addresses).map(Address.init) }
        messageID = header.first("Message-ID").flatMap { MessageIDList.parse($0.rawValue).first } ?? ""
        subject = header.first("Subject")?.text ?? ""
        date = header.first("Date").flatMap { MailDate.parse($0.text) }.map(Timestamp.text)
        from = addresses("From")
        to = addresses("To")
        cc = addresses("Cc")
        bcc = addresses("Bcc")
        replyTo = addresses("Reply-To")
        sender = addresses("Sender")
        listID = header.first("List-Id").map { ListIdentifier.parse($0.text) } ?? ""
        headers = header.fields.map { [$0.name, $0.text] }
        text = message.text
        html = message.html
        attachments = message.attachments.map { Attachment(filename: $0.filename, type: $0.type, size: $0.size) }
        size = message.size
        self.flags = flags.sorted().map(\.name)
        parts = message.allParts.map(Part.init)
        var reached = message.limitsReached
        for name in ["From", "To", "Cc", "Bcc", "Reply-To", "Sender"] {
            if header.all(name).contains(where: \.hasMoreAddresses) { reached.insert(.addresses) }
        }
        limits = reached.map(\.rawValue).sorted()
    }

    func json() throws -> String {
        try JSONLine.encode(self)
    }

    func plainText() -> String {
        var lines = headers.map { "\($0[0]): \($0[1])" }
        lines.append("")
        lines += text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if !attachments.isEmpty { lines.append("") }
        for attachment in attachments {
            lines.append("attachment: \(attachment.filename)  \(attachment.type)  \(attachment.size) bytes")
        }
        for part in parts {
            if let protection = part.protection { lines.append("\(protection): part \(part.part)  \(part.type)") }
            if let method = part.calendarMethod { lines.append("calendar: part \(part.part)  \(method)") }
        }
        if !limits.isEmpty { lines.append("not shown whole, past the limit of: " + limits.joined(separator: ", ")) }
        return lines.map(Terminal.safe).joined(separator: "\n")
    }
}
