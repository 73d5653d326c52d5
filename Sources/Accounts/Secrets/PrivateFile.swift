import MailModel

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#endif

/// Files that hold a secret: 0600, and at every moment either the old content or the new.
enum PrivateFile {
    /// Puts the content in the place of what the file held, durably; makes the file when there is none.
    static func replace(_ path: String, with content: [UInt8]) throws(SecretError) {
        // A link is the person's choice: what it leads to is replaced, not the link.
        let target = resolved(path)
        let temporary = "\(target).new-\(UInt64.random(in: 0...UInt64.max))"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure(path) }
        var isWritten = write(content, to: descriptor) && fsync(descriptor) == 0
        close(descriptor)
        isWritten = isWritten && rename(temporary, target) == 0
        guard isWritten else {
            let error = failure(path)
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
