import Foundation
import MIMEParsing

/// Writes the message that `message { ... }` describes. Header values stand in it as they were written, in UTF-8
/// (RFC 6532); `m.text` is exactly the given text.
struct SampleComposer {
    struct Attachment {
        var filename: String
        var type: String
        var content: [UInt8]
    }

    /// Names and values, in order.
    var header: [(name: String, value: String)] = []
    /// Seconds since 1970.
    var date: Int64?
    var text: String?
    var html: String?
    var attachments: [Attachment] = []

    func bytes(defaultDate: Int64) -> [UInt8] {
        var fields = header
        if !has("Date") { fields.append(("Date", MailDate.format(date ?? defaultDate, offsetMinutes: 0))) }
        var result = fields.map { "\($0.name): \(Self.line($0.value))\r\n" }.joined()
        // Whoever writes the Content-Type writes the body for it.
        if has("Content-Type") { return Array((result + "\r\n").utf8) + Self.withCRLF(text ?? "") }
        result += "MIME-Version: 1.0\r\n"
        return Array(result.utf8) + content
    }

    private func has(_ name: String) -> Bool { header.contains { $0.name.lowercased() == name.lowercased() } }

    /// Header lines of the content, an empty line, and the body.
    private var content: [UInt8] {
        var leaves: [[UInt8]] = []
        if text != nil || html == nil { leaves.append(Self.leaf("text/plain", text ?? "")) }
        if let html { leaves.append(Self.leaf("text/html", html)) }
        let body = leaves.count == 1 ? leaves[0] : Self.multipart("alternative", leaves)
        return attachments.isEmpty ? body : Self.multipart("mixed", [body] + attachments.map(Self.leaf))
    }

    private static func leaf(_ type: String, _ text: String) -> [UInt8] {
        Array("Content-Type: \(type); charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n".utf8) + withCRLF(text)
    }

    private static func leaf(_ attachment: Attachment) -> [UInt8] {
        let name = line(attachment.filename).replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        let header = """
            Content-Type: \(line(attachment.type))\r
            Content-Disposition: attachment; filename="\(name)"\r
            Content-Transfer-Encoding: base64\r
            \r

            """
        let body = Data(attachment.content).base64EncodedData(options: [.lineLength76Characters])
        return Array(header.utf8) + body
    }

    private static func multipart(_ subtype: String, _ parts: [[UInt8]]) -> [UInt8] {
        // Counted up until it stands nowhere in the parts.
        var number = 0
        var boundary = ""
        repeat {
            number += 1
            boundary = "=_\(subtype)_\(number)"
        } while parts.contains { $0.firstRange(of: Array(boundary.utf8)) != nil }
        var result = Array("Content-Type: multipart/\(subtype); boundary=\"\(boundary)\"\r\n\r\n".utf8)
        for part in parts { result += Array("\r\n--\(boundary)\r\n".utf8) + part }
        return result + Array("\r\n--\(boundary)--\r\n".utf8)
    }

    /// A value can begin no further line.
    private static func line(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    private static func withCRLF(_ text: String) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.utf8.count + text.utf8.count / 32)
        for byte in text.utf8 {
            if byte == 0x0A, result.last != 0x0D { result.append(0x0D) }
            result.append(byte)
        }
        return result
    }
}
