import MailModel
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The right to act on a state folder: one process at a time has it, and the kernel takes it back when that one ends.
///
/// It is an exclusive `flock` on the file `lock`, which holds the process id for people and messages only. The file is
/// never removed: a second process could lock the removed one beside a third that locks its successor.
public final class StateLock: Sendable {
    public static let fileName = "lock"

    public let path: String
    private let descriptor: Mutex<Int32?>

    /// Takes the lock, making the folder when it is missing; throws `locked` with the holder's process id when another
    /// process has it. Does not wait.
    public init(folder: String) throws(JournalError) {
        try StateFolder.prepare(folder, contents: Journal.folderContents)
        path = "\(folder)/\(Self.fileName)"
        // Not inherited: a program that a rule runs must not hold the lock after us.
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw StateFolder.fault(at: path) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let number = errno
            let holder = Self.holder(descriptor)
            close(descriptor)
            guard number == EWOULDBLOCK else {
                errno = number
                throw StateFolder.fault(at: path)
            }
            throw JournalError(reason: .locked, path: path, holder: holder)
        }
        self.descriptor = Mutex(descriptor)
        Self.write("\(getpid())\n", to: descriptor)
    }

    deinit { release() }

    /// Gives the lock back before the process ends. Once is enough; again does nothing.
    public func release() {
        descriptor.withLock { descriptor in
            guard let open = descriptor else { return }
            Self.write("", to: open)
            Self.unlock(open)
            descriptor = nil
        }
    }

    /// The process that has the folder's lock now; `nil`: nobody, or it cannot be told. Takes nothing.
    public static func holder(folder: String) -> Int32? {
        let descriptor = open("\(folder)/\(fileName)", O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        // The number stays in the file after a crash; only a lock that is held makes it true.
        if flock(descriptor, LOCK_SH | LOCK_NB) == 0 {
            flock(descriptor, LOCK_UN)
            return nil
        }
        return holder(descriptor)
    }

    // Closing alone is not enough: a program that is being started has the descriptor, and so the lock, until its exec.
    private static func unlock(_ descriptor: Int32) {
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    private static func holder(_ descriptor: Int32) -> Int32? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        let digits = bytes.prefix(count).prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        return Int32(String(decoding: digits, as: UTF8.self))
    }

    // Best effort: the lock is the truth, the number only helps a person.
    private static func write(_ text: String, to descriptor: Int32) {
        let bytes = Array(text.utf8)
        _ = ftruncate(descriptor, 0)
        _ = pwrite(descriptor, bytes, bytes.count, 0)
    }
}
