/// A pattern over a whole value: `*` any characters, `?` one, `\` takes the next one literally.
struct Glob: Sendable, Hashable {
    private enum Piece: Hashable {
        case byte(UInt8)
        case oneCharacter
        case anything
    }

    private let pieces: [Piece]

    init(_ pattern: [UInt8]) {
        var pieces: [Piece] = []
        var escaped = false
        for byte in pattern {
            switch byte {
            case _ where escaped:
                pieces.append(.byte(byte))
                escaped = false
            case UInt8(ascii: "\\"): escaped = true
            case UInt8(ascii: "*"):
                if pieces.last != .anything { pieces.append(.anything) }
            case UInt8(ascii: "?"): pieces.append(.oneCharacter)
            default: pieces.append(.byte(byte))
            }
        }
        if escaped { pieces.append(.byte(UInt8(ascii: "\\"))) }
        self.pieces = pieces
    }

    /// Goes back to the last `*` only: at most pattern × text steps. `?` takes a whole UTF-8 character.
    func matches(_ text: [UInt8]) -> Bool {
        var piece = 0
        var at = 0
        var retry: (piece: Int, at: Int)?
        while at < text.count || piece < pieces.count {
            if piece < pieces.count {
                switch pieces[piece] {
                case .anything:
                    retry = (piece, at)
                    piece += 1
                    continue
                case .oneCharacter where at < text.count:
                    at = Self.next(text, after: at)
                    piece += 1
                    continue
                case .byte(let byte) where at < text.count && text[at] == byte:
                    at += 1
                    piece += 1
                    continue
                case .byte, .oneCharacter: break
                }
            }
            guard let last = retry, last.at < text.count else { return false }
            at = Self.next(text, after: last.at)
            retry = (last.piece, at)
            piece = last.piece + 1
        }
        return true
    }

    private static func next(_ text: [UInt8], after at: Int) -> Int {
        var at = at + 1
        while at < text.count, text[at] & 0xC0 == 0x80 { at += 1 }
        return at
    }
}
