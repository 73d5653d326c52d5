import Foundation

/// Times of day, weekdays and dates in the configured time zone.
struct RuleClock: Sendable {
    private let zone: TimeZone

    /// An unknown identifier means UTC; the configuration refuses it before.
    init(identifier: String) { zone = TimeZone(identifier: identifier) ?? .gmt }

    /// Seconds since midnight there.
    func secondOfDay(_ time: Int64) -> Int64 { floorMod(local(time), 86_400) }

    /// 0 is Sunday.
    func weekday(_ time: Int64) -> Int { Int(floorMod(floorDiv(local(time), 86_400) + 4, 7)) }

    /// `2020-01-01`, with an optional time (`2020-01-01 18:30`, `T`, seconds, `Z`), there unless it says `Z`.
    func date(_ text: String) -> Int64? {
        let parts = text.split(whereSeparator: { $0 == " " || $0 == "T" })
        guard (1...2).contains(parts.count) else { return nil }
        let numbers = parts[0].split(separator: "-", omittingEmptySubsequences: false).map { Int64($0) }
        guard numbers.count == 3, let year = numbers[0], let month = numbers[1], let day = numbers[2] else {
            return nil
        }
        guard (1...9_999).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
        let days = Self.days(year: year, month: month, day: day)
        guard
            day <= Self.days(year: month == 12 ? year + 1 : year, month: month % 12 + 1, day: 1)
                - Self.days(year: year, month: month, day: 1)
        else { return nil }
        var clock = parts.count == 2 ? parts[1] : "00:00"
        let isUTC = clock.hasSuffix("Z")
        if isUTC { clock = clock.dropLast() }
        guard let second = Self.secondOfDay(String(clock)) else { return nil }
        let wall = days * 86_400 + second
        return isUTC ? wall : utc(wall)
    }

    /// The next time at which the clock there shows that second of the day, after `now`.
    func next(secondOfDay second: Int64, after now: Int64) -> Int64 {
        let midnight = floorDiv(local(now), 86_400) * 86_400
        for day in 0...2 {
            let time = utc(midnight + Int64(day) * 86_400 + second)
            if time > now { return time }
        }
        return now + 86_400
    }

    /// `HH:MM` or `HH:MM:SS` in seconds.
    static func secondOfDay(_ text: String) -> Int64? {
        let numbers = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(numbers.count), numbers.allSatisfy({ (1...2).contains($0.count) }) else { return nil }
        let values = numbers.compactMap { Int64($0) }
        guard values.count == numbers.count, (0...23).contains(values[0]) else { return nil }
        guard values.dropFirst().allSatisfy({ (0...59).contains($0) }) else { return nil }
        return values[0] * 3_600 + values[1] * 60 + (values.count == 3 ? values[2] : 0)
    }

    /// `mon` or `monday`; 0 is Sunday.
    static func weekday(named name: String) -> Int? {
        let names = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]
        let name = name.lowercased()
        return names.firstIndex { $0 == name || $0.prefix(3) == name }
    }

    private func local(_ time: Int64) -> Int64 { time &+ offset(time) }

    /// Seconds by which the clock there is ahead of UTC.
    func offset(_ time: Int64) -> Int64 {
        // Mail has dates of any size; no zone knows anything about those.
        let known = min(max(time, -100_000_000_000), 100_000_000_000)
        return Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(known))))
    }

    /// The moment at which the wall clock there shows it; in a gap the moment after it.
    private func utc(_ wall: Int64) -> Int64 {
        let guess = wall - offset(wall)
        return wall - offset(guess)
    }

    /// Days since 1970 of a date of the Gregorian calendar.
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = floorDiv(shifted, 400)
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}

private func floorDiv(_ value: Int64, _ by: Int64) -> Int64 { value / by - (value % by < 0 ? 1 : 0) }
private func floorMod(_ value: Int64, _ by: Int64) -> Int64 { (value % by + by) % by }
