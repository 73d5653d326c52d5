import MIMEParsing

/// Messages with a text in quoted-printable, one in HTML and an attachment in base64, read to the last byte.
struct MIMEWork {
    func run(_ count: Int) throws {
        let messages = (0..<50).map(Self.message)
        var length = 0
        for number in 0..<count {
            let message = ParsedMessage(messages[number % messages.count])
            length += message.header.first("Subject")?.text.utf8.count ?? 0
            for address in message.header.all("From").flatMap(\.addresses) { length += address.address.utf8.count }
            for part in message.allParts where part.children.isEmpty && !part.isMultipart {
                length +=
                    part.mediaType.hasPrefix("text/") ? part.decodedText().utf8.count : part.decoded().count
            }
        }
        guard length >= count * 8_000 else { throw WrongResult(description: "\(length) bytes of text and files") }
    }

    private static func message(_ number: Int) -> [UInt8] {
        let boundary = "=_part\(number)"
        let line = "Gr=C3=BC=C3=9Fe aus M=C3=BCnchen, und was sonst noch in Zeile steht =E2=82=AC 42\r\n"
        let row = "<tr><td class=3D\"cell\">Item &amp; more</td><td>&euro;&nbsp;12,50</td></tr>\r\n"
        let file = String(
            repeating: "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5\r\n", count: 80)
        let body = """
            --\(boundary)\r
            Content-Type: text/plain; charset=utf-8\r
            Content-Transfer-Encoding: quoted-printable\r
            \r
            \(String(repeating: line, count: 40))\r
            --\(boundary)\r
            Content-Type: text/html; charset=utf-8\r
            Content-Transfer-Encoding: quoted-printable\r
            \r
            \(String(repeating: row, count: 40))\r
            --\(boundary)\r
            Content-Type: application/pdf; name="invoice.pdf"\r
            Content-Disposition: attachment; filename="invoice.pdf"\r
            Content-Transfer-Encoding: base64\r
            \r
            \(file)\r
            --\(boundary)--\r

            """
        let header = String(decoding: SampleMail.header(number), as: UTF8.self).replacing(
            "multipart/alternative; boundary=\"=_\(number)\"", with: "multipart/mixed; boundary=\"\(boundary)\"")
        return Array((header + body).utf8)
    }
}
