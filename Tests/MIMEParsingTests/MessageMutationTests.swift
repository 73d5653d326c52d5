import Testing

@testable import MIMEParsing

/// Damage to real messages: nothing of it traps, and everything that MessageInvariants says goes on to hold.
/// `scripts/fuzz mime` does the same without an end.
@Suite struct MessageMutationTests {
    private static let rounds = 1500

    @Test func damagedMessagesAreMessages() throws {
        let corpus = try MessageFixture.names.map(MessageFixture.raw).filter { $0.count < 8192 }
        try #require(corpus.count > 300)
        var mutator = MessageMutator(corpus: corpus, seed: 20_261_123)
        for round in 0..<Self.rounds {
            let raw = mutator.next()
            let wrong = MessageInvariants.violations(raw)
            #expect(wrong.isEmpty, "round \(round): \(wrong), \(raw)")
        }
    }

    /// Each repeats itself, so that a find can be found again.
    @Test func mutationsAreTheSameEachTime() {
        let corpus = [message("Content-Type: multipart/mixed; boundary=b", "", "--b", "", "one", "--b--")]
        var first = MessageMutator(corpus: corpus, seed: 1)
        var second = MessageMutator(corpus: corpus, seed: 1)
        for _ in 0..<50 { #expect(first.next() == second.next()) }
    }
}

/// Messages with one to eight faults each.
struct MessageMutator {
    private let corpus: [[UInt8]]
    private var generator: SeededGenerator

    init(corpus: [[UInt8]], seed: UInt64) {
        self.corpus = corpus
        generator = SeededGenerator(seed: seed)
    }

    private static let telling = Array("\r\n-=?<>@\"();:,\\&%*'[] \u{0}\u{1B}\u{7F}~{}".utf8) + [0x80, 0xC3, 0xFF]
    private static let charsets = [
        "utf-8", "utf-7", "utf-16", "iso-2022-jp", "iso-2022-kr", "hz-gb-2312", "gb18030", "big5", "koi8-r", "x-none",
    ].map { Array($0.utf8) }
    private static let encodings = ["base64", "quoted-printable", "x-uuencode", "8bit"].map { Array($0.utf8) }
    private static let types = ["text/html", "text/plain; format=flowed", "message/rfc822", "multipart/digest"].map {
        Array($0.utf8)
    }

    mutating func next() -> [UInt8] {
        var raw = pick(corpus)
        for _ in 0..<Int.random(in: 1...8, using: &generator) where !raw.isEmpty { damage(&raw) }
        return raw
    }

    private mutating func damage(_ raw: inout [UInt8]) {
        let place = Int.random(in: 0..<raw.count, using: &generator)
        let end = min(raw.count, place + Int.random(in: 1...60, using: &generator))
        switch Int.random(in: 0..<11, using: &generator) {
        case 0: raw[place] ^= UInt8(1) << UInt8.random(in: 0..<8, using: &generator)
        case 1: raw[place] = pick(Self.telling)
        case 2: raw.insert(pick(Self.telling), at: place)
        case 3: raw.removeSubrange(place..<end)
        case 4: raw.removeSubrange(place...)
        case 5: raw.insert(contentsOf: raw[place..<end], at: Int.random(in: 0...raw.count, using: &generator))
        case 6:
            let other = pick(corpus)
            let start = Int.random(in: 0...other.count, using: &generator)
            raw.replaceSubrange(place..., with: other[start...].prefix(4096))
        case 7: doubleBoundary(&raw, at: place)
        case 8: replaceValue(behind: "charset=", with: pick(Self.charsets), in: &raw)
        case 9: replaceValue(behind: "Transfer-Encoding: ", with: pick(Self.encodings), in: &raw)
        default: replaceValue(behind: "Content-Type: ", with: pick(Self.types), in: &raw)
        }
    }

    /// Puts a line that begins with `--` a second time.
    private mutating func doubleBoundary(_ raw: inout [UInt8], at place: Int) {
        let mark = Array("\n--".utf8)
        guard let start = position(of: mark, in: raw, from: place) ?? position(of: mark, in: raw, from: 0) else {
            return
        }
        let line = raw[start...].prefix(80)
        let end = line.dropFirst().firstIndex(of: ASCII.lineFeed) ?? line.endIndex
        raw.insert(contentsOf: raw[start..<end], at: Int.random(in: 0...raw.count, using: &generator))
    }

    private mutating func replaceValue(behind name: String, with value: [UInt8], in raw: inout [UInt8]) {
        let from = Int.random(in: 0..<raw.count, using: &generator)
        let mark = Array(name.utf8)
        guard let start = position(of: mark, in: raw, from: from) ?? position(of: mark, in: raw, from: 0) else {
            return
        }
        let valueStart = start + mark.count
        let end = raw[valueStart...].firstIndex { $0.isWhitespace || $0 == ASCII.semicolon } ?? raw.count
        raw.replaceSubrange(valueStart..<end, with: value)
    }

    private func position(of mark: [UInt8], in raw: [UInt8], from start: Int) -> Int? {
        var index = start
        while index + mark.count <= raw.count {
            if raw[index] == mark[0], raw[index..<(index + mark.count)].elementsEqual(mark) { return index }
            index += 1
        }
        return nil
    }

    private mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &generator)]
    }
}
