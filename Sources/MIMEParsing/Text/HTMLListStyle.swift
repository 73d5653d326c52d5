/// How the items of a list are marked.
enum HTMLListStyle {
    case bullets, numbers, lowerLetters, upperLetters, lowerRoman, upperRoman

    /// Of an ordered list with that `type`.
    init(_ type: ArraySlice<UInt8>?) {
        switch type?.trimmed().first {
        case UInt8(ascii: "a"): self = .lowerLetters
        case UInt8(ascii: "A"): self = .upperLetters
        case UInt8(ascii: "i"): self = .lowerRoman
        case UInt8(ascii: "I"): self = .upperRoman
        default: self = .numbers
        }
    }

    /// What stands before item `number`, its blank included.
    func marker(_ number: Int) -> [UInt8] {
        let text =
            switch self {
            case .bullets: "-"
            case .numbers: "\(number)."
            case .lowerLetters: (Self.letters(number)?.lowercased() ?? "\(number)") + "."
            case .upperLetters: (Self.letters(number) ?? "\(number)") + "."
            case .lowerRoman: (Self.roman(number)?.lowercased() ?? "\(number)") + "."
            case .upperRoman: (Self.roman(number) ?? "\(number)") + "."
            }
        return Array((text + " ").utf8)
    }

    /// A to Z, then numbers again.
    private static func letters(_ number: Int) -> String? {
        guard (1...26).contains(number) else { return nil }
        return String(Character(Unicode.Scalar(UInt8(0x40 + number))))
    }

    private static func roman(_ number: Int) -> String? {
        guard (1...99).contains(number) else { return nil }
        let tens = ["", "X", "XX", "XXX", "XL", "L", "LX", "LXX", "LXXX", "XC"]
        let ones = ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"]
        return tens[number / 10] + ones[number % 10]
    }
}
