/// The date-time of INTERNALDATE and APPEND (RFC 3501 §9): `17-Jul-1996 02:44:25 -0700`, as seconds since 1970.
enum InternalDate {
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    private static let folded = months.map { name in name.utf8.reduce(0) { $0 << 8 | UInt32($1 | 0x20) } }

    /// `nil` unless it is a date-time; the day may have one digit, with or without a space.
    static func parse(_ text: [UInt8]) -> Int64? {
        var cursor = ByteCursor(text)
        cursor.skipSpaces()
        guard let day = cursor.number(), (1...31).contains(day), cursor.take(UInt8(ascii: "-")) else { return nil }
        guard let month = month(&cursor), cursor.take(UInt8(ascii: "-")) else { return nil }
        guard let year = cursor.number(), (1...9_999).contains(year), cursor.takeSpace() else { return nil }
        guard let hour = cursor.number(), hour < 24, cursor.take(UInt8(ascii: ":")) else { return nil }
        guard let minute = cursor.number(), minute < 60, cursor.take(UInt8(ascii: ":")) else { return nil }
        guard let second = cursor.number(), second <= 60, cursor.takeSpace() else { return nil }
        let west = cursor.take(UInt8(ascii: "-"))
        guard west || cursor.take(UInt8(ascii: "+")) else { return nil }
        guard let zone = cursor.number(), zone <= 2_400, zone % 100 < 60, cursor.isAtEnd else { return nil }
        let offset = Int64(zone / 100 * 60 + zone % 100) * 60
        let time = Int64(hour * 3_600 + minute * 60 + second)
        return days(year: Int64(year), month: Int64(month), day: Int64(day)) * 86_400 + time + (west ? offset : -offset)
    }

    /// In UTC; `nil` outside the years 1 to 9999.
    static func format(_ seconds: Int64) -> String? {
        guard let day = date(seconds, padding: " ") else { return nil }
        let time = Int(seconds - floorDivide(seconds, 86_400) * 86_400)
        return "\(day) \(twoDigits(time / 3_600)):\(twoDigits(time / 60 % 60)):\(twoDigits(time % 60)) +0000"
    }

    /// The day alone, as SEARCH takes it: `1-Feb-1994`.
    static func day(_ seconds: Int64) -> String? { date(seconds, padding: "") }

    private static func date(_ seconds: Int64, padding: String) -> String? {
        guard seconds >= -62_135_596_800, seconds < 253_402_300_800 else { return nil }
        // Civil date from days, by eras of 400 years that begin in March.
        let shifted = floorDivide(seconds, 86_400) + 719_468
        let era = floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let digits = String(year)
        let zeros = String(repeating: "0", count: max(0, 4 - digits.count))
        return "\(day < 10 ? padding : "")\(day)-\(months[Int(month) - 1])-\(zeros)\(digits)"
    }

    private static func month(_ cursor: inout ByteCursor) -> Int? {
        guard cursor.position + 3 <= cursor.bytes.count else { return nil }
        let name = cursor.bytes[cursor.position..<cursor.position + 3].reduce(0) { $0 << 8 | UInt32($1 | 0x20) }
        cursor.position += 3
        return folded.firstIndex(of: name).map { $0 + 1 }
    }

    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let marchYear = month <= 2 ? year - 1 : year
        let era = floorDivide(marchYear, 400)
        let yearOfEra = marchYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        value / divisor - (value % divisor < 0 ? 1 : 0)
    }

    private static func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : String(value) }
}
