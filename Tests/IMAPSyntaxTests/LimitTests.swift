import IMAPSyntax
import MailModel
import NIOCore
import Testing

/// What a hostile or broken server can send without hurting (FAULTS).
struct LimitTests {
    private static func small() -> IMAPLimits {
        var limits = IMAPLimits()
        limits.line = 100
        limits.longLine = 200
        limits.literal = 50
        limits.bodyLiteral = 60
        limits.nesting = 4
        return limits
    }

    private func kind(_ text: String, limits: IMAPLimits = small()) -> IMAPSyntaxError.Kind? {
        let bytes = Array(text.utf8)
        let whole = Replay(limits: limits, pieces: [bytes])
        let byByte = Replay(limits: limits, pieces: bytes.map { [$0] })
        #expect(whole == byByte)
        return whole.error?.kind
    }

    @Test func aLineMayBeAsLongAsTheLimit() {
        #expect(kind("* OK " + String(repeating: "x", count: 95) + "\r\n") == nil)
        #expect(kind("* OK " + String(repeating: "x", count: 96) + "\r\n") == .lineTooLong)
    }

    @Test func aLineThatNeverEndsIsGivenUpEarly() {
        var parser = ResponseParser(limits: Self.small())
        parser.append(ByteBuffer(string: "* OK " + String(repeating: "x", count: 97)))
        #expect(throws: IMAPSyntaxError.self) { try parser.next() }
        #expect(parser.bufferedBytes == 0)
    }

    @Test(arguments: [
        "* SEARCH", "* ESEARCH", "* LIST", "* LSUB", "* VANISHED", "* 1 FETCH", "* OK [COPYUID", "A1 OK [COPYUID",
        "A1 NO [MODIFIED", "* list",
    ])
    func responsesLongByNatureMayBeLonger(_ begin: String) {
        let filler = String(repeating: "1", count: 150 - begin.utf8.count)
        #expect(kind("\(begin) \(filler)", limits: Self.small()) == nil)
        #expect(kind("\(begin) \(filler)\(filler)", limits: Self.small()) == .lineTooLong)
    }

    @Test(arguments: ["* CAPABILITY", "* FLAGS", "* OK [UIDNEXT", "* 1 EXISTS", "A1 OK", "+", "* X"])
    func otherResponsesMayNot(_ begin: String) {
        #expect(kind(begin + " " + String(repeating: "1", count: 120)) == .lineTooLong)
    }

    @Test func aCopyOfThousandsOfMessagesIsTaken() {
        let set = (1...3_000).map { String($0 * 2) }.joined(separator: ",")
        let replay = Replay(limits: .standard, pieces: [Array("A1 OK [COPYUID 1 \(set) \(set)] done\r\n".utf8)])
        guard case .tagged(let response) = replay.events.first, case .copyUID(_, let source, let target) = response.code
        else {
            Issue.record("no COPYUID")
            return
        }
        #expect(OrderedUIDs.pair(source: source, target: target, limit: 3_000)?.count == 3_000)
    }

    @Test func literalsOutsideBodiesHaveALimitTogether() {
        #expect(kind("* LIST () \"/\" {50}\r\n" + String(repeating: "a", count: 50) + "\r\n") == nil)
        #expect(kind("* LIST () \"/\" {51}\r\n") == .literalTooLong)
        #expect(kind("* ID ({30}\r\n" + String(repeating: "a", count: 30) + " {21}\r\n") == .literalTooLong)
        #expect(kind("* 1 FETCH (ENVELOPE ({51}\r\n") == .literalTooLong)
        #expect(kind("* 1 FETCH (X ({30}\r\n" + String(repeating: "a", count: 30) + " {21}\r\n") == .literalTooLong)
    }

    @Test func manyEmptyLiteralsEndAtTheLineLimit() {
        #expect(kind("* ID (" + String(repeating: "{0}\r\n ", count: 100)) == .lineTooLong)
        #expect(kind("* 1 FETCH (X (" + String(repeating: "{0}\r\n ", count: 100)) == .lineTooLong)
    }

    @Test func aBodyPastItsLimitNamesTheMessage() {
        let replay = Replay(limits: Self.small(), pieces: [Array("* 7 FETCH (UID 5 BODY[] {61}\r\n".utf8)])
        #expect(replay.error?.kind == .bodyTooLong)
        #expect(replay.error?.scope == .message)
        #expect(replay.error?.code == .limitExceeded)
        #expect(replay.error?.message == message(7))
        #expect(replay.events.count == 2)
    }

    @Test(arguments: ["99999999999999999999999999", "9223372036854775808", "18446744073709551616"])
    func anAnnouncedSizePastAllNumbersIsRefused(_ size: String) {
        #expect(kind("* 1 FETCH (BODY[] {\(size)}\r\n") == .literalTooLong)
        #expect(kind("* LIST () \"/\" {\(size)}\r\n") == .literalTooLong)
        #expect(kind("* OK fine {\(size)}\r\n") == nil)
    }

    /// Found by fuzzing: what is held is then a byte more than what came.
    @Test func aBareLineFeedBehindALiteralsHeaderCountsAsCRLF() {
        let wire = Array("* LIST () NIL {9}\n\r\n".utf8)
        #expect(Replay(limits: .standard, pieces: [wire]).left == wire.count + 1)
        #expect(ResponseInvariants.violations(wire, seed: 1).isEmpty)
        let whole = Replay(limits: .standard, pieces: [Array("* LIST () NIL {1}\na\n".utf8)])
        #expect(whole.left == 0 && whole.events.count == 1)
    }

    @Test func nothingIsAllocatedAheadOfALiteral() throws {
        var parser = ResponseParser()
        parser.append(ByteBuffer(string: "* LIST () \"/\" {262144}\r\nab"))
        #expect(try parser.next() == nil)
        #expect(parser.bufferedBytes < 100)
        var fetching = ResponseParser()
        fetching.append(ByteBuffer(string: "* 1 FETCH (BODY[] {67108864}\r\nab"))
        while case .some = try fetching.next() {}
        #expect(fetching.bufferedBytes == 0)
    }

    @Test func parenthesesNestUpToTheLimit() {
        #expect(kind("* 1 FETCH (X ((((a)))))\r\n") == nil)
        #expect(kind("* 1 FETCH (X (((((a))))))\r\n") == .nestingTooDeep)
        #expect(kind("* 1 FETCH (BODYSTRUCTURE " + String(repeating: "(", count: 60) + "\r\n") == .nestingTooDeep)
        #expect(kind("* NAMESPACE ((\"\" \"/\" " + String(repeating: "(", count: 60) + "\r\n") == nil)
    }

    @Test func afterAnErrorThereIsOnlyTheError() {
        var parser = ResponseParser()
        parser.append(ByteBuffer(string: "* SEARCH x\r\n* 5 EXISTS\r\n"))
        #expect(throws: IMAPSyntaxError.self) { try parser.next() }
        parser.append(ByteBuffer(string: "* 5 EXISTS\r\n"))
        #expect(throws: IMAPSyntaxError.self) { try parser.next() }
        #expect(parser.bufferedBytes == 0)
    }

    @Test func aBodyOfSingleBytesIsLinear() throws {
        // Quadratic, this would be billions of steps.
        let size = 60_000
        var parser = ResponseParser()
        parser.append(ByteBuffer(string: "* 1 FETCH (BODY[] {\(size)}\r\n"))
        let byte = ByteBuffer(string: "x")
        var seen = 0
        for _ in 0..<size {
            parser.append(byte)
            while let event = try parser.next() {
                if case .bodyBytes(let bytes) = event { seen += bytes.readableBytes }
            }
        }
        #expect(seen == size)
    }

    @Test func aLiteralOfSingleBytesIsLinear() throws {
        let size = 50_000
        var parser = ResponseParser()
        parser.append(ByteBuffer(string: "* METADATA x {\(size)}\r\n"))
        let byte = ByteBuffer(string: "(")
        for _ in 0..<size {
            parser.append(byte)
            #expect(try parser.next() == nil)
        }
        parser.append(ByteBuffer(string: "\r\n"))
        #expect(try parser.next() == .untagged(.other("METADATA")))
    }

    @Test func keptSlicesDoNotMakeAppendingSlow() throws {
        // Each append finds a partial line in storage of which a slice was handed out.
        var parser = ResponseParser()
        var kept: [ByteBuffer] = []
        var wire = ""
        for number in 1...500 { wire += "* \(number) FETCH (UID \(number) BODY[TEXT] {3}\r\nabc)\r\n" }
        let bytes = Array(wire.utf8)
        for start in stride(from: 0, to: bytes.count, by: 7) {
            parser.append(ByteBuffer(bytes: bytes[start..<min(start + 7, bytes.count)]))
            while let event = try parser.next() {
                if case .bodyBytes(let slice) = event { kept.append(slice) }
            }
        }
        let joined = kept.map { String(buffer: $0) }.joined()
        #expect(joined == String(repeating: "abc", count: 500))
    }

    @Test func buffersAreGivenBack() throws {
        var parser = ResponseParser()
        parser.append(ByteBuffer(string: "* 3 EXISTS\r\n* 4 EX"))
        #expect(try parser.next() == .untagged(.exists(3)))
        parser.releaseBuffer()
        #expect(parser.bufferedBytes == 4 + 2)
        parser.append(ByteBuffer(string: "ISTS\r\n"))
        #expect(try parser.next() == .untagged(.exists(4)))
        parser.releaseBuffer()
        #expect(parser.bufferedBytes == 0)
        parser.append(ByteBuffer(string: "* 5 EXISTS\r\n"))
        #expect(try parser.next() == .untagged(.exists(5)))
    }

    @Test func whatFollowsAnOKIsCounted() throws {
        var parser = ResponseParser()
        parser.append(ByteBuffer(string: "A1 OK begin TLS\r\n* OK [CAPABILITY IMAP4rev1] injected\r\n"))
        _ = try parser.next()
        #expect(parser.bufferedBytes == 38)
    }
}

/// Peers that speak something else.
struct OtherProtocolTests {
    @Test(arguments: [
        ("+OK POP3 ready\r\n", IMAPSyntaxError.Kind.notIMAP, FaultCode.protocolError),
        ("220 mail.example.org ESMTP\r\n", .notIMAP, .protocolError),
        ("220-mail.example.org ESMTP\r\n", .notIMAP, .protocolError),
        ("HTTP/1.1 400 Bad Request\r\n", .notIMAP, .protocolError),
        ("\u{15}\u{03}\u{01}\u{00}\u{02}", .tlsRecord, .plainOnTLSPort),
        ("\u{16}\u{03}\u{03}", .tlsRecord, .plainOnTLSPort),
        ("\u{00}\u{01}", .notIMAP, .protocolError),
        ("A1\r\n", .malformedResponse, .protocolError),
        ("A1 FINE thanks\r\n", .malformedResponse, .protocolError),
        ("hello\r\n", .malformedResponse, .protocolError),
        (" * OK\r\n", .malformedResponse, .protocolError),
    ])
    func areNamed(_ text: String, _ kind: IMAPSyntaxError.Kind, _ code: FaultCode) {
        let bytes = Array(text.utf8)
        let replay = Replay(limits: .standard, pieces: [bytes])
        #expect(replay.error?.kind == kind)
        #expect(replay.error?.code == code)
        #expect(replay.error?.scope == .connection)
        #expect(Replay(limits: .standard, pieces: bytes.map { [$0] }) == replay)
    }

    @Test func controlBytesAmidASessionAreNoOtherProtocol() {
        let replay = Replay(limits: .standard, pieces: [Array("* OK ready\r\n\u{16}\u{03}".utf8)])
        #expect(replay.error?.kind == .malformedResponse)
    }

    @Test func errorsTellNothingOfWhatWasSent() {
        let replay = Replay(limits: .standard, pieces: [Array("canary canary canary\r\n".utf8)])
        #expect(replay.error?.description.contains("canary") == false)
        #expect(replay.error?.description.isEmpty == false)
    }
}
