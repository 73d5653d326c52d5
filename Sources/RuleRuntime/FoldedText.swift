import Foundation

/// A text with what tests compare, made once: its bytes, and those of its lower-case form.
final class FoldedText {
    let text: String
    private(set) lazy var plain = FoldedText.plain(text)
    private(set) lazy var folded = FoldedText.fold(text)

    init(_ text: String) { self.text = text }

    func bytes(caseSensitive: Bool) -> [UInt8] { caseSensitive ? plain : folded }

    /// UTF-8 of the composed form (NFC), so that `é` is the same however it was typed.
    static func plain(_ text: String) -> [UInt8] { TextFolding.composing.bytes(text) }

    /// The same in lower case.
    static func fold(_ text: String) -> [UInt8] { TextFolding.lowering.bytes(text) }
}

/// Makes the bytes that are compared. The library takes as long for a letter of ASCII as for any other once a text has one
/// that is not: so it is asked only about unusual ones, with what stands around them.
private struct TextFolding {
    static let composing = TextFolding(lowers: false)
    static let lowering = TextFolding(lowers: true)

    private let lowers: Bool
    /// For each scalar of the alphabets below its bytes in the wanted form, the first lowest, and how many in the highest
    /// byte; 0: unusual.
    private let letters: [UInt32]

    /// Latin, Greek and Cyrillic: none of them joins the one before it. Marks that do are left out.
    private static let alphabets: [Range<UInt32>] = [0x80..<0x300, 0x370..<0x483, 0x48A..<0x530]

    private init(lowers: Bool) {
        self.lowers = lowers
        var letters = Array(repeating: UInt32(0), count: 0x530)
        for value in Self.alphabets.joined() {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let bytes = Array(Self.convert(String(scalar), lowers: lowers))
            guard (1...3).contains(bytes.count) else { continue }
            let packed = bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
            letters[Int(value)] = packed | UInt32(bytes.count) << 24
        }
        self.letters = letters
    }

    private static func convert(_ text: String, lowers: Bool) -> String.UTF8View {
        (lowers ? text.lowercased() : text).precomposedStringWithCanonicalMapping.utf8
    }

    /// Signs that have no case and are composed already: punctuation, currencies, ideographs, pictures.
    private static func isSign(_ value: UInt32) -> Bool {
        switch value {
        case 0x200B...0x2027, 0x2030...0x205E, 0x20A0...0x20BF, 0x4E00...0x9FFF, 0xFE0F, 0x1F300...0x1FAFF: true
        default: false
        }
    }

    func bytes(_ text: String) -> [UInt8] {
        var text = text
        return text.withUTF8 { source in
            var result: [UInt8] = []
            result.reserveCapacity(source.count + source.count / 8)
            var index = 0
            while index < source.count {
                let byte = source[index]
                guard byte >= 0x80 else {
                    result.append(lowers && 0x41...0x5A ~= byte ? byte | 0x20 : byte)
                    index += 1
                    continue
                }
                index = appendRun(at: index, of: source, to: &result)
            }
            return result
        }
    }

    /// Appends what begins there and is not ASCII.
    ///
    /// - Returns: where it ends.
    private func appendRun(
        at start: Int, of source: UnsafeBufferPointer<UInt8>, to result: inout [UInt8]
    ) -> Int {
        let length = result.count
        var isUsual = true
        var end = start
        while end < source.count, source[end] >= 0x80 {
            let (value, width) = Self.scalar(at: end, of: source)
            isUsual = isUsual && append(value, source[end..<end + width], to: &result)
            end += width
        }
        if isUsual { return end }
        result.removeLast(result.count - length)
        // A mark may belong to the letter before.
        var first = start
        if start > 0 {
            first -= 1
            result.removeLast()
        }
        result += Self.convert(String(decoding: source[first..<end], as: UTF8.self), lowers: lowers)
        return end
    }

    private func append(_ value: UInt32, _ bytes: Slice<UnsafeBufferPointer<UInt8>>, to result: inout [UInt8]) -> Bool {
        if value < letters.count {
            var entry = letters[Int(value)]
            if entry == 0 { return false }
            for _ in 0..<entry >> 24 {
                result.append(UInt8(truncatingIfNeeded: entry))
                entry >>= 8
            }
            return true
        }
        guard Self.isSign(value) else { return false }
        result.append(contentsOf: bytes)
        return true
    }

    /// A scalar of more than one byte. The source is valid, as every string's is.
    private static func scalar(at index: Int, of source: UnsafeBufferPointer<UInt8>) -> (value: UInt32, width: Int) {
        func rest(_ offset: Int) -> UInt32 { UInt32(source[index + offset] & 0x3F) }
        let first = UInt32(source[index])
        switch first {
        case ..<0xE0: return ((first & 0x1F) << 6 | rest(1), 2)
        case ..<0xF0: return ((first & 0x0F) << 12 | rest(1) << 6 | rest(2), 3)
        default: return ((first & 0x07) << 18 | rest(1) << 12 | rest(2) << 6 | rest(3), 4)
        }
    }
}
