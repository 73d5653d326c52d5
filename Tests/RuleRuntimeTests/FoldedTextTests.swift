import Foundation
import Testing

@testable import RuleRuntime

/// The bytes that tests compare are those of the library, whatever stands beside what.
@Suite struct FoldedTextTests {
    private static let pieces =
        ["a", "Z", "e", "I", " ", "\r\n", "\0", "ü", "Ü", "ß", "İ", "ı", "Ⱥ", "ǅ", "é", "e\u{301}", "E\u{301}\u{327}"]
        + ["\u{301}", "\u{345}", "Σ", "ς", "ΑΣ", "\u{37E}", "\u{374}", "Й", "И\u{306}", "\u{483}", "Ѐ", "“", "–", "€"]
        + ["\u{2000}", "\u{212B}", "\u{2126}", "\u{1100}\u{1161}\u{11A8}", "각", "가\u{11A8}", "漢", "\u{F900}", "ﬁ"]
        + ["😀", "👩\u{200D}🚀", "❤\u{FE0F}", "𝐀", "𐐀", "\u{9C7}\u{9BE}", "ẞ", "Å", "A\u{30A}", "\u{FFFD}", "\u{10FFFF}"]

    private static func expected(_ text: String, lowers: Bool) -> [UInt8] {
        Array((lowers ? text.lowercased() : text).precomposedStringWithCanonicalMapping.utf8)
    }

    @Test func everyScalarOfThePlane() {
        for value in (0...UInt32(0x1_FFFF)) {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let text = "A\(scalar)b"
            if FoldedText.fold(text) != Self.expected(text, lowers: true) {
                Issue.record("U+\(String(value, radix: 16)) in lower case")
            }
            if FoldedText.plain(text) != Self.expected(text, lowers: false) {
                Issue.record("U+\(String(value, radix: 16))")
            }
        }
    }

    @Test func everyTwoPieces() {
        for first in Self.pieces {
            for second in Self.pieces {
                let text = "x\(first)\(second)"
                #expect(
                    FoldedText.fold(text) == Self.expected(text, lowers: true), "\(text.unicodeScalars.map(\.value))")
                #expect(
                    FoldedText.plain(text) == Self.expected(text, lowers: false), "\(text.unicodeScalars.map(\.value))")
            }
        }
    }

    @Test func anythingInAnyOrder() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<5_000 {
            let count = Int.random(in: 0..<12, using: &generator)
            let text = (0..<count).map { _ in Self.pieces.randomElement(using: &generator) ?? "" }.joined()
            #expect(FoldedText.fold(text) == Self.expected(text, lowers: true), "\(text.unicodeScalars.map(\.value))")
            #expect(FoldedText.plain(text) == Self.expected(text, lowers: false), "\(text.unicodeScalars.map(\.value))")
        }
    }
}
