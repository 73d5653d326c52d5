/// Puts a date together from its tokens, in whatever order they come.
struct DateReader {
    private var year: Int?
    private var month: Int?
    private var day: Int?
    private var time: (hour: Int, minute: Int, second: Int)?
    private var offsetMinutes: Int?
    private var zoneWordSeen = false
    /// `mar` before the day may have been a weekday of another language.
    private var monthMayBeWeekday = false

    mutating func take(_ token: DateToken) {
        switch token {
        case .word(let word): take(word: word)
        case .time(let hour, let minute, let second): take(hour: hour, minute: minute, second: second)
        case .date(let first, let second, let third, let firstDigits, let lastDigits, let separator):
            takeDate(first, second, third, firstDigits, lastDigits, separator)
        case .number(let value, let digits, let sign): take(number: value, digits: digits, sign: sign)
        }
    }

    /// `nil` while day, month or year is missing or wrong.
    var seconds: Int64? {
        guard let year, let month, let day, (1...9999).contains(year), (1...12).contains(month),
            day >= 1, day <= CivilDate.daysInMonth(month, year: year)
        else { return nil }
        let (hour, minute, second) = time ?? (0, 0, 0)
        let clock = Int64(hour) * 3600 + Int64(minute) * 60 + Int64(second)
        return CivilDate.days(year: year, month: month, day: day) * 86_400 + clock - Int64(offsetMinutes ?? 0) * 60
    }

    // MARK: Tokens

    private mutating func take(hour: Int, minute: Int, second: Int) {
        // A date with an impossible time is still a date.
        guard time == nil, hour <= 24, minute <= 59, second <= 60 else { return }
        // A leap second is the last of its minute.
        time = (hour, minute, min(second, 59))
    }

    private mutating func takeDate(
        _ first: Int, _ second: Int, _ third: Int, _ firstDigits: Int, _ lastDigits: Int, _ separator: Character
    ) {
        guard day == nil, month == nil else { return }
        if firstDigits >= 3 {
            (year, month, day) = (first, second, third)
        } else if separator == "/", first <= 12, second > 12 || first != second {
            // Slashes are American unless they cannot be.
            (month, day, year) = (first, second, full(third, digits: lastDigits))
        } else {
            (day, month, year) = (first, second, full(third, digits: lastDigits))
        }
    }

    private mutating func take(number value: Int, digits: Int, sign: Character?) {
        if let sign, time != nil {
            takeOffset(value, digits: digits, isNegative: sign == "-")
        } else if digits == 8, year == nil {
            (year, month, day) = (value / 10_000, value / 100 % 100, value % 100)
        } else if digits == 6, year != nil, time == nil {
            take(hour: value / 10_000, minute: value / 100 % 100, second: value % 100)
        } else if digits <= 2, day == nil {
            day = value
        } else if digits <= 4, year == nil {
            year = full(value, digits: digits)
        } else if digits == 4, time != nil, offsetMinutes == nil {
            // An offset that lost its plus.
            takeOffset(value, digits: digits, isNegative: false)
        }
    }

    private mutating func takeOffset(_ value: Int, digits: Int, isNegative: Bool) {
        let minutes = digits <= 2 ? value * 60 : value / 100 * 60 + value % 100
        // Offsets past a day are nonsense, and RFC 5322 says to read nonsense as UTC.
        guard minutes < 1440, digits <= 4 else { return }
        if offsetMinutes == nil || zoneWordSeen { offsetMinutes = isNegative ? -minutes : minutes }
    }

    private mutating func take(word: String) {
        if let number = Self.month(word) {
            if month == nil || (monthMayBeWeekday && day != nil) {
                monthMayBeWeekday = month == nil && day == nil
                month = number
            }
        } else if word == "am" || word == "pm" {
            guard let (hour, minute, second) = time, hour <= 12, hour > 0 else { return }
            time = (hour % 12 + (word == "pm" ? 12 : 0), minute, second)
        } else if let minutes = Self.zones[word] {
            zoneWordSeen = true
            if offsetMinutes == nil, time != nil { offsetMinutes = minutes }
        }
    }

    /// RFC 5322 §4.3.
    private func full(_ year: Int, digits: Int) -> Int {
        switch digits {
        case ...2: year < 50 ? 2000 + year : 1900 + year
        case 3: 1900 + year
        default: year
        }
    }

    // MARK: Names

    private static func month(_ word: String) -> Int? {
        if let month = months[word] { return month }
        guard word.utf8.count > 3, let month = months[String(word.prefix(3))] else { return nil }
        return fullNames[month - 1].hasPrefix(word) ? month : nil
    }

    private static let fullNames = [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
        "december",
    ]

    private static let months: [String: Int] = [
        "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11,
        "dec": 12, "mär": 3, "mai": 5, "okt": 10, "dez": 12, "fév": 2, "avr": 4, "aoû": 8, "déc": 12, "ene": 1,
        "abr": 4, "ago": 8, "dic": 12, "mrt": 3, "mei": 5, "maj": 5, "sept": 9, "märz": 3, "oktober": 10,
        "dezember": 12,
    ]

    /// Names of zones in minutes; what is not here says nothing (RFC 5322 §4.3).
    private static let zones: [String: Int] = [
        "ut": 0, "utc": 0, "gmt": 0, "z": 0, "wet": 0, "bst": 60, "west": 60, "cet": 60, "met": 60, "mez": 60,
        "cest": 120, "mest": 120, "mesz": 120, "eet": 120, "eest": 180, "msk": 180, "ist": 330, "hkt": 480,
        "jst": 540, "kst": 540, "aest": 600, "aedt": 660, "nzst": 720, "nzdt": 780, "ast": -240, "adt": -180,
        "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480, "pdt": -420,
        "akst": -540, "akdt": -480, "hst": -600,
    ]
}
