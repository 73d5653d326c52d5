import MailModel

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The folder with everything that Postmoon remembers: 0700, its files 0600.
enum StateFolder {
    /// Makes the folder, or sees to it that nobody else can look into the one that is there.
    ///
    /// An existing folder is only made private when it is ours to change: it belongs to this user and holds nothing
    /// foreign. Otherwise a slip in the configuration could lock others out of a folder like `/srv`.
    ///
    /// - Parameter known: names one of which a folder of ours has, if it is not empty; `nil`: it is ours anyway.
    static func prepare(_ path: String, contents known: Set<String>?) throws(JournalError) {
        var status = stat()
        if lstat(path, &status) != 0 {
            guard errno == ENOENT else { throw fault(at: path) }
            try create(path)
            return
        }
        // A symlink to the folder is the person's choice; what counts is what it leads to.
        guard stat(path, &status) == 0 else { throw fault(at: path) }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw JournalError(reason: .inaccessible, path: path, detail: "it is not a folder")
        }
        guard status.st_uid == geteuid() else { throw JournalError(reason: .notPrivate, path: path) }
        if status.st_mode & 0o077 != 0 {
            guard try isOurs(path, known) else {
                throw JournalError(reason: .notPrivate, path: path, detail: "it holds other files")
            }
            guard chmod(path, 0o700) == 0 else { throw fault(at: path) }
        }
    }

    /// Makes the file when it is missing, and sees to it that nobody else can read it.
    ///
    /// An existing file is never opened here: closing any descriptor of a database file drops the locks that SQLite
    /// holds on it in this process (POSIX advisory locks).
    static func prepareFile(_ path: String) throws(JournalError) {
        var status = stat()
        if lstat(path, &status) != 0 {
            guard errno == ENOENT else { throw fault(at: path) }
            let descriptor = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0o600)
            if descriptor >= 0 {
                close(descriptor)
                try SyncedFile.synchroniseFolder(of: path)
                return
            }
            // Another process was faster.
            guard errno == EEXIST, lstat(path, &status) == 0 else { throw fault(at: path) }
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw JournalError(reason: .inaccessible, path: path, detail: "it is not a regular file")
        }
        guard status.st_uid == geteuid() else { throw JournalError(reason: .notPrivate, path: path) }
        if status.st_mode & 0o077 != 0 {
            guard chmod(path, 0o600) == 0 else { throw fault(at: path) }
        }
    }

    /// Which file it is, whatever its name: it keeps that when it is moved.
    struct FileIdentity: Hashable, Sendable {
        var device: UInt64
        var number: UInt64
    }

    /// The file of that name; `nil`: there is none.
    static func identity(_ path: String) -> FileIdentity? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return FileIdentity(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
    }

    /// Whether nothing is in the file, or there is none.
    static func isEmpty(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) != 0 || status.st_size == 0
    }

    static func exists(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0
    }

    /// The fault that `errno` names.
    static func fault(at path: String) -> JournalError {
        let number = errno
        let reason: JournalError.Reason =
            switch number {
            case ENOSPC, EDQUOT: .diskFull
            case EROFS: .readOnly
            case EIO: .inputOutput
            case ENOENT: .missing
            default: .inaccessible
            }
        return JournalError(reason: reason, path: path, detail: String(cString: strerror(number)))
    }

    private static func create(_ path: String) throws(JournalError) {
        // The folders above are made as `mkdir -p` would; only the last is private.
        for index in path.indices.dropFirst() where path[index] == "/" {
            let parent = String(path[..<index])
            if !exists(parent), mkdir(parent, 0o755) != 0, errno != EEXIST { throw fault(at: parent) }
        }
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw fault(at: path) }
        try SyncedFile.synchroniseFolder(of: path)
    }

    private static func isOurs(_ path: String, _ known: Set<String>?) throws(JournalError) -> Bool {
        guard let known else { return true }
        let names = try names(in: path)
        return names.isEmpty || !known.isDisjoint(with: names)
    }

    /// The names in a folder, `.` and `..` apart.
    static func names(in path: String) throws(JournalError) -> [String] {
        guard let folder = opendir(path) else { throw fault(at: path) }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}
