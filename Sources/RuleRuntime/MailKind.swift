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
}

extension String {
    var trimmed: String { String(Substring(self).trimmingSpaces()) }
}
