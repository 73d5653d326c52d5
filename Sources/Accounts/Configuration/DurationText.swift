/// A duration as people write it: `4m`, `180d`; one number and one of `s m h d w`.
enum DurationText {
    /// Seconds; `nil` for anything else, and past what fits.
    static func parse(_ text: String) -> Int64? {
        guard let unit = text.utf8.last else { return nil }
        let factor: Int64
        switch unit {
        case UInt8(ascii: "s"): factor = 1
        case UInt8(ascii: "m"): factor = 60
        case UInt8(ascii: "h"): factor = 3_600
        case UInt8(ascii: "d"): factor = 86_400
        case UInt8(ascii: "w"): factor = 604_800
        default: return nil
        }
        let digits = text.utf8.dropLast()
        guard !digits.isEmpty, digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let count = Int64(text.dropLast())
        else { return nil }
        let (seconds, overflow) = count.multipliedReportingOverflow(by: factor)
        return overflow ? nil : seconds
    }

    /// The shortest way to write it: `29m`.
    static func format(_ seconds: Int64) -> String {
        for (unit, factor) in [("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60)] as [(String, Int64)]
        where seconds > 0 && seconds % factor == 0 {
            return "\(seconds / factor)\(unit)"
        }
        return "\(seconds)s"
    }
}
