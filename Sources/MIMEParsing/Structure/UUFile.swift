/// A file that stands in a text between `begin 644 name` and `end`, as mail had files before MIME; or between
/// `begin-base64 644 name` and `====` (POSIX uuencode -m).
struct UUFile {
    /// As written.
    var name: ArraySlice<UInt8>
    /// From `begin` to behind the line with `end`.
    var whole: Range<Int>
    /// The encoded lines.
    var data: Range<Int>
    var isBase64: Bool

    /// Files past this many are left as text.
    private static let limit = 2000
    static let begin = Array("begin".utf8)
    private static let base64Word = Array("begin-base64 ".utf8)

    /// In order. What only looks like a beginning - the line behind it is no encoded line - is text.
    static func find(in text: ArraySlice<UInt8>) -> [UUFile] {
        guard ByteSearch.hasLine(begin, in: text) else { return [] }
        var files: [UUFile] = []
        var lines = LineScanner(text)
        while files.count < limit {
            let start = lines.position
            guard let line = lines.next() else { break }
            guard line.starts(with: begin), let (name, isBase64) = beginning(line) else { continue }
            let next = lines.position
            if let file = isBase64 ? base64(&lines, name, from: start) : lineByLine(&lines, name, from: start) {
                files.append(file)
            } else {
                lines.position = next
            }
        }
        return files
    }

    /// `begin`, three or four octal digits, a name.
    private static func beginning(_ line: ArraySlice<UInt8>) -> (name: ArraySlice<UInt8>, isBase64: Bool)? {
        let isBase64 = line.starts(with: base64Word)
        guard isBase64 || line.starts(with: UUEncoding.beginWord) else { return nil }
        let tail = line.dropFirst(isBase64 ? base64Word.count : UUEncoding.beginWord.count)
        let mode = tail.prefix { $0 >= ASCII.zero && $0 < ASCII.zero + 8 }
        let name = tail.dropFirst(mode.count).trimmed()
        guard (3...4).contains(mode.count), !name.isEmpty, tail.dropFirst(mode.count).first == ASCII.space else {
            return nil
        }
        return (name, isBase64)
    }

    /// Up to `end`, or to the last encoded line where that is missing.
    private static func lineByLine(_ lines: inout LineScanner, _ name: ArraySlice<UInt8>, from start: Int) -> UUFile? {
        let dataStart = lines.position
        var dataEnd = dataStart
        while let line = lines.next() {
            if line.elementsEqual("end".utf8) {
                return UUFile(
                    name: name, whole: start..<lines.position, data: dataStart..<dataEnd, isBase64: false)
            }
            if line.isEmpty { continue }
            guard isEncoded(line, isFirst: dataEnd == dataStart) else { break }
            dataEnd = lines.position
        }
        guard dataEnd > dataStart else { return nil }
        lines.position = dataEnd
        return UUFile(name: name, whole: start..<dataEnd, data: dataStart..<dataEnd, isBase64: false)
    }

    /// A length and as many characters as it needs; a checksum may follow, blanks at the end may be gone, but not many
    /// from the first line, which has to tell a file from prose.
    private static func isEncoded(_ line: ArraySlice<UInt8>, isFirst: Bool) -> Bool {
        guard let first = line.first else { return false }
        let needed = (Int((first &- 0x20) & 63) + 2) / 3 * 4
        let count = line.count - 1
        return count <= needed + 2 && (!isFirst || count >= needed - 4)
            && line.allSatisfy { $0 >= ASCII.space && $0 <= 0x60 }
    }

    private static func base64(_ lines: inout LineScanner, _ name: ArraySlice<UInt8>, from start: Int) -> UUFile? {
        let dataStart = lines.position
        var dataEnd = dataStart
        while let line = lines.next() {
            if line.elementsEqual("====".utf8) {
                return UUFile(name: name, whole: start..<lines.position, data: dataStart..<dataEnd, isBase64: true)
            }
            guard line.allSatisfy({ $0.isLetter || $0.isDigit || "+/=".utf8.contains($0) }) else { break }
            dataEnd = lines.position
        }
        return nil
    }
}

extension MessagePart {
    /// The files that stand uuencoded in a plain text, each as a part with the text's path.
    var uuencodedFiles: [MessagePart] {
        // `begin` is the same in quoted-printable: most texts need no decoding to see that they have none.
        guard mayHoldFiles, encoding == .base64 || ByteSearch.hasLine(UUFile.begin, in: body) else { return [] }
        let text = content
        let found = UUFile.find(in: text)
        guard !found.isEmpty else { return [] }
        let source = Array(text)
        let offset = text.startIndex
        return found.map { file in
            MessagePart(
                path: path, mediaType: "application/octet-stream", parameters: [:],
                filename: PartHeader.basename(HeaderText.decode(file.name)), disposition: "attachment",
                contentID: nil, header: HeaderBlock(), children: [],
                rawBody: (file.data.lowerBound - offset)..<(file.data.upperBound - offset), source: source,
                start: file.whole.lowerBound - offset, encoding: file.isBase64 ? .base64 : .uuencode)
        }
    }

    /// As `decodedText()`, without the files that stand uuencoded in it.
    func textWithoutFiles() -> String {
        let content = content
        let files = mayHoldFiles ? UUFile.find(in: content) : []
        guard !files.isEmpty else { return text(of: content) }
        var rest: [UInt8] = []
        var position = content.startIndex
        for file in files {
            rest.append(contentsOf: content[position..<file.whole.lowerBound])
            position = file.whole.upperBound
        }
        rest.append(contentsOf: content[position...])
        return text(of: rest[...])
    }

    private var mayHoldFiles: Bool { mediaType == "text/plain" && encoding != .uuencode }
}
