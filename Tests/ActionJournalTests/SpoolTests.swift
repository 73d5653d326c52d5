import Foundation
import Testing

@testable import ActionJournal

@Suite struct SpoolTests {
    let scratch: ScratchFolder
    let spool: Spool

    init() throws {
        scratch = try ScratchFolder()
        spool = try Spool(stateFolder: scratch.state)
    }

    @Test(arguments: [0, 1, 65_535, 65_536, 65_537, 3_000_000])
    func bytesReadAsTheyWereWritten(_ count: Int) async throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        try await spool.write(bytes, name: "a.eml")
        #expect(try await spool.read("a.eml") == bytes)
        #expect(try spool.count() == 1)
        #expect(try scratch.mode("state/spool") == 0o700)
        #expect(try scratch.mode("state/spool/a.eml") == 0o600)
    }

    @Test func aFileIsReplacedWhole() async throws {
        try await spool.write([1, 2, 3], name: "a")
        try await spool.write([4], name: "a")
        #expect(try await spool.read("a") == [4])
        #expect(try spool.names() == ["a"])
    }

    @Test func aFileThatIsGoneIsNamed() async throws {
        try await spool.write([1], name: "a")
        try await spool.remove("a")
        try await spool.remove("a")
        let error = await #expect(throws: JournalError.self) { try await spool.read("a") }
        #expect(error?.path.hasSuffix("spool/a") == true)
    }

    @Test(arguments: [
        "", ".", "..", ".hidden", "../lock", "a/b", "a\u{0}b", "a b", "ä", String(repeating: "x", count: 101),
    ])
    func aNameThatLeadsElsewhereIsRefused(_ name: String) async throws {
        await #expect(throws: JournalError.self) { try await spool.write([1], name: name) }
        await #expect(throws: JournalError.self) { try await spool.read(name) }
        await #expect(throws: JournalError.self) { try await spool.remove(name) }
        #expect(try spool.count() == 0)
    }

    @Test func leftoversGoAndWhatIsNeededStays() async throws {
        for name in ["a", "b", "c"] { try await spool.write([1], name: name) }
        _ = FileManager.default.createFile(atPath: spool.folder + "/.d", contents: Data([1]))
        #expect(try spool.count() == 3)
        #expect(try await spool.removeAll(but: ["b", "x"]) == 3)
        #expect(try spool.names() == ["b"])
    }

    @Test func aLinkIsNotFollowed() async throws {
        let secret = scratch.path + "/secret"
        try Data("secret".utf8).write(to: URL(filePath: secret))
        try FileManager.default.createSymbolicLink(atPath: spool.folder + "/a", withDestinationPath: secret)
        await #expect(throws: JournalError.self) { try await spool.read("a") }
        try await spool.write([1], name: "a")
        #expect(try Data(contentsOf: URL(filePath: secret)) == Data("secret".utf8))
        #expect(try await spool.read("a") == [1])
    }

    @Test func newNamesDifferAndAreAllowed() async throws {
        var generator = SystemRandomNumberGenerator()
        let names = Set((0..<50).map { _ in Spool.newName(ending: "eml", using: &generator) })
        #expect(names.count == 50)
        #expect(names.allSatisfy { $0.utf8.count == 36 && $0.hasSuffix(".eml") })
        try await spool.write([1], name: try #require(names.first))
    }

    @Test func whatNoDecisionCameToNeedGoesWhenItsRoundHasEnded() async throws {
        let scratch = try ScratchFolder()
        let journal = try Journal.open(folder: scratch.state, access: .readWrite)
        defer { journal.close() }
        let spool = try Spool(stateFolder: scratch.state)
        var early: SpoolRound? = spool.beginRound()
        try await spool.write([1], name: "lost.eml")
        try await spool.write([2], name: "1.eml")
        var late: SpoolRound? = spool.beginRound()
        try await spool.write([3], name: "late.eml")
        try await spool.tidy(journal)
        #expect(try spool.count() == 3, "their decisions may be about to be stored")

        _ = try await journal.plan(decision(1, steps: [submitStep()]))
        withExtendedLifetime(early) {}
        early = nil
        try await spool.tidy(journal)
        #expect(try spool.names() == ["1.eml", "late.eml"])
        withExtendedLifetime(late) {}
        late = nil
        try await spool.tidy(journal)
        #expect(try spool.names() == ["1.eml"])
    }
}
