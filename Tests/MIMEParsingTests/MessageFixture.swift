import Foundation

@testable import MIMEParsing

/// A message in `Tests/Messages` and the file beside it that says what must come out.
///
/// Addresses, subject, date, identifiers, parts, attachments and text are compared whole. Lines of other kinds are
/// asked for by the expectation: `header NAME: text`, `html: source`, `html-text: text made from it`,
/// `content N: CRC-32 of attachment N`, and of the part at a path `filename PATH: name`, `protection PATH: signed`,
/// `method PATH: REQUEST`, `unknown-charset PATH: name`.
struct MessageFixture: Sendable {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Messages")

    /// Paths of all messages below the folder, without `.eml`.
    static let names: [String] = {
        let files = FileManager.default.enumerator(atPath: folder.path())?.compactMap { $0 as? String } ?? []
        return files.filter { $0.hasSuffix(".eml") }.map { String($0.dropLast(4)) }.sorted()
    }()

    static func raw(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: folder.appending(path: name + ".eml")))
    }

    static func expected(_ name: String) throws -> [String] {
        let text = try String(contentsOf: folder.appending(path: name + ".expected"), encoding: .utf8)
        return text.split(separator: "\n").map(String.init)
    }

    /// What the parser makes of a message, in the order of `.expected` files.
    static func show(_ raw: [UInt8], as expected: [String]) -> [String] {
        let parsed = ParsedMessage(raw)
        var lines: [String] = []
        for name in ["from", "to", "cc", "bcc", "reply-to", "sender"] {
            for address in parsed.header.first(name)?.addresses ?? [] {
                lines.append("\(name): \(address.name)|\(address.address)")
            }
        }
        lines.append("subject: " + (parsed.header.first("subject")?.text ?? ""))
        if let date = parsed.header.first("date").flatMap({ MailDate.parse($0.text) }) { lines.append("date: \(date)") }
        if let list = parsed.header.first("list-id") { lines.append("list-id: " + ListIdentifier.parse(list.text)) }
        for name in ["message-id", "in-reply-to", "references"] {
            let identifiers = parsed.header.first(name).map { MessageIDList.parse($0.rawValue) } ?? []
            if !identifiers.isEmpty { lines.append("\(name): " + identifiers.joined(separator: " ")) }
        }
        lines += parsed.allParts.map { "part: \($0.path) \($0.mediaType)" }
        lines += parsed.attachments.map { "attachment: \($0.filename)|\($0.type)|\($0.size)" }
        lines.append("text: " + escaped(parsed.text))
        return lines + asked(of: parsed, by: expected)
    }

    private static func asked(of parsed: ParsedMessage, by expected: [String]) -> [String] {
        var lines: [String] = []
        var seen: Set<Substring> = []
        for line in expected {
            let key = line.prefix { $0 != ":" }
            let words = key.split(separator: " ")
            guard let kind = words.first, seen.insert(key).inserted else { continue }
            let subject = String(words.dropFirst().first ?? "")
            let parts = parsed.allParts.filter { $0.path == subject }
            switch kind {
            case "header": lines += parsed.header.all(subject).map { "\(key): \($0.text)" }
            case "html": lines.append("html: " + escaped(parsed.html))
            case "html-text": lines.append("html-text: " + escaped(HTMLText.convert(parsed.html)))
            case "content":
                let number = (Int(subject) ?? 0) - 1
                guard parsed.attachments.indices.contains(number) else { continue }
                lines.append("\(key): " + checksum(parsed.attachments[number].content()))
            case "filename": lines += parts.map { "\(key): " + ($0.filename ?? "") }
            case "protection": lines += parts.map { "\(key): " + ($0.protection.map { "\($0)" } ?? "") }
            case "method": lines += parts.map { "\(key): " + ($0.calendarMethod ?? "") }
            case "unknown-charset": lines += parts.map { "\(key): " + ($0.unknownCharset ?? "") }
            default: continue
            }
        }
        return lines
    }

    private static func escaped(_ text: String) -> String {
        text.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\n", with: "\\n")
            .replacingOccurrences(of: "\t", with: "\\t")
    }

    /// CRC-32 (ISO 3309), as zlib has it.
    private static func checksum(_ bytes: [UInt8]) -> String {
        var remainder: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            remainder ^= UInt32(byte)
            for _ in 0..<8 { remainder = remainder & 1 == 1 ? remainder >> 1 ^ 0xEDB8_8320 : remainder >> 1 }
        }
        let digits = String(~remainder, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}
