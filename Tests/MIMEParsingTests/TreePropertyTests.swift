import Testing

@testable import MIMEParsing

/// What must not change how a message is read, on every message of `Tests/Messages`.
@Suite struct TreePropertyTests {
    /// A tree without its paths and places.
    private struct Shape: Equatable, CustomStringConvertible {
        var mediaType: String
        var filename: String?
        var content: [UInt8]
        var children: [Shape]

        init(_ part: MessagePart) {
            mediaType = part.mediaType
            filename = part.filename
            content = part.children.isEmpty ? part.decoded() : []
            children = part.children.map(Shape.init)
        }

        var description: String { "\(mediaType) \(content.count) \(children)" }
    }

    /// What people see of it.
    private struct Reading: Equatable {
        var outline: [String]
        var text: String
        var html: String
        var attachments: [String]

        init(_ raw: [UInt8]) {
            let parsed = ParsedMessage(raw)
            outline = parsed.allParts.map { $0.path + " " + $0.mediaType }
            text = parsed.text
            html = parsed.html
            attachments = parsed.attachments.map(\.filename)
        }
    }

    @Test(arguments: MessageFixture.names)
    func invariantsHold(name: String) throws {
        #expect(MessageInvariants.violations(try MessageFixture.raw(name)) == [])
    }

    /// A message inside a message reads as it does alone.
    @Test(arguments: MessageFixture.names)
    func anAttachedMessageHasTheSameTree(name: String) throws {
        let raw = try MessageFixture.raw(name)
        // Before an attached message's header empty lines are skipped, and its first line must be one of a header; a
        // header that only the end of the message ends has another end there.
        let bare = raw.filter { $0 != ASCII.carriageReturn }
        guard let first = bare.first, first != ASCII.lineFeed, HeaderScanner.beginsHeader(bare, at: 0, end: bare.count),
            ByteSearch.first([ASCII.lineFeed, ASCII.lineFeed], in: bare[...]) != nil
        else { return }
        let outer =
            message("Content-Type: multipart/mixed; boundary=\"=_outer\"", "", "--=_outer")
            + message("Content-Type: message/rfc822", "") + raw + message("", "--=_outer--")
        let attached = ParsedMessage(outer).root.children.first
        #expect(attached?.children.map(Shape.init) == [Shape(ParsedMessage(raw).root)])
        #expect(attached?.decoded() == raw)
    }

    /// Line ends may be CRLF, LF, or both in one message.
    @Test(arguments: MessageFixture.names)
    func lineEndsDoNotMatter(name: String) throws {
        let raw = try MessageFixture.raw(name)
        var generator = SeededGenerator(seed: UInt64(raw.count))
        var mixed: [UInt8] = []
        for (index, byte) in raw.enumerated() {
            let endsLine = byte == ASCII.carriageReturn && index + 1 < raw.count && raw[index + 1] == ASCII.lineFeed
            if !endsLine || Bool.random(using: &generator) { mixed.append(byte) }
        }
        #expect(Reading(mixed) == Reading(raw))
    }

    /// What stands behind the last delimiter is no part of the message.
    @Test(arguments: MessageFixture.names)
    func anEpilogueChangesNothing(name: String) throws {
        let raw = try MessageFixture.raw(name)
        guard let boundary = ParsedMessage(raw).root.parameters["boundary"] else { return }
        let end = Array("--\(boundary)--".utf8)
        guard raw[...].trimmed().suffix(end.count).elementsEqual(end) else { return }
        #expect(Reading(raw + message("", "An epilogue.", "--", "--=_other", "", "no part")) == Reading(raw))
    }

    /// The order of fields does not matter, but for those of one name.
    @Test(arguments: MessageFixture.names)
    func theOrderOfFieldsDoesNotMatter(name: String) throws {
        let raw = try MessageFixture.raw(name)
        let root = ParsedMessage(raw).root
        var generator = SeededGenerator(seed: UInt64(raw.count))
        let names = Set(root.header.fields.map { $0.name.lowercased() }).sorted().shuffled(using: &generator)
        var shuffled: [UInt8] = []
        for field in names.flatMap(root.header.all) {
            shuffled += Array((field.name + ": ").utf8) + field.written + message("")
        }
        shuffled += message("") + root.body
        #expect(Reading(shuffled) == Reading(raw))
    }
}
