import MailModel

@testable import MIMEParsing

/// What holds for every message, however broken. Used by the tests and by the fuzzer (scripts/fuzz).
enum MessageInvariants {
    /// Output may be so many times as long as input: a character of one byte becomes at most three, indents and
    /// columns come on top.
    private static let growth = 80

    /// What is wrong; empty where all is well.
    static func violations(_ raw: [UInt8]) -> [String] {
        let parsed = ParsedMessage(raw)
        var wrong: [String] = []
        func expect(_ isRight: Bool, _ what: @autoclosure () -> String) {
            if !isRight { wrong.append(what()) }
        }
        let limits = MIMELimits.standard
        expect(parsed.size == raw.count, "size")
        let parts = parsed.allParts
        expect(parts.count <= limits.parts, "more parts than allowed")
        expect(Set(parts.map(\.path)).count == parts.count, "a path twice")
        for part in parts {
            expect(part.decoded().count == part.decodedSize, "\(part.path): decoded size")
            expect(part.rawBody.upperBound <= part.source.count, "\(part.path): body past the end")
            expect(part.start <= part.rawBody.lowerBound, "\(part.path): body before the header")
            wrong += order(of: part)
            let text = part.decodedText()
            expect(text.utf8.count <= (part.rawBody.count + 64) * growth, "\(part.path): text out of proportion")
            expect(!text.utf8.contains(ASCII.carriageReturn), "\(part.path): CR in text")
            if let name = part.filename { wrong += fileName(name) }
            for field in part.header.fields { wrong += value(field) }
            _ = part.protection
            _ = part.calendarMethod
            _ = part.charsetIsGuessed
        }
        expect(parsed.text.utf8.count <= (raw.count + 64) * growth, "text out of proportion")
        let html = HTMLText.convert(parsed.html)
        expect(html.utf8.count <= (raw.count + 64) * growth, "text of HTML out of proportion")
        expect(!html.hasSuffix(" ") && !html.hasSuffix("\n"), "text of HTML ends in white space")
        for attachment in parsed.attachments {
            expect(attachment.content().count == attachment.size, "size of attachment")
            wrong += fileName(attachment.filename)
        }
        return wrong
    }

    /// Parts lie inside the part that holds them, one behind the other.
    private static func order(of part: MessagePart) -> [String] {
        // What an encoded part holds has bytes of its own.
        let isEncoded = part.encoding != .identity
        var position = isEncoded ? 0 : part.rawBody.lowerBound
        let end = isEncoded ? Int.max : part.rawBody.upperBound
        for child in part.children {
            guard child.start >= position, child.rawBody.upperBound <= max(end, child.start) else {
                return ["\(child.path): outside \(part.path), or before its neighbour"]
            }
            position = child.rawBody.upperBound
        }
        return []
    }

    private static func fileName(_ name: String) -> [String] {
        name.contains { $0 == "/" || $0 == "\\" } || hasControls(name) ? ["file name \(name.debugDescription)"] : []
    }

    private static func value(_ field: HeaderField) -> [String] {
        var wrong: [String] = []
        let text = field.text
        if hasControls(text) { wrong.append("control character in \(field.name)") }
        let addresses = field.addresses
        if addresses.count > MIMELimits.standard.addresses { wrong.append("more addresses than allowed") }
        if addresses.contains(where: { hasControls($0.name + $0.address) }) { wrong.append("control in an address") }
        if MessageIDList.parse(field.rawValue).contains(where: hasControls) { wrong.append("control in an identifier") }
        _ = MailDate.parse(text)
        _ = ListIdentifier.parse(text)
        _ = ParameterizedValue(field, limits: .standard)
        return wrong
    }

    private static func hasControls(_ text: String) -> Bool {
        text.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }
    }
}
