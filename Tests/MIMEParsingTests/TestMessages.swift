import MIMEParsing

/// A message from lines, CRLF behind each.
func message(_ lines: String...) -> [UInt8] { lines.flatMap { Array(($0 + "\r\n").utf8) } }

/// The first field of a header with that one value.
func field(_ value: String) -> HeaderField { HeaderField(name: "X", rawValue: Array(value.utf8)) }

func field(_ value: [UInt8]) -> HeaderField { HeaderField(name: "X", rawValue: value) }

func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

/// A small repeatable generator (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
