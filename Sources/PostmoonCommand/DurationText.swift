extension Duration {
    /// Seconds in a text such as `90d`, `2h`, `10m`, `45s` or `1w`.
    static func seconds(in text: String) throws -> Int64 {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800]
        guard let last = text.last, let unit = units[last], let count = Int64(text.dropLast()), count >= 0,
            case let (seconds, overflow) = count.multipliedReportingOverflow(by: unit), !overflow
        else {
            throw CommandStatus.wrong("“\(text)” is not a length of time; write it as 45s, 10m, 2h, 90d or 1w")
        }
        return seconds
    }
}
