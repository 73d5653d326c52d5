import Foundation

/// A text with what tests compare, made once: its bytes, and those of its lower-case form.
final class FoldedText {
    let text: String
    private(set) lazy var plain = FoldedText.plain(text)
    private(set) lazy var folded = FoldedText.fold(text)

    init(_ text: String) { self.text = text }

    func bytes(caseSensitive: Bool) -> [UInt8] { caseSensitive ? plain : folded }

    /// UTF-8 of the composed form (NFC), so that `é` is the same however it was typed.
    static func plain(_ text: String) -> [UInt8] {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return Array(text.utf8) }
        return Array(text.precomposedStringWithCanonicalMapping.utf8)
    }

    /// The same in lower case.
    static func fold(_ text: String) -> [UInt8] {
        var bytes = Array(text.utf8)
        for index in bytes.indices {
            switch bytes[index] {
            case 0x41...0x5A: bytes[index] |= 0x20
            case 0x80...: return Array(text.lowercased().precomposedStringWithCanonicalMapping.utf8)
            default: break
            }
        }
        return bytes
    }
}
