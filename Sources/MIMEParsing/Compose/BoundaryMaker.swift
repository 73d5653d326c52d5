/// Boundaries that occur nowhere in the parts they divide, the same for the same message each time it is composed.
struct BoundaryMaker {
    /// `=_` cannot stand in quoted-printable or base64.
    private static let prefix = "=_postmoon_"
    private static let maxDigits = 9

    private let stem: String
    private var number = 0

    /// - Parameter seed: the message's id.
    init(seed: String, avoiding contents: [ArraySlice<UInt8>]) {
        // FNV-1a: nothing secret, only spread.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in seed.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let digits = String(hash, radix: 16)
        stem = Self.prefix + String(repeating: "0", count: 16 - digits.count) + digits + "."
        for content in contents { avoid(content) }
    }

    mutating func next() -> String {
        number += 1
        return stem + String(number)
    }

    /// Counts on behind the highest number that stands behind our stem in `content`: one look, whatever is there.
    private mutating func avoid(_ content: ArraySlice<UInt8>) {
        let stem = Array(self.stem.utf8)
        var index = content.startIndex
        while index + stem.count <= content.endIndex {
            guard content[index] == stem[0], content[index..<(index + stem.count)].elementsEqual(stem) else {
                index += 1
                continue
            }
            index += stem.count
            var found = 0
            var count = 0
            while index < content.endIndex, content[index].isDigit, count < Self.maxDigits {
                found = found * 10 + Int(content[index] &- 0x30)
                index += 1
                count += 1
            }
            number = max(number, found)
        }
    }
}
