/// Waiting times between attempts to reconnect: doubling from one second to five minutes, with jitter so that many
/// accounts do not come back in step.
public struct Backoff: Sendable {
    public static let first = 1.0
    public static let longest = 300.0

    private var attempts = 0

    public init() {}

    /// Seconds to wait now: between half and the whole of the present step.
    public mutating func next(using generator: inout some RandomNumberGenerator) -> Double {
        let step = min(Self.longest, Self.first * Double(1 << min(attempts, 12)))
        attempts += 1
        return Double.random(in: step / 2...step, using: &generator)
    }

    /// Called when a connection was good for something.
    public mutating func reset() { attempts = 0 }
}
