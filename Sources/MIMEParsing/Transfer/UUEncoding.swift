/// Unix-to-Unix encoding, which old mail names `x-uuencode`.
enum UUEncoding {
    /// What stands between `begin` and `end`; without `begin` every line is tried.
    static func decode(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        // Of a line at least the length and one character are there; four characters, or what is left of them at its
        // end, make three bytes.
        [UInt8](unsafeUninitializedCapacity: bytes.count / 2 * 3 + 3) { buffer, count in
            var sink = BoundedBuffer(buffer)
            run(bytes, into: &sink)
            count = sink.count
        }
    }

    static func decodedCount(_ bytes: ArraySlice<UInt8>) -> Int {
        var count = ByteCount()
        run(bytes, into: &count)
        return count.count
    }

    private static func run(_ bytes: ArraySlice<UInt8>, into sink: inout some ByteSink) {
        var lines = LineScanner(bytes)
        if let begin = firstBegin(bytes) { lines.position = begin.next }
        while let line = lines.next() {
            if line.elementsEqual("end".utf8) { break }
            decodeLine(line, into: &sink)
        }
    }

    /// The name in the first `begin` line, as written.
    static func name(in bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? { firstBegin(bytes)?.name }

    private static func firstBegin(_ bytes: ArraySlice<UInt8>) -> (name: ArraySlice<UInt8>, next: Int)? {
        var from = bytes.startIndex
        while let place = ByteSearch.first(beginWord, in: bytes[from...]) {
            from = place + beginWord.count
            guard place == bytes.startIndex || bytes[place - 1] == ASCII.lineFeed else { continue }
            var lines = LineScanner(bytes)
            lines.position = place
            guard let line = lines.next() else { return nil }
            let words = line.split(separator: ASCII.space, maxSplits: 2)
            return (words.count == 3 ? words[2] : [], lines.position)
        }
        return nil
    }

    static let beginWord = Array("begin ".utf8)

    /// A line: a character that says how many bytes it holds, then four characters for each three of them.
    private static func decodeLine(_ line: ArraySlice<UInt8>, into sink: inout some ByteSink) {
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
            sink.append(UInt8(truncatingIfNeeded: group >> 16))
            if left > 1 { sink.append(UInt8(truncatingIfNeeded: group >> 8)) }
            if left > 2 { sink.append(UInt8(truncatingIfNeeded: group)) }
            left -= 3
        }
    }
}

/// Lines of a text, without their CR and LF.
struct LineScanner {
    let bytes: ArraySlice<UInt8>
    /// Where the next line begins.
    var position: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    mutating func next() -> ArraySlice<UInt8>? {
        guard position < bytes.endIndex else { return nil }
        let start = position
        var end = ByteSearch.first(ASCII.lineFeed, in: bytes[start...]) ?? bytes.endIndex
        position = min(end + 1, bytes.endIndex)
        while end > start, bytes[end - 1] == ASCII.carriageReturn { end -= 1 }
        return bytes[start..<end]
    }
}
