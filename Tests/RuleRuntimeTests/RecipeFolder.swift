import Foundation

@testable import RuleRuntime

/// The repository's `rules/` and `docs/`, read into memory: in a clone others may be able to write them.
struct RecipeFolder {
    static let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// The files that rules are loaded from, by their names below `rules/`.
    let rules: [String: String]
    /// The files in `rules/tests/`.
    let tests: [String: String]
    /// What `list.file` and `list.vcard` find.
    let lists: [String: String]

    init() throws {
        let lua = try Self.files(in: "rules", ending: ".lua")
        rules = lua.filter { !$0.key.hasPrefix("tests/") && !$0.key.hasPrefix("types/") }
        tests = lua.filter { $0.key.hasPrefix("tests/") }
        lists = try Self.files(in: "rules/lists", ending: ".txt", ".vcf").reduce(into: [:]) { lists, file in
            lists["lists/\(file.key)"] = file.value
        }
    }

    static func text(_ name: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent(name), encoding: .utf8)
    }

    private static func files(in folder: String, ending: String...) throws -> [String: String] {
        let base = root.appendingPathComponent(folder)
        let names = try FileManager.default.subpathsOfDirectory(atPath: base.path)
        var files: [String: String] = [:]
        for name in names where ending.contains(where: name.hasSuffix) {
            files[name] = try String(contentsOf: base.appendingPathComponent(name), encoding: .utf8)
        }
        return files
    }
}
