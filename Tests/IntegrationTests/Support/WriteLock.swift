import Foundation

/// The right to write into an SQLite database in WAL mode, taken as another program takes it for a transaction.
final class WriteLock {
    struct Refused: Error {}

    /// WAL_WRITE_LOCK in the file beside the log (SQLite, "WAL-mode File Format", §2.3.1).
    private static let offset: off_t = 120

    private let descriptor: CInt

    init(journal: String) throws {
        descriptor = open(journal + "-shm", O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { throw Refused() }
        var lock = flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_whence = Int16(SEEK_SET)
        lock.l_start = Self.offset
        lock.l_len = 1
        // Waits for the transaction in hand.
        guard fcntl(descriptor, F_SETLKW, &lock) == 0 else {
            close(descriptor)
            throw Refused()
        }
    }

    func release() { close(descriptor) }
}
