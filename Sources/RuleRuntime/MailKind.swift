import MIMEParsing

/// What kind of mail a message is, by its header.
enum MailKind {
    static let bulkFields = ["List-Id", "List-Unsubscribe", "Precedence"]
    static let automatedFields = [
        "Auto-Submitted", "X-Auto-Response-Suppress", "X-Autoreply", "X-Autorespond", "Precedence", "Return-Path",
    ]

    /// Sent to many: a list's header, or Precedence bulk, list or junk.
    static func bulk(_ view: MessageView) -> TestAnswer {
        decide(bulkFields, view) { name, value in
            name != "Precedence" || ["bulk", "list", "junk"].contains(value)
        }
    }

    /// Written by a program: Auto-Submitted other than `no` (RFC 3834), the older marks of auto-responders, or the null
    /// return path of bounces.
    static func automated(_ view: MessageView) -> TestAnswer {
        decide(automatedFields, view) { name, value in
            switch name {
            case "Auto-Submitted": !value.isEmpty && value.prefix { $0 != ";" && $0 != " " } != "no"
            case "Precedence": value == "auto_reply" || value == "auto-reply"
            case "Return-Path": value == "<>"
            case "X-Auto-Response-Suppress": !value.isEmpty && value != "none"
            default: !value.isEmpty && value != "no"
            }
        }
    }

    /// Whether the topmost Authentication-Results (RFC 8601), which the own server wrote, says `method=pass`.
    static func authenticated(_ method: String, _ view: MessageView) -> TestAnswer {
        guard let values = view.values("Authentication-Results") else { return .needs(.wholeHeader) }
        guard let first = values.texts.first else { return .known(false, "") }
        for part in withoutComments(first.text.lowercased()).split(separator: ";").dropFirst() {
            let words = part.split(whereSeparator: { $0.isWhitespace })
            guard let word = words.first else { continue }
            let pair = word.split(separator: "=", maxSplits: 1)
            // RFC 8601 allows a version: dkim/1=pass.
            let name = pair[0].split(separator: "/").first.map(String.init) ?? ""
            if pair.count == 2, name == method, pair[1] == "pass" { return .known(true, String(word)) }
        }
        return .known(false, first.text.cut)
    }

    private static func decide(
        _ names: [String], _ view: MessageView, _ passes: (String, String) -> Bool
    ) -> TestAnswer {
        var missing = false
        for name in names {
            guard let values = view.values(name) else {
                missing = true
                continue
            }
            for text in values.texts {
                let value = text.text.lowercased().split(separator: "\n").joined().trimmed
                if passes(name, value) { return .known(true, "\(name): \(text.text)".cut) }
            }
        }
        return missing ? .needs(.wholeHeader) : .known(false, "")
    }

    private static func withoutComments(_ text: String) -> String {
        var depth = 0
        var kept = ""
        for character in text {
            if character == "(" { depth += 1 }
            if depth == 0 { kept.append(character) }
            if character == ")" { depth = max(0, depth - 1) }
        }
        return kept
    }
}

extension String {
    var trimmed: String { String(Substring(self).trimmingSpaces()) }
}
