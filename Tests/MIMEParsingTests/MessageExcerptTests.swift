import Testing

@testable import MIMEParsing

@Suite struct MessageExcerptTests {
    /// A server that reads a message as we do.
    private struct Server {
        let root: MessagePart
        private(set) var contents: [MessageExcerpt.Section: [UInt8]] = [:]
        private(set) var sketch = PartSketch(mediaType: "")

        init(_ raw: [UInt8]) {
            root = ParsedMessage(raw).root
            sketch = read(root, path: [])
        }

        private mutating func read(_ part: MessagePart, path: [Int]) -> PartSketch {
            let header = Array(part.source[part.start..<part.rawBody.lowerBound])
            contents[path.isEmpty ? .header : .partHeader(path)] = header
            if part.isMultipart, !part.children.isEmpty {
                let parts = part.children.enumerated().map { read($1, path: path + [$0 + 1]) }
                return PartSketch(mediaType: part.mediaType, parts: parts)
            }
            contents[.content(path.isEmpty ? [1] : path)] = Array(part.body)
            let encoding = part.header.first("Content-Transfer-Encoding")?.text.lowercased() ?? "7bit"
            return PartSketch(mediaType: part.mediaType, encoding: encoding, size: part.body.count)
        }
    }

    /// What rules ask for that do not ask for everything.
    private struct Reading: Equatable {
        var text: String
        var html: String
        var names: [String]

        init(_ raw: [UInt8]) {
            let parsed = ParsedMessage(raw)
            text = parsed.text
            html = parsed.html
            names = parsed.attachments.map(\.filename)
        }
    }

    private static func excerpt(of raw: [UInt8]) -> [UInt8]? {
        let server = Server(raw)
        return MessageExcerpt(of: server.sketch, size: raw.count, saving: 0)?.message(of: server.contents)
    }

    @Test func textsAndNamesAreThoseOfTheWhole() throws {
        var count = 0
        for name in MessageFixture.names {
            let raw = try MessageFixture.raw(name)
            guard let excerpt = Self.excerpt(of: raw) else { continue }
            count += 1
            #expect(Reading(excerpt) == Reading(raw), "\(name)")
        }
        #expect(count * 2 > MessageFixture.names.count, "of most an excerpt can be made")
    }

    @Test func damageMakesNoDifference() throws {
        let corpus = try MessageFixture.names.map(MessageFixture.raw).filter { $0.count < 8192 }
        var mutator = MessageMutator(corpus: corpus, seed: 20_261_128)
        var count = 0
        for round in 0..<1500 {
            let raw = mutator.next()
            guard let excerpt = Self.excerpt(of: raw) else { continue }
            count += 1
            #expect(Reading(excerpt) == Reading(raw), "round \(round): \(raw)")
        }
        #expect(count > 500)
    }

    private static let long = message(
        "Subject: x", "Content-Type: multipart/mixed; boundary=b", "", "--b", "Content-Type: text/plain", "", "Hello",
        "--b", "Content-Type: application/pdf", "Content-Disposition: attachment; filename=bill.pdf", "",
        String(repeating: "A", count: 40_000), "--b--")

    @Test func filesStayBehind() throws {
        let server = Server(Self.long)
        let excerpt = try #require(MessageExcerpt(of: server.sketch, size: Self.long.count))
        #expect(excerpt.sections == [.header, .partHeader([1]), .content([1]), .partHeader([2])])
        #expect(excerpt.contentSize == 5)
        let bytes = try #require(excerpt.message(of: server.contents))
        #expect(bytes.count < 300)
        #expect(ParsedMessage(bytes).text == "Hello")
        #expect(ParsedMessage(bytes).attachments.map(\.filename) == ["bill.pdf"])
    }

    @Test func aMessageThatIsOneFileIsItsHeader() throws {
        let raw = message("Content-Type: image/png; name=scan.png", "", String(repeating: "A", count: 20_000))
        let server = Server(raw)
        let excerpt = try #require(MessageExcerpt(of: server.sketch, size: raw.count))
        #expect(excerpt.sections == [.header])
        let bytes = try #require(excerpt.message(of: [.header: server.contents[.header] ?? []]))
        #expect(ParsedMessage(bytes).attachments.map(\.filename) == ["scan.png"])
    }

    /// What the server says is believed only where it covers the message, and makes sense.
    @Test func theWholeIsFetchedInCaseOfDoubt() {
        let (sketch, size) = (Server(Self.long).sketch, Self.long.count)
        #expect(MessageExcerpt(of: sketch, size: size) != nil)
        #expect(MessageExcerpt(of: sketch, size: size + 100_000) == nil, "text that no part has")
        #expect(MessageExcerpt(of: sketch, size: size / 2) == nil, "more than there is")
        var other = sketch
        other.parts[1].encoding = "x-uuencode"
        #expect(MessageExcerpt(of: other, size: size) == nil, "its name may be in its content")
        other = sketch
        other.parts[1].size = .max
        #expect(MessageExcerpt(of: other, size: size) == nil)
        other.parts[1].size = -1
        #expect(MessageExcerpt(of: other, size: size) == nil)
        other.parts[1] = PartSketch(mediaType: "multipart/alternative")
        #expect(MessageExcerpt(of: other, size: size) == nil, "a multipart without parts")
        other = sketch
        for _ in 0..<20 { other = PartSketch(mediaType: "multipart/mixed", parts: [other]) }
        #expect(MessageExcerpt(of: other, size: size) == nil, "too deep")
        other = sketch
        other.parts += Array(repeating: PartSketch(mediaType: "text/plain"), count: 40)
        #expect(MessageExcerpt(of: other, size: size) == nil, "too many")
    }

    @Test func whatCameHasToBeWhatWasSaid() throws {
        let server = Server(Self.long)
        let excerpt = try #require(MessageExcerpt(of: server.sketch, size: Self.long.count))
        for section in excerpt.sections {
            var contents = server.contents
            contents[section] = nil
            #expect(excerpt.message(of: contents) == nil, "\(section) is missing")
        }
        var contents = server.contents
        contents[.content([1])] = message("Hello", "--b", "", "more")
        #expect(excerpt.message(of: contents) == nil, "a part more")
        contents[.content([1])] = server.contents[.content([1])]
        contents[.partHeader([2])] = message("Content-Type: text/plain", "")
        #expect(excerpt.message(of: contents) == nil, "another type")
        contents[.partHeader([2])] = server.contents[.partHeader([2])]
        contents[.header] = message("Content-Type: text/plain", "")
        #expect(excerpt.message(of: contents) == nil, "no boundary")
    }
}
