#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#endif

/// Who owns a file and who may do what with it.
struct FilePermissions: Hashable, Sendable {
    enum Kind: Hashable, Sendable { case regular, folder, other }

    /// What a file is for decides who may touch it (DESIGN §3).
    enum Use: Sendable {
        /// Writable by its owner only.
        case configuration
        /// Readable by its owner only, too.
        case secret
    }

    var owner: UInt32
    /// The permission bits, `0o600`.
    var mode: UInt32
    var kind: Kind

    init(owner: UInt32, mode: UInt32, kind: Kind = .regular) {
        self.owner = owner
        self.mode = mode
        self.kind = kind
    }

    init(_ status: stat) {
        owner = status.st_uid
        mode = UInt32(status.st_mode) & 0o7777
        switch UInt32(status.st_mode) & UInt32(S_IFMT) {
        case UInt32(S_IFREG): kind = .regular
        case UInt32(S_IFDIR): kind = .folder
        default: kind = .other
        }
    }

    /// Of the file that the path leads to, links followed; `nil` when there is none that can be seen.
    init?(path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    /// What is wrong with it for this use and how to mend it; `nil`: nothing.
    func complaint(for use: Use, path: String, user: UInt32) -> String? {
        if owner != user, owner != 0 {
            return
                "\(path) belongs to user \(owner), neither to you nor to root: "
                + "chown it, or copy it to a file of your own"
        }
        switch use {
        case .configuration:
            guard mode & 0o022 != 0 else { return nil }
            return "\(path) can be changed by others: chmod go-w \(path)"
        case .secret:
            guard mode & 0o077 != 0 else { return nil }
            return "\(path) can be read or changed by others: chmod 600 \(path)"
        }
    }
}
