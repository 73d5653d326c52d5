import Foundation
import Testing

@testable import RuleRuntime

@Suite struct RuleFolderWatchTests {
    @Test func itIsTimeWhenTheFolderChangedAndThenStoodStill() throws {
        let folder = try TemporaryFolder()
        try folder.write("a.lua", "-- 1")
        let loaded = RuleFolderLook(folder.path)
        var watch = RuleFolderWatch()
        func look(_ look: RuleFolderLook, _ loaded: RuleFolderLook) -> Bool { watch.looked(look, loaded: loaded) }
        #expect(!look(RuleFolderLook(folder.path), loaded))
        #expect(!look(RuleFolderLook(folder.path), loaded))
        try folder.write("a.lua", "-- 22")
        #expect(!look(RuleFolderLook(folder.path), loaded))
        try folder.write("a.lua", "-- 333")
        #expect(!look(RuleFolderLook(folder.path), loaded))
        #expect(look(RuleFolderLook(folder.path), loaded))
        // Once it was tried, nothing is tried again before the next change.
        #expect(!look(RuleFolderLook(folder.path), RuleFolderLook(folder.path)))
    }

    @Test(arguments: ["b.lua", "vip.txt", "lists/family.lua", "deep/er/x.lua"])
    func whateverRulesMayReadIsSeen(name: String) throws {
        let folder = try TemporaryFolder()
        try folder.write("a.lua", "")
        let before = RuleFolderLook(folder.path)
        try folder.write(name, "1")
        let between = RuleFolderLook(folder.path)
        #expect(between != before)
        try folder.write(name, "2")
        #expect(RuleFolderLook(folder.path) != between)
        try FileManager.default.removeItem(atPath: "\(folder.path)/\(name)")
        #expect(RuleFolderLook(folder.path) != between)
    }

    @Test(arguments: ["tests/t.lua", "types/postmoon.lua", ".a.lua.swp", "a.lua~"])
    func whatIsNoRuleIsNot(name: String) throws {
        let folder = try TemporaryFolder()
        try folder.write("a.lua", "")
        let before = RuleFolderLook(folder.path)
        try folder.write(name, "1")
        #expect(RuleFolderLook(folder.path) == before)
    }

    @Test func whoMayWriteItIsSeen() throws {
        let folder = try TemporaryFolder()
        try folder.write("a.lua", "")
        let before = RuleFolderLook(folder.path)
        #expect(chmod("\(folder.path)/a.lua", 0o666) == 0)
        #expect(RuleFolderLook(folder.path) != before)
        #expect(RuleFolderLook("/nowhere/at/all") != before)
    }

    @Test func aListThatRulesReadIsPartOfThem() async throws {
        let folder = try TemporaryFolder()
        try folder.write("vip.txt", "a@example.org")
        try folder.write("other.txt", "1")
        try folder.write(
            "a.lua", "local vip = list.file \"vip.txt\"\nrule \"r\" { when = from:one_of(vip), run = { trash } }")
        func digest() async throws -> String {
            try await RuleRuntime(
                folder: try RuleFolder.read(folder.path), environment: RuleBench.environment,
                executor: RuleExecutor(label: "test")
            ).digest
        }
        let first = try await digest()
        try folder.write("other.txt", "2")
        #expect(try await digest() == first)
        try folder.write("vip.txt", "b@example.org")
        let second = try await digest()
        #expect(second != first)
        try folder.write("vip.txt", "a@example.org")
        #expect(try await digest() == first)
    }
}
