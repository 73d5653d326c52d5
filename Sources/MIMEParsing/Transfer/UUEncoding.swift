/// Unix-to-Unix encoding, which old mail names `x-uuencode`.
enum UUEncoding {
    /// What stands between `begin` and `end`; without `begin` every line is tried.
    static func decode(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count / 4 * 3)
        var isOpen = !hasBegin(bytes)
        for line in bytes.split(separator: ASCII.lineFeed, omittingEmptySubsequences: true) {
            let text = line.last == ASCII.carriageReturn ? line.dropLast() : line
            if !isOpen {
                isOpen = text.starts(with: "begin ".utf8)
            } else if text.elementsEqual("end".utf8) {
                break
            } else {
                decodeLine(text, into: &result)
            }
        }
        return result
    }

    private static func hasBegin(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.split(separator: ASCII.lineFeed).contains { $0.starts(with: "begin ".utf8) }
    }

    private static func decodeLine(_ line: ArraySlice<UInt8>, into result: inout [UInt8]) {
        guard let first = line.first, first > ASCII.space, first <= 0x60 else { return }
        var left = Int((first &- 0x20) & 63)
        var index = line.startIndex + 1
        while left > 0, index < line.endIndex {
            // Blanks at the end of a line may have been cut off; they were zeros.
            var group: UInt32 = 0
            for offset in 0..<4 {
                let byte = index + offset < line.endIndex ? line[index + offset] : ASCII.space
                group = group << 6 | UInt32((byte &- 0x20) & 63)
            }
            index += 4
            for shift in [16, 8, 0] where left > 0 {
                result.append(UInt8(truncatingIfNeeded: group >> UInt32(shift)))
                left -= 1
            }
        }
    }
}
