import Dispatch
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A spooled file as it is written piece by piece. It has its name, whole and synced, once `finish` returned; until then
/// a crash leaves nothing that counts.
public final class SpoolDraft: Sendable {
    private let name: String
    private let spool: Spool
    private let file: Mutex<OpenFile>

    fileprivate init(name: String, spool: Spool, file: consuming OpenFile) {
        self.name = name
        self.spool = spool
        self.file = Mutex(file)
    }

    public func append(_ bytes: [UInt8]) async throws(JournalError) {
        try await spool.onQueue { [self] () throws(JournalError) in
            try file.withLock { file throws(JournalError) in try file.write(bytes) }
        }
    }

    /// Gives the file its name, in place of what had it.
    public func finish() async throws(JournalError) {
        let path = try spool.path(of: name)
        try await spool.onQueue { [self] () throws(JournalError) in
            try file.withLock { file throws(JournalError) in
                try file.synchronise()
                guard rename(file.path, path) == 0 else { throw StateFolder.fault(at: path) }
            }
            try SyncedFile.synchroniseFolder(of: path)
        }
    }
}

/// A spooled file as it is read piece by piece.
public final class SpoolReader: Sendable {
    /// In bytes.
    public let size: Int
    private let spool: Spool
    private let file: Mutex<OpenFile>

    fileprivate init(spool: Spool, file: consuming OpenFile, size: Int) {
        self.spool = spool
        self.size = size
        self.file = Mutex(file)
    }

    /// The next bytes, at most so many; empty at the end.
    public func read(_ most: Int) async throws(JournalError) -> [UInt8] {
        try await spool.onQueue { [self] () throws(JournalError) in
            try file.withLock { file throws(JournalError) in try file.read(most) }
        }
    }
}

extension Spool {
    /// Begins a file; an unfinished one of that name is begun anew.
    public func draft(_ name: String) async throws(JournalError) -> SpoolDraft {
        _ = try path(of: name)
        let draft = "\(folder)/.\(name)"
        return try await onQueue { [self] () throws(JournalError) in
            let file = try OpenFile(path: draft, flags: O_WRONLY | O_CREAT | O_TRUNC)
            return SpoolDraft(name: name, spool: self, file: file)
        }
    }

    public func reader(_ name: String) async throws(JournalError) -> SpoolReader {
        let path = try path(of: name)
        return try await onQueue { [self] () throws(JournalError) in
            let file = try OpenFile(path: path, flags: O_RDONLY)
            let size = try file.size()
            return SpoolReader(spool: self, file: file, size: size)
        }
    }
}

/// A descriptor that is closed with its owner.
private struct OpenFile: ~Copyable {
    let path: String
    private let descriptor: Int32

    init(path: String, flags: Int32) throws(JournalError) {
        self.path = path
        descriptor = open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw StateFolder.fault(at: path) }
    }

    deinit { close(descriptor) }

    func size() throws(JournalError) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw StateFolder.fault(at: path) }
        return Int(status.st_size)
    }

    func write(_ bytes: [UInt8]) throws(JournalError) { try SyncedFile.write(bytes, to: descriptor, path: path) }

    func read(_ most: Int) throws(JournalError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: max(0, most))
        while true {
            let count = Self.read(descriptor, &bytes, bytes.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw StateFolder.fault(at: path) }
            bytes.removeLast(bytes.count - count)
            return bytes
        }
    }

    func synchronise() throws(JournalError) {
        guard SyncedFile.synchronise(descriptor) == 0 else { throw StateFolder.fault(at: path) }
    }

    private static func read(_ descriptor: Int32, _ bytes: UnsafeMutableRawPointer, _ count: Int) -> Int {
        #if canImport(Glibc)
            Glibc.read(descriptor, bytes, count)
        #elseif canImport(Musl)
            Musl.read(descriptor, bytes, count)
        #else
            Darwin.read(descriptor, bytes, count)
        #endif
    }
}
