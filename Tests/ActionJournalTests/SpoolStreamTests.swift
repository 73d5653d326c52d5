import Testing

@testable import ActionJournal

@Suite struct SpoolStreamTests {
    @Test func whatIsWrittenInPiecesIsReadInPieces() async throws {
        let scratch = try ScratchFolder()
        let spool = try Spool(stateFolder: scratch.state)
        let draft = try await spool.draft("step-1.eml")
        try await draft.append(Array("one ".utf8))
        #expect(try spool.names() == [], "it has no name before it is whole")
        try await draft.append(Array("two".utf8))
        try await draft.finish()
        #expect(try spool.names() == ["step-1.eml"])
        let reader = try await spool.reader("step-1.eml")
        #expect(reader.size == 7)
        var text: [UInt8] = []
        while case let piece = try await reader.read(3), !piece.isEmpty { text += piece }
        #expect(String(decoding: text, as: UTF8.self) == "one two")
    }

    @Test func aNameLeadsNowhereElse() async throws {
        let scratch = try ScratchFolder()
        let spool = try Spool(stateFolder: scratch.state)
        await #expect(throws: JournalError.self) { try await spool.draft("../out.eml") }
        await #expect(throws: JournalError.self) { try await spool.reader(".hidden") }
    }
}
