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

    /// CRLF and bare CR become LF, NUL goes.
    static func lineFeeds(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == ASCII.carriageReturn || $0 == 0 }) else { return text }
        var result: [UInt8] = []
        result.reserveCapacity(text.utf8.count)
        var previous: UInt8 = 0
        for byte in text.utf8 {
            if byte == ASCII.carriageReturn {
                result.append(ASCII.lineFeed)
            } else if byte != 0, byte != ASCII.lineFeed || previous != ASCII.carriageReturn {
                result.append(byte)
            }
            previous = byte
        }
        return String(decoding: result, as: UTF8.self)
    }
}
