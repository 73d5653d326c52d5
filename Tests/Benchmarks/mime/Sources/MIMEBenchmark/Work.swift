import MIMEParsing
import MailModel

/// What is measured: the structure, the header texts that rules use, every text in UTF-8, every other part decoded.
struct Work: Equatable {
    var header = 0
    var text = 0
    var file = 0

    mutating func read(_ bytes: [UInt8]) {
        let message = ParsedMessage(bytes)
        header += message.header.first("Subject")?.text.utf8.count ?? 0
        for name in ["Sender", "From", "Reply-To", "To", "Cc", "Bcc"] {
            for address in message.header.all(name).flatMap(\.addresses) {
                header += address.name.utf8.count + address.address.utf8.count
            }
        }
        for part in message.allParts where part.children.isEmpty && !part.isMultipart {
            if part.mediaType.hasPrefix("text/") {
                text += part.decodedText().utf8.count
            } else {
                file += part.decoded().count
            }
        }
    }
}
