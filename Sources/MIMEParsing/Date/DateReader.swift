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
        } else if digits == 14 || digits == 12, year == nil {
            let clock = digits == 14 ? value : value * 100
            (year, month, day) = (clock / 10_000_000_000, clock / 100_000_000 % 100, clock / 1_000_000 % 100)
            take(hour: clock / 10_000 % 100, minute: clock / 100 % 100, second: clock % 100)
        } else if digits == 4, year != nil, time == nil {
            take(hour: value / 100, minute: value % 100, second: 0)
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
        if let number = DateNames.month(word) {
            if month == nil || (monthMayBeWeekday && day != nil) {
                monthMayBeWeekday = month == nil && day == nil
                month = number
            }
        } else if word == "am" || word == "pm" {
            guard let (hour, minute, second) = time, hour <= 12, hour > 0 else { return }
            time = (hour % 12 + (word == "pm" ? 12 : 0), minute, second)
        } else if word == "dst" {
            // `MET DST`
            if zoneWordSeen, let offset = offsetMinutes { offsetMinutes = offset + 60 }
        } else if word == "月" || word == "월" {
            // `2026年11月23日`: the number before it was no day.
            if month == nil, let number = day { (month, day) = (number, nil) }
        } else if let minutes = DateNames.zones[word] {
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
}
