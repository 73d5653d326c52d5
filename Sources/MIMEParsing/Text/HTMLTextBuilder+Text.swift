extension HTMLTextBuilder {
    mutating func text(_ bytes: ArraySlice<UInt8>) {
        guard !state.isHidden, !state.isTiny else { return }
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let byte = bytes[index]
            if byte.isWhitespace {
                whiteSpace(byte)
                index += 1
                continue
            }
            skipsLineFeed = false
            if byte == ASCII.ampersand, let reference = HTMLReference.read(bytes, at: index) {
                character(reference.utf8[...])
                index = reference.end
            } else if byte < ASCII.space || byte == 0x7F {
                index += 1
            } else if byte >= 0x80 {
                let end = index + InvisibleText.length(of: byte)
                let slice = bytes[index..<min(end, bytes.endIndex)]
                character(slice)
                index = slice.endIndex
            } else {
                let start = index
                index += 1
                while index < bytes.endIndex, bytes[index] > ASCII.space, bytes[index] != ASCII.ampersand,
                    bytes[index] < 0x7F
                {
                    index += 1
                }
                endsInImage = false
                lines.append(bytes[start..<index])
            }
        }
    }

    /// One character, or what one reference stands for.
    private mutating func character(_ utf8: ArraySlice<UInt8>) {
        switch InvisibleText.kind(of: utf8) {
        case .visible:
            endsInImage = false
            lines.append(utf8)
        case .space: whiteSpace(ASCII.space)
        case .fixedSpace: if state.keepsWhiteSpace || !lines.output.isEmpty { lines.blank() }
        case .joiner: lines.join(utf8)
        case .nothing: break
        }
    }

    private mutating func whiteSpace(_ byte: UInt8) {
        guard state.keepsWhiteSpace else { return lines.space() }
        if byte == ASCII.lineFeed {
            if !skipsLineFeed { lines.verbatimBreak() }
        } else if byte.isBlank {
            lines.blank(byte)
        }
        skipsLineFeed = false
    }
}
