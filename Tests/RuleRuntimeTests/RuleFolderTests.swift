import Foundation
import MailModel
import Testing

@testable import RuleRuntime

/// A folder on the disk that goes away with the test.
final class TemporaryFolder {
    let path: String

    init() throws {
        let template = FileManager.default.temporaryDirectory.appendingPathComponent("rules-XXXXXX").path
        var bytes = Array(template.utf8CString)
        guard mkdtemp(&bytes) != nil else { throw RuleBench.Unexpected() }
        path = String(decoding: bytes.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ name: String, _ text: String, mode: mode_t = 0o644) throws {
        let file = "\(path)/\(name)"
        try FileManager.default.createDirectory(
            atPath: URL(fileURLWithPath: file).deletingLastPathComponent().path, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o755])
        try text.write(toFile: file, atomically: false, encoding: .utf8)
        guard chmod(file, mode) == 0 else { throw RuleBench.Unexpected() }
    }

    func problems() -> [String] {
        do {
            _ = try RuleFolder.read(path)
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }
}

@Suite struct RuleFolderTests {
    @Test func everyRuleFileIsReadInOrder() throws {
        let folder = try TemporaryFolder()
        for name in ["b.lua", "a.lua", "lists/x.lua", "tests/t.lua", "types/postmoon.lua", ".hidden.lua", "note.txt"] {
            try folder.write(name, "-- \(name)")
        }
        let read = try RuleFolder.read(folder.path)
        #expect(read.files.map(\.name) == ["a.lua", "b.lua", "lists/x.lua"])
        #expect(read.files[2].content == "-- lists/x.lua")
    }

    @Test func theDigestTellsContentsApart() throws {
        let folder = try TemporaryFolder()
        try folder.write("a.lua", "-- 1")
        let first = try RuleFolder.read(folder.path).digest
        #expect(try RuleFolder.read(folder.path).digest == first)
        try folder.write("a.lua", "-- 2")
        #expect(try RuleFolder.read(folder.path).digest != first)
    }

    @Test func whatOthersCanWriteIsRefused() throws {
        let folder = try TemporaryFolder()
        try folder.write("a.lua", "", mode: 0o664)
        #expect(
            folder.problems().first?.hasPrefix("a.lua: \"a.lua\" can be written by others: chmod go-w") == true)
        try folder.write("a.lua", "")
        #expect(folder.problems() == [])
        #expect(chmod(folder.path, 0o777) == 0)
        #expect(folder.problems().count == 1)
    }

    @Test func linksOutOfTheFolderAreRefused() throws {
        let outside = try TemporaryFolder()
        try outside.write("secret.lua", "")
        let folder = try TemporaryFolder()
        #expect(symlink("\(outside.path)/secret.lua", "\(folder.path)/a.lua") == 0)
        #expect(folder.problems() == ["a.lua: \"a.lua\" is outside the rules folder"])
    }

    @Test func thereHasToBeAFolder() {
        do {
            _ = try RuleFolder.read("/nowhere/rules")
            Issue.record("read")
        } catch {
            #expect(error.description == "/nowhere/rules: there is no such rules folder")
        }
    }

    @Test(arguments: [
        ("../secret.txt", "rules.lua:1: \"../secret.txt\" is outside the rules folder"),
        ("/etc/passwd", "rules.lua:1: no file \"/etc/passwd\" in the rules folder"),
        ("none.txt", "rules.lua:1: no file \"none.txt\" in the rules folder"),
        ("folder", "rules.lua:1: \"folder\" is no regular file"),
    ])
    func listsStayInTheFolder(name: String, told: String) async throws {
        let parent = try TemporaryFolder()
        try parent.write("secret.txt", "x@example.com")
        try parent.write("rules/folder/x", "")
        try parent.write("rules/rules.lua", "local list = list.file \"\(name)\"")
        let folder = try RuleFolder.read("\(parent.path)/rules")
        do {
            _ = try await RuleRuntime(
                folder: folder, environment: RuleBench.environment, executor: RuleExecutor(label: "test"))
            Issue.record("it loaded")
        } catch {
            #expect(error.description == told)
        }
    }
}
