#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Files that are on the disk when the call returns.
enum SyncedFile {
    /// Writes the file, 0600, and syncs it. Its name survives once the folder is synced too.
    static func store(_ bytes: [UInt8], at path: String) throws(JournalError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw StateFolder.fault(at: path) }
        defer { close(descriptor) }
        try write(bytes, to: descriptor, path: path)
        guard synchronise(descriptor) == 0 else { throw StateFolder.fault(at: path) }
    }

    /// Writes all of the bytes; they are on the disk only once they are synced.
    static func write(_ bytes: [UInt8], to descriptor: Int32, path: String) throws(JournalError) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                // In bounds: `written` is below the count, and so the buffer is not empty.
                put(descriptor, buffer.baseAddress! + written, buffer.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw StateFolder.fault(at: path) }
            written += count
        }
    }

    private static func put(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
        #if canImport(Glibc)
            Glibc.write(descriptor, bytes, count)
        #elseif canImport(Musl)
            Musl.write(descriptor, bytes, count)
        #else
            Darwin.write(descriptor, bytes, count)
        #endif
    }

    /// The whole file.
    static func load(_ path: String) throws(JournalError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw StateFolder.fault(at: path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw StateFolder.fault(at: path) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(status.st_size))
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw StateFolder.fault(at: path) }
            if count == 0 { return bytes }
            bytes.append(contentsOf: chunk[..<count])
        }
    }

    /// Makes a new name in a folder survive a power loss.
    static func synchroniseFolder(of path: String) throws(JournalError) {
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw StateFolder.fault(at: folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw StateFolder.fault(at: folder) }
    }

    /// Makes what was written to a file by other means survive a power loss.
    static func synchronise(_ path: String) throws(JournalError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw StateFolder.fault(at: path) }
        defer { close(descriptor) }
        guard synchronise(descriptor) == 0 else { throw StateFolder.fault(at: path) }
    }

    static func synchronise(_ descriptor: Int32) -> Int32 {
        #if canImport(Darwin)
            // fsync alone does not reach the disk there.
            return fcntl(descriptor, F_FULLFSYNC)
        #else
            return fsync(descriptor)
        #endif
    }
}
