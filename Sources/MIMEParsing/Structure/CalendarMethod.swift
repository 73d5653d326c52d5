extension MessagePart {
    /// What a calendar part asks for, in capitals: `REQUEST`, `REPLY`, `CANCEL`, ... (RFC 5546 §1.4), from Content-Type,
    /// else from the calendar itself; empty where neither says. `nil` for a part that is no calendar.
    public var calendarMethod: String? {
        guard Self.calendarTypes.contains(mediaType) else { return nil }
        if let method = parameters["method"], !method.isEmpty { return method.uppercased() }
        // Properties of the calendar come before its components.
        let beginning = decoded().prefix(16 << 10)
        for line in beginning.split(whereSeparator: { $0 == ASCII.lineFeed || $0 == ASCII.carriageReturn }) {
            if line.prefix(7).equalsIgnoringCase("METHOD:") {
                return String(decoding: line.dropFirst(7).trimmed(), as: UTF8.self).uppercased()
            }
            if line.prefix(12).equalsIgnoringCase("BEGIN:VEVENT") { break }
        }
        return ""
    }

    private static let calendarTypes: Set<String> = [
        "text/calendar", "application/ics", "application/calendar", "text/x-vcalendar",
    ]
}
