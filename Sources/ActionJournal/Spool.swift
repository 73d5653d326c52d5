import Dispatch
import MailModel

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Bytes that steps need later: what is sent, piped, or appended in another account. One file each, in `spool`.
///
/// A file is there whole or not at all, and survives a power loss once `write` returned. Names come from us, never
/// from a message.
public final class Spool: Sendable {
    public static let folderName = "spool"

    /// The folder with the files.
    public let folder: String
    // Waiting for a disk must not hold up the threads that everything else runs on.
    private let queue = DispatchQueue(label: "spool")
    let rounds = SpoolRounds()

    /// Makes the folder when it is missing.
    public init(stateFolder: String) throws(JournalError) {
        folder = "\(stateFolder)/\(Self.folderName)"
        try StateFolder.prepare(stateFolder, contents: Journal.folderContents)
        try StateFolder.prepare(folder, contents: nil)
    }

    /// A name that no other file has: 128 random bits and the ending.
    public static func newName(
        ending: String, using generator: inout some RandomNumberGenerator
    ) -> String {
        let halves = (0..<2).map { _ in String(UInt64.random(in: .min ... .max, using: &generator), radix: 16) }
        let padded = halves.map { String(repeating: "0", count: 16 - $0.count) + $0 }
        return padded.joined() + "." + ending
    }

    /// Stores bytes under a name, in place of what had it; file and folder are synced when it returns.
    ///
    /// In a round (`beginRound`) that lasts until the journal names it, or it may be tidied away.
    public func write(_ bytes: [UInt8], name: String) async throws(JournalError) {
        let path = try path(of: name)
        rounds.note(name)
        let draft = "\(folder)/.\(name)"
        try await onQueue { () throws(JournalError) in
            do throws(JournalError) {
                try SyncedFile.store(bytes, at: draft)
                guard rename(draft, path) == 0 else { throw StateFolder.fault(at: path) }
            } catch {
                unlink(draft)
                throw error
            }
            try SyncedFile.synchroniseFolder(of: path)
        }
    }

    public func read(_ name: String) async throws(JournalError) -> [UInt8] {
        let path = try path(of: name)
        return try await onQueue { () throws(JournalError) in try SyncedFile.load(path) }
    }

    /// Removes a file; one that is not there is removed already.
    public func remove(_ name: String) async throws(JournalError) {
        let path = try path(of: name)
        try await onQueue { () throws(JournalError) in
            guard unlink(path) == 0 || errno == ENOENT else { throw StateFolder.fault(at: path) }
        }
    }

    /// The names of the files.
    public func names() throws(JournalError) -> [String] {
        try StateFolder.names(in: folder).filter { !$0.hasPrefix(".") }.sorted()
    }

    public func count() throws(JournalError) -> Int { try names().count }

    /// How many files the spool of a state folder holds; makes nothing where there is none.
    public static func count(stateFolder: String) throws(JournalError) -> Int {
        let folder = "\(stateFolder)/\(folderName)"
        guard StateFolder.exists(folder) else { return 0 }
        return try StateFolder.names(in: folder).count { !$0.hasPrefix(".") }
    }

    /// Removes what a crash left over: every file but these, half-written ones too. Gives how many went.
    ///
    /// Only for the process that has the `StateLock`, before it writes.
    public func removeAll(but needed: Set<String>) async throws(JournalError) -> Int {
        let names = try StateFolder.names(in: folder).filter { !needed.contains($0) }
        for name in names {
            let path = "\(folder)/\(name)"
            guard unlink(path) == 0 || errno == ENOENT else { throw StateFolder.fault(at: path) }
        }
        return names.count
    }

    /// Letters, digits, `-`, `_` and inner dots; so it can lead nowhere else and is no half-written file.
    func path(of name: String) throws(JournalError) -> String {
        let allowed = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                true
            default: false
            }
        }
        guard allowed, !name.isEmpty, !name.hasPrefix("."), name.utf8.count <= 100 else {
            throw JournalError(reason: .inaccessible, path: folder, detail: "not a name of a spooled file")
        }
        return "\(folder)/\(name)"
    }

    func onQueue<T: Sendable>(
        _ body: @escaping @Sendable () throws(JournalError) -> T
    ) async throws(JournalError) -> T {
        let result = await withCheckedContinuation { continuation in
            queue.async {
                continuation.resume(returning: Result<T, JournalError> { () throws(JournalError) in try body() })
            }
        }
        return try result.get()
    }
}
