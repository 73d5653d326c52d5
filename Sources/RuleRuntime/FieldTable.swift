/// Header fields that conditions name, each with a small number, so that a message's values are found by index.
final class FieldTable {
    private(set) var names: [String] = []
    private var slots: [String: Int] = [:]
    /// What a message has of a field that it does not have: most of the questions about most messages.
    let nothing = FieldValues([])

    init() {
        for name in Self.standard { _ = slot(of: name) }
    }

    func slot(of name: String) -> Int {
        let key = name.lowercased()
        if let slot = slots[key] { return slot }
        names.append(name)
        slots[key] = names.count - 1
        return names.count - 1
    }

    /// In every header fetch, whatever the rules read: what a message is known by (DESIGN §2).
    static let always = ["Message-ID", "Date", "From", "Subject"]

    /// What `m` shows, and what tells automatic mail: fetched as soon as one rule is a function.
    static let standard =
        always + [
            "Sender", "Reply-To", "To", "Cc", "Bcc", "In-Reply-To", "References", "List-Id", "List-Unsubscribe",
            "Content-Type", "Auto-Submitted", "Precedence", "Return-Path", "Authentication-Results",
            "X-Auto-Response-Suppress", "X-Autoreply", "X-Autorespond",
        ]
}
