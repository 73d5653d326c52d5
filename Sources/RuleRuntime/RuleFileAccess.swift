import Foundation

/// Reads files that decide what happens to mail: only those that nobody else can write (DESIGN §3).
enum RuleFileAccess {
    /// The path without symbolic links; `nil` when there is nothing.
    static func resolved(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    static func isFolder(_ path: String) -> Bool {
        var facts = stat()
        return stat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFDIR
    }

    /// What keeps it from being trusted, and what to do; `nil` when nothing does.
    static func complaint(_ path: String, isFolder: Bool) -> String? {
        var facts = stat()
        guard stat(path, &facts) == 0 else { return "cannot be read: \(String(cString: strerror(errno)))" }
        return complaint(facts, path, expecting: isFolder ? S_IFDIR : S_IFREG)
    }

    /// A regular file of at most 16 MiB inside `root`, links resolved first.
    static func read(_ name: String, below root: String) throws(RuleMisuse) -> [UInt8] {
        guard !name.hasPrefix("/"), let path = resolved("\(root)/\(name)") else {
            throw RuleMisuse("no file \"\(name)\" in the rules folder")
        }
        guard path.hasPrefix(root + "/") else { throw RuleMisuse("\"\(name)\" is outside the rules folder") }
        // Never waits on a FIFO that took the file's place.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw RuleMisuse("\"\(name)\": \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        var facts = stat()
        guard fstat(descriptor, &facts) == 0 else { throw RuleMisuse("\"\(name)\" cannot be read") }
        if let complaint = complaint(facts, path, expecting: S_IFREG) { throw RuleMisuse("\"\(name)\" \(complaint)") }
        guard facts.st_size <= RuleFolder.fileLimit else { throw RuleMisuse("\"\(name)\" is larger than 16 MiB") }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= RuleFolder.fileLimit {
            let count = Foundation.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw RuleMisuse("\"\(name)\": \(String(cString: strerror(errno)))") }
            if count == 0 { return bytes }
            bytes += chunk.prefix(count)
        }
        throw RuleMisuse("\"\(name)\" is larger than 16 MiB")
    }

    private static func complaint(_ facts: stat, _ path: String, expecting kind: mode_t) -> String? {
        guard facts.st_mode & S_IFMT == kind else {
            return kind == S_IFREG ? "is no regular file" : "is no folder"
        }
        guard facts.st_uid == geteuid() || facts.st_uid == 0 else {
            return "belongs to another user; chown it"
        }
        guard facts.st_mode & 0o022 == 0 else { return "can be written by others: chmod go-w \(path)" }
        return nil
    }
}
