import Foundation

/// The test files beside the rules.
extension RuleFolder {
    static let testFolder = "tests"

    /// Every `tests/*.lua`, in name order; none when there is no such folder.
    public func testFiles() throws(RuleLoadError) -> [File] {
        guard let path, RuleFileAccess.isFolder("\(path)/\(Self.testFolder)") else { return [] }
        let folder = "\(path)/\(Self.testFolder)"
        if let problem = RuleFileAccess.complaint(folder, isFolder: true) {
            throw RuleLoadError(problems: [.init(file: Self.testFolder, line: 0, message: problem)])
        }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        var files: [File] = []
        for name in names.sorted() where name.hasSuffix(".lua") && !name.hasPrefix(".") {
            files.append(try test("\(Self.testFolder)/\(name)", below: path, shown: "\(Self.testFolder)/\(name)"))
        }
        return files
    }

    /// A test file by its path, or by its name in the rules folder.
    public func testFile(_ name: String) throws(RuleLoadError) -> File {
        guard let root = path else {
            throw RuleLoadError(problems: [.init(file: name, line: 0, message: "there is no such file")])
        }
        if let found = RuleFileAccess.resolved(name) {
            // Inside the rules folder it is called as in a run over all of them.
            if found.hasPrefix(root + "/") {
                let inside = String(found.dropFirst(root.utf8.count + 1))
                return try test(inside, below: root, shown: inside)
            }
            let parts = found.split(separator: "/")
            let folder = "/" + parts.dropLast().joined(separator: "/")
            return try test(String(parts.last ?? ""), below: folder == "/" ? "" : folder, shown: name)
        }
        for inside in [name, "\(Self.testFolder)/\(name)"]
        where !name.hasPrefix("/") && RuleFileAccess.resolved("\(root)/\(inside)") != nil {
            return try test(inside, below: root, shown: inside)
        }
        throw RuleLoadError(problems: [.init(file: name, line: 0, message: "there is no such file")])
    }

    private func test(_ name: String, below root: String, shown: String) throws(RuleLoadError) -> File {
        do {
            return File(name: shown, content: Self.text(try RuleFileAccess.read(name, below: root)))
        } catch {
            throw RuleLoadError(problems: [.init(file: shown, line: 0, message: error.message)])
        }
    }
}
