/// `format=flowed` (RFC 3676): lines that end with a space go on in the next one.
enum FlowedText {
    /// - Parameter deletesSpace: `DelSp=yes`, for scripts that put no spaces between words.
    static func unfold(_ text: String, deletesSpace: Bool) -> String {
        var result: [UInt8] = []
        let bytes = Array(text.utf8)
        result.reserveCapacity(bytes.count)
        var flowingDepth: Int?
        var index = 0
        while index < bytes.count {
            var end = index
            while end < bytes.count, bytes[end] != ASCII.lineFeed { end += 1 }
            var depth = 0
            while index + depth < end, bytes[index + depth] == ASCII.greater { depth += 1 }
            var line = bytes[(index + depth)..<end]
            if line.first == ASCII.space { line = line.dropFirst() }
            let isSignature = line.elementsEqual("-- ".utf8)
            if let previous = flowingDepth, previous != depth || isSignature {
                result.append(ASCII.lineFeed)
                flowingDepth = nil
            }
            if flowingDepth == nil, depth > 0 {
                result.append(contentsOf: repeatElement(ASCII.greater, count: depth))
                result.append(ASCII.space)
            }
            let flows = line.last == ASCII.space && !isSignature && end < bytes.count
            result.append(contentsOf: flows && deletesSpace ? line.dropLast() : line)
            flowingDepth = flows ? depth : nil
            if !flows, end < bytes.count { result.append(ASCII.lineFeed) }
            index = end + 1
        }
        return String(decoding: result, as: UTF8.self)
    }
}
