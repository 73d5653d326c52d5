/// Line endings, made one.
enum LineEndings {
    /// Every bare CR and bare LF becomes CRLF.
    static func crlf(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + bytes.count / 32)
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if byte == ASCII.carriageReturn || byte == ASCII.lineFeed {
                if byte == ASCII.carriageReturn, index < bytes.count, bytes[index] == ASCII.lineFeed { index += 1 }
                result.append(ASCII.carriageReturn)
                result.append(ASCII.lineFeed)
            } else {
                result.append(byte)
            }
        }
        return result
    }

    /// The bytes with LF in place of CR if they have no LF at all; offsets stay.
    static func withLines(_ bytes: [UInt8]) -> [UInt8] {
        guard !bytes.contains(ASCII.lineFeed), bytes.contains(ASCII.carriageReturn) else { return bytes }
        return bytes.map { $0 == ASCII.carriageReturn ? ASCII.lineFeed : $0 }
    }

    /// CRLF and bare CR become LF, NUL goes.
    static func lineFeeds(_ text: String) -> String {
        var text = text
        let changed = text.withUTF8 { bytes -> String? in
            guard
                ByteSearch.first(ASCII.carriageReturn, in: bytes, from: 0) != nil
                    || ByteSearch.first(0, in: bytes, from: 0) != nil
            else { return nil }
            return String(unsafeUninitializedCapacity: bytes.count) { buffer in
                // Each byte gives at most one.
                var sink = BoundedBuffer(buffer)
                withLineFeeds(bytes, into: &sink)
                return sink.count
            }
        }
        return changed ?? text
    }

    @inline(__always)
    private static func withLineFeeds(_ bytes: UnsafeBufferPointer<UInt8>, into sink: inout some ByteSink) {
        let hasNull = ByteSearch.first(0, in: bytes, from: 0) != nil
        var start = 0
        while start < bytes.count {
            let end = ByteSearch.first(ASCII.carriageReturn, in: bytes, from: start) ?? bytes.count
            let piece = UnsafeBufferPointer(rebasing: bytes[start..<end])
            if hasNull {
                for byte in piece where byte != 0 { sink.append(byte) }
            } else {
                sink.append(contentsOf: piece)
            }
            guard end < bytes.count else { return }
            start = end + 1
            // The LF of CRLF comes with the next piece.
            if start == bytes.count || bytes[start] != ASCII.lineFeed { sink.append(ASCII.lineFeed) }
        }
    }
}
