import Foundation

/// A Swift file of the product and what it imports.
struct SourceFile {
    let target: String
    /// Relative to the repository.
    let path: String
    let imports: Set<String>

    /// The modules that a file's text imports, whatever stands before the word.
    static func imports(in text: String) -> Set<String> {
        var found: Set<String> = []
        for line in text.split(whereSeparator: \.isNewline) {
            var words = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
            while let first = words.first, first.hasPrefix("@") || access.contains(first) { words.removeFirst() }
            guard words.first == "import", words.count > 1 else { continue }
            // `import struct Foundation.Data`
            let name = kinds.contains(words[1]) && words.count > 2 ? words[2] : words[1]
            found.insert(String(name.prefix { $0.isLetter || $0.isNumber || $0 == "_" }))
        }
        return found
    }

    private static let access: Set = ["public", "package", "internal", "fileprivate", "private"]
    private static let kinds: Set = ["struct", "class", "enum", "protocol", "typealias", "func", "let", "var"]
}

/// The repository that this test is part of.
enum Repository {
    static let root: URL = {
        // Symlinks are followed: the tests may be built from a folder that only points here.
        let file = URL(filePath: #filePath).resolvingSymlinksInPath()
        return file.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    }()

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// Files under a folder, relative to the repository.
    static func files(under folder: String, ending: String) throws -> [String] {
        let base = root.appending(path: folder)
        let names = FileManager.default.enumerator(atPath: base.path)?.compactMap { $0 as? String } ?? []
        return names.filter { $0.hasSuffix(ending) }.sorted().map { "\(folder)/\($0)" }
    }

    static func targets() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: root.appending(path: "Sources").path).sorted()
    }

    static func swiftFiles() throws -> [SourceFile] {
        try files(under: "Sources", ending: ".swift").map { path in
            SourceFile(
                target: String(path.split(separator: "/")[1]), path: path,
                imports: SourceFile.imports(in: try text(path)))
        }
    }
}
