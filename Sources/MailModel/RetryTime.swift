/// How long a server asks to be left alone, read from what it says in words.
public enum RetryTime {
    /// The longest that is believed: a day.
    public static let longest = 86_400

    /// Seconds, rounded up; `nil` when the text asks for no time.
    ///
    /// `Suggested Backoff Time: 92415 milliseconds` (Microsoft), `try again in 5 minutes`, `retry after 30 seconds`,
    /// `wait 2 h`. A bare number behind such words is seconds.
    public static func asked(in text: String) -> Int? {
        let words = text.lowercased().prefix(1_000)
            .split { !$0.isASCII || !($0.isLetter || $0.isNumber) }
        guard let cue = words.indices.first(where: { isCue(words, at: $0) }) else { return nil }
        for index in words[cue...].indices.prefix(8) {
            let digits = words[index].prefix { $0.isNumber }
            guard !digits.isEmpty else { continue }
            // `30s` is one word, `30 s` two.
            let glued = words[index].dropFirst(digits.count)
            let unit = glued.isEmpty ? (index + 1 < words.endIndex ? words[index + 1] : "") : glued
            guard let number = Int(digits), number <= 100_000_000_000 else { return longest }
            return min(seconds(number, String(unit)), longest)
        }
        return nil
    }

    private static func isCue(_ words: [Substring], at index: Int) -> Bool {
        switch words[index] {
        case "backoff", "wait", "retry": true
        case "again": index > 0 && ["try", "retry", "connect", "login"].contains(words[index - 1])
        default: false
        }
    }

    private static func seconds(_ number: Int, _ unit: String) -> Int {
        switch unit {
        case "ms", "msec", "millisecond", "milliseconds": number / 1_000 + 1
        case "m", "min", "mins", "minute", "minutes": number * 60
        case "h", "hr", "hrs", "hour", "hours": number * 3_600
        case "d", "day", "days": number * 86_400
        default: number
        }
    }
}
