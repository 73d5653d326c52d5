import MailModel

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#endif

/// Files that hold a secret: 0600, and at every moment either the old content or the new.
enum PrivateFile {
    /// Puts the content in the place of what the file held, durably; makes the file when there is none.
    ///
    /// - Parameter keepsPermissions: for a file that is no secret: whoever could read it still can.
    static func replace(
        _ path: String, with content: [UInt8], keepsPermissions: Bool = false
    ) throws(SecretError) {
        // A link is the person's choice: what it leads to is replaced, not the link.
        let target = resolved(path)
        var permissions = stat()
        let isKept = keepsPermissions && stat(target, &permissions) == 0
        try write(content, beside: target, shown: path) { descriptor, temporary in
            // Only root can give it away, and only for root does it matter.
            if isKept, fchown(descriptor, permissions.st_uid, permissions.st_gid) == 0 || geteuid() != 0 {
                guard fchmod(descriptor, permissions.st_mode & 0o777) == 0 else { return false }
            }
            return fsync(descriptor) == 0 && rename(temporary, target) == 0
        }
    }

    /// Makes a file that was not there, durably; one that is there is an error, and stays as it is.
    static func create(_ path: String, with content: [UInt8]) throws(SecretError) {
        try write(content, beside: path, shown: path) { descriptor, temporary in
            // A second name, which is refused where there is such a file; then the first is taken away.
            guard fsync(descriptor) == 0, link(temporary, path) == 0 else { return false }
            unlink(temporary)
            return true
        }
    }

    /// Writes the content under another name and lets `finish` give it its own; leaves nothing when that fails.
    private static func write(
        _ content: [UInt8], beside target: String, shown path: String, finish: (CInt, String) -> Bool
    ) throws(SecretError) {
        let temporary = "\(target).new-\(UInt64.random(in: 0...UInt64.max))"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure(path) }
        let isWritten = write(content, to: descriptor) && finish(descriptor, temporary)
        let error = isWritten ? nil : failure(path)
        close(descriptor)
        if let error {
            unlink(temporary)
            throw error
        }
        synchroniseFolder(of: target)
    }

    /// Makes the folder, 0700, and those above it as `mkdir -p` would.
    static func makeFolder(_ path: String) throws(SecretError) {
        for index in path.indices.dropFirst() where path[index] == "/" { mkdir(String(path[..<index]), 0o700) }
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure(path) }
    }

    private static func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }

    private static func write(_ bytes: [UInt8], to descriptor: CInt) -> Bool {
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { put(descriptor, $0) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            written += count
        }
        return true
    }

    private static func put(_ descriptor: CInt, _ bytes: UnsafeRawBufferPointer) -> Int {
        #if canImport(Darwin)
            Darwin.write(descriptor, bytes.baseAddress, bytes.count)
        #else
            Glibc.write(descriptor, bytes.baseAddress, bytes.count)
        #endif
    }

    /// So that the new name survives a power loss; where that cannot be done, the file is there all the same.
    private static func synchroniseFolder(of path: String) {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let descriptor = open(folder.isEmpty ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    private static func failure(_ path: String) -> SecretError {
        SecretError("\(path) cannot be written: \(String(cString: strerror(errno)))")
    }
}
