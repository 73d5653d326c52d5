import Foundation

/// What a rules folder looks like from outside: enough to see that something in it was changed, cheap enough to be taken
/// every second.
public struct RuleFolderLook: Hashable, Sendable {
    private struct Entry: Hashable, Sendable {
        var size: Int64
        var modified: [Int]
        var identity: UInt64
        var mode: UInt32
        var owner: UInt32
    }

    /// `nil`: there is no such folder.
    private let entries: [String: Entry]?

    private static let depthLimit = 8
    private static let entryLimit = 10_000

    /// Rules, and whatever else lies there and may be a list; tests, types and the files that editors put beside others
    /// apart.
    public init(_ path: String) {
        guard let root = RuleFileAccess.resolved(path) else {
            entries = nil
            return
        }
        var found: [String: Entry] = [:]
        func visit(_ folder: String, depth: Int) {
            found[folder] = Self.entry(root + folder, isFolder: true)
            let names = (try? FileManager.default.contentsOfDirectory(atPath: root + folder)) ?? []
            for name in names where !name.hasPrefix(".") && !name.hasSuffix("~") && found.count < Self.entryLimit {
                let inside = "\(folder)/\(name)"
                if RuleFileAccess.isFolder(root + inside) {
                    guard depth < Self.depthLimit, depth > 0 || (name != "tests" && name != "types") else { continue }
                    visit(inside, depth: depth + 1)
                } else {
                    found[inside] = Self.entry(root + inside, isFolder: false)
                }
            }
        }
        visit("", depth: 0)
        entries = found
    }

    /// Of a folder only who may write it: what is in it has entries of its own.
    private static func entry(_ path: String, isFolder: Bool) -> Entry? {
        var facts = stat()
        guard stat(path, &facts) == 0 else { return nil }
        let modified = facts.st_mtim
        let changed = facts.st_ctim
        return Entry(
            size: isFolder ? 0 : Int64(facts.st_size),
            modified: isFolder ? [] : [modified.tv_sec, modified.tv_nsec, changed.tv_sec, changed.tv_nsec],
            identity: UInt64(facts.st_ino), mode: UInt32(facts.st_mode), owner: UInt32(facts.st_uid))
    }
}

/// Decides from one look to the next whether the rules are to be loaded anew.
public struct RuleFolderWatch: Sendable {
    private var last: RuleFolderLook?

    public init() {}

    /// Whether it is time: the folder is not as it was when the rules were last loaded, and no longer changes. An editor
    /// that is in the middle of saving is not disturbed.
    ///
    /// - Parameter loaded: the look at the last load, whether it succeeded or not.
    public mutating func looked(_ look: RuleFolderLook, loaded: RuleFolderLook?) -> Bool {
        defer { last = look }
        return look == last && look != loaded
    }
}
