import Foundation

/// Random numbers that come again with the same seed (SplitMix64).
struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    /// A generator for a part of the work that runs beside others, so that their order does not matter.
    mutating func branch() -> SeededGenerator { SeededGenerator(seed: next()) }

    /// Small numbers as often as large ones: uniform in the logarithm.
    mutating func scaled(in range: ClosedRange<Int>) -> Int {
        let exponent = Double.random(in: log(Double(range.lowerBound))...log(Double(range.upperBound)), using: &self)
        return min(range.upperBound, max(range.lowerBound, Int(exp(exponent).rounded())))
    }

    /// The seed of `POSTMOON_CRASH_SEED`, to see a failure again; else a new one.
    static func chosenSeed() -> UInt64 {
        ProcessInfo.processInfo.environment["POSTMOON_CRASH_SEED"].flatMap { UInt64($0) }
            ?? UInt64.random(in: 1...999_999_999)
    }
}
