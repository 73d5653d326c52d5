import Foundation
import MailModel

/// The rule files of a folder, in memory, in the order in which they are loaded.
public struct RuleFolder: Sendable {
    public struct File: Hashable, Sendable {
        /// Relative to the folder, levels separated by `/`.
        public var name: String
        public var content: String

        public init(name: String, content: String) {
            self.name = name
            self.content = content
        }
    }

    static let fileLimit = 16 << 20

    public let files: [File]
    /// Changes when a name or a content changes.
    public let digest: String
    let path: String?
    private let lists: [String: [UInt8]]

    /// A folder that is not on a disk; `lists` are the files that `list.file` finds.
    public init(files: [File], lists: [String: [UInt8]] = [:]) {
        self.init(files: files, lists: lists, path: nil)
    }

    private init(files: [File], lists: [String: [UInt8]], path: String?) {
        self.files = files.sorted { $0.name < $1.name }
        self.lists = lists
        self.path = path
        var digest = FNV1a()
        for file in self.files {
            digest.add(file.name.utf8)
            digest.add([0])
            digest.add(file.content.utf8)
            digest.add([0])
        }
        self.digest = digest.hex
    }

    /// Reads every `*.lua` below the folder, `tests/` and `types/` apart.
    ///
    /// Fails when the folder, a file or a folder in it belongs to neither the user nor root, or others may write it.
    public static func read(_ path: String) throws(RuleLoadError) -> RuleFolder {
        guard let root = RuleFileAccess.resolved(path) else {
            throw RuleLoadError(problems: [.init(file: path, line: 0, message: "there is no such rules folder")])
        }
        var problems: [RuleLoadError.Problem] = []
        var files: [File] = []
        func visit(_ folder: String, depth: Int) {
            if let problem = RuleFileAccess.complaint(root + folder, isFolder: true) {
                problems.append(
                    .init(file: folder.isEmpty ? path : String(folder.dropFirst()), line: 0, message: problem))
                return
            }
            let names = (try? FileManager.default.contentsOfDirectory(atPath: root + folder)) ?? []
            for name in names.sorted() where !name.hasPrefix(".") {
                let relative = folder.isEmpty ? name : "\(folder.dropFirst())/\(name)"
                if RuleFileAccess.isFolder("\(root)/\(relative)") {
                    if depth < 8, !(depth == 0 && (name == "tests" || name == "types")) {
                        visit("/\(relative)", depth: depth + 1)
                    }
                } else if name.hasSuffix(".lua") {
                    do {
                        let bytes = try RuleFileAccess.read(relative, below: root)
                        files.append(File(name: relative, content: text(bytes)))
                    } catch {
                        problems.append(.init(file: relative, line: 0, message: error.message))
                    }
                }
            }
        }
        visit("", depth: 0)
        guard problems.isEmpty else { throw RuleLoadError(problems: problems) }
        return RuleFolder(files: files, lists: [:], path: root)
    }

    /// Editors may begin a file with a byte order mark, which Lua does not know.
    static func text(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...], as: UTF8.self)
    }

    /// With more files that can be loaded and required.
    func with(_ more: [File]) -> RuleFolder { RuleFolder(files: files + more, lists: lists, path: path) }

    func file(_ name: String) -> String? { files.first { $0.name == name }?.content }

    /// A list beside the rules.
    func dependency(_ name: String) throws(RuleMisuse) -> [UInt8] {
        if let known = lists[name] { return known }
        guard let path else { throw RuleMisuse("no file \"\(name)\" in the rules folder") }
        return try RuleFileAccess.read(name, below: path)
    }
}

/// FNV-1a, 64 bits: tells contents apart, protects against nobody.
struct FNV1a {
    private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
    }

    var hex: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
