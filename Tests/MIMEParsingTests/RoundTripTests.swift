import MailModel
import Testing

@testable import MIMEParsing

/// What is encoded here comes out as it went in, whatever it is.
@Suite struct RoundTripTests {
    private static let rounds = 400

    /// Letters of all widths, and everything that headers give a meaning to.
    private static let characters = Array("abcXYZ019 ,.;:<>()[]@\"\\=?_-'*%&+/äöüßé€日本語мир😀👩🏽‍🔬\u{A0}")

    private func text(_ generator: inout SeededGenerator, upTo length: Int = 120) -> String {
        let count = Int.random(in: 0...length, using: &generator)
        return String((0..<count).map { _ in Self.characters.randomElement(using: &generator) ?? "x" })
    }

    private func bytes(_ generator: inout SeededGenerator, upTo length: Int = 300) -> [UInt8] {
        (0..<Int.random(in: 0...length, using: &generator)).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }

    @Test func subjects() {
        var generator = SeededGenerator(seed: 2047)
        for _ in 0..<Self.rounds {
            let subject = text(&generator)
            let header = HeaderEncoder.unstructured("Subject", subject) + message("")
            #expect(HeaderBlock(header).first("Subject")?.text == subject)
            #expect(lines(header).allSatisfy { $0.count <= 998 })
        }
    }

    @Test func addresses() {
        var generator = SeededGenerator(seed: 5322)
        for _ in 0..<Self.rounds {
            let name = text(&generator, upTo: 60)
            var local = text(&generator, upTo: 20).filter { !$0.isWhitespace }
            if local.isEmpty || local.first == "'" { local = "x" + local }
            let address = EmailAddress(
                name: String(decoding: Array(name.utf8)[...].trimmed(), as: UTF8.self), localpart: local,
                domain: ["example.org", "münchen.example", "例え.example"].randomElement(using: &generator) ?? "x")
            let header = HeaderEncoder.fold("From", HeaderEncoder.words(of: address)) + message("")
            #expect(
                HeaderBlock(header).first("From")?.addresses == [address], "\(String(decoding: header, as: UTF8.self))")
        }
    }

    @Test func encodedWords() {
        var generator = SeededGenerator(seed: 2231)
        for _ in 0..<Self.rounds {
            let original = text(&generator)
            let words = HeaderEncoder.encodedWords(original, firstRoom: Int.random(in: 0...75, using: &generator))
            #expect(words.allSatisfy { $0.utf8.count <= 75 })
            let joined = words.joined(separator: [" ", "\t", " \t "].randomElement(using: &generator) ?? " ")
            #expect(HeaderText.decode(Array(joined.utf8)[...]) == original)
        }
    }

    @Test func base64() {
        var generator = SeededGenerator(seed: 64)
        for _ in 0..<Self.rounds {
            let data = bytes(&generator)
            let encoded = Base64.encodeLines(data)
            #expect(Base64.decode(encoded[...], isBody: true) == data)
            #expect(Base64.decodedCount(encoded[...], isBody: true) == data.count)
            // Line breaks may stand anywhere.
            let place = Int.random(in: 0...encoded.count, using: &generator)
            let broken = encoded[..<place] + [ASCII.lineFeed] + encoded[place...]
            #expect(Base64.decode(broken, isBody: false) == data)
        }
    }

    @Test func quotedPrintable() {
        var generator = SeededGenerator(seed: 76)
        for _ in 0..<Self.rounds {
            var original = Array(text(&generator).utf8)
            for _ in 0..<Int.random(in: 0...5, using: &generator) {
                original +=
                    [[0x0D, 0x0A], [0x20, 0x0D, 0x0A], [0x09, 0x0D, 0x0A], [0x00, 0x7F, 0xFF]]
                    .randomElement(using: &generator) ?? []
                original += Array(text(&generator).utf8)
            }
            let encoded = QuotedPrintable.encode(original)
            #expect(lines(encoded).allSatisfy { $0.count <= 76 })
            #expect(encoded.allSatisfy { $0 < 0x7F && ($0 >= 0x20 || $0.isWhitespace) })
            #expect(QuotedPrintable.decode(encoded[...]) == original)
            #expect(QuotedPrintable.decodedCount(encoded[...]) == original.count)
        }
    }

    @Test func uuencode() {
        var generator = SeededGenerator(seed: 644)
        for _ in 0..<Self.rounds {
            let data = bytes(&generator)
            let blank: UInt8 = Bool.random(using: &generator) ? 0x60 : 0x20
            let encoded = Array("begin 644 a\n".utf8) + uuencoded(data, blank: blank) + Array("`\nend\n".utf8)
            #expect(UUEncoding.decode(encoded[...]) == data)
        }
    }

    /// File names in pieces, in any order, cut anywhere, a character of several bytes included (RFC 2231 §3, §4).
    @Test func parameters() {
        var generator = SeededGenerator(seed: 128)
        for _ in 0..<Self.rounds {
            let name = text(&generator, upTo: 40)
            var pieces: [String] = []
            var rest = Array(name.utf8)[...]
            repeat {
                let count = Int.random(in: min(1, rest.count)...max(1, min(rest.count, 12)), using: &generator)
                let piece = rest.prefix(count)
                rest = rest.dropFirst(count)
                let prefix = pieces.isEmpty ? "utf-8''" : ""
                let hasLetters = piece.allSatisfy { $0.isLetter || $0.isDigit }
                pieces.append(
                    hasLetters && !pieces.isEmpty && Bool.random(using: &generator)
                        ? "; name*\(pieces.count)=\"\(String(decoding: piece, as: UTF8.self))\""
                        : "; name*\(pieces.count)*=\(prefix)\(percentEncoded(piece))")
            } while !rest.isEmpty
            let value = "a/b" + pieces.shuffled(using: &generator).joined()
            let parsed = ParameterizedValue(field(value), limits: .standard)
            #expect(parsed.parameters["name"] == name, "\(value)")
        }
    }

    // MARK: Encoders that only tests need

    private func lines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        bytes.split(separator: ASCII.lineFeed).map { $0.last == ASCII.carriageReturn ? $0.dropLast() : $0 }
    }

    private func percentEncoded(_ bytes: ArraySlice<UInt8>) -> String {
        bytes.map {
            $0.isLetter || $0.isDigit ? String(UnicodeScalar($0)) : "%" + String(0x100 + Int($0), radix: 16).dropFirst()
        }
        .joined()
    }

    private func uuencoded(_ data: [UInt8], blank: UInt8) -> [UInt8] {
        var result: [UInt8] = []
        func append(_ value: UInt8) { result.append(value & 63 == 0 ? blank : value & 63 + 0x20) }
        for start in stride(from: 0, to: data.count, by: 45) {
            let line = data[start..<min(start + 45, data.count)]
            append(UInt8(line.count))
            for group in stride(from: line.startIndex, to: line.endIndex, by: 3) {
                let first = line[group]
                let second = group + 1 < line.endIndex ? line[group + 1] : 0
                let third = group + 2 < line.endIndex ? line[group + 2] : 0
                append(first >> 2)
                append(first << 4 | second >> 4)
                append(second << 2 | third >> 6)
                append(third)
            }
            result.append(ASCII.lineFeed)
        }
        return result
    }
}
