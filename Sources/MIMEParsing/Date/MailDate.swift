/// Dates of mail, as seconds since 1970.
public enum MailDate {
    /// Reads RFC 5322's date-time with its obsolete forms, and what else stands in Date and Received: asctime, RFC
    /// 850, ISO 8601, numeric dates, two-digit years, `AM` and `PM`, names and offsets of zones, missing pieces. A date
    /// without a zone is UTC. `nil` where there is no date between the years 1 and 9999.
    public static func parse(_ text: String) -> Int64? {
        var reader = DateReader()
        for token in DateTokens.split(text) { reader.take(token) }
        return reader.seconds
    }

    /// RFC 5322 date-time: `Mon, 23 Nov 2026 02:28:37 +0100`. Offsets are kept within a day, years within 1 to 9999.
    public static func format(_ seconds: Int64, offsetMinutes: Int) -> String {
        let offset = Int64(max(-1439, min(1439, offsetMinutes)))
        let local = max(-62_135_596_800, min(253_402_300_799, seconds)) + offset * 60
        let days = CivilDate.floorDivide(local, 86_400)
        let time = local - days * 86_400
        let (year, month, day) = CivilDate.fromDays(days)
        let weekday = Int(((days + 4) % 7 + 7) % 7)
        let zone = abs(offset)
        return weekdays[weekday] + ", \(day) \(months[month - 1]) " + padded(Int64(year), 4) + " "
            + padded(time / 3600, 2) + ":" + padded(time / 60 % 60, 2) + ":" + padded(time % 60, 2)
            + (offset < 0 ? " -" : " +") + padded(zone / 60, 2) + padded(zone % 60, 2)
    }

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
