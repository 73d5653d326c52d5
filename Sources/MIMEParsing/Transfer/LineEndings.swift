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
        let bytes = Array(text.utf8)
        guard bytes.contains(where: { $0 == ASCII.carriageReturn || $0 == 0 }) else { return text }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var start = 0
        for index in bytes.indices where bytes[index] == ASCII.carriageReturn || bytes[index] == 0 {
            result.append(contentsOf: bytes[start..<index])
            start = index + 1
            let isBare = bytes[index] != 0 && (start == bytes.count || bytes[start] != ASCII.lineFeed)
            if isBare { result.append(ASCII.lineFeed) }
        }
        result.append(contentsOf: bytes[start...])
        return String(decoding: result, as: UTF8.self)
    }
}
