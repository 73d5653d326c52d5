#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#endif

/// A regular file read whole, with the permissions of exactly the file that was read.
struct FileContent {
    struct Failure: Error {
        /// For a sentence after the path: `does not exist`.
        var reason: String
    }

    var bytes: [UInt8]
    var permissions: FilePermissions

    init(path: String, limit: Int) throws(Failure) {
        // O_NONBLOCK: a named pipe must not hold the program up before its kind is known.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw Failure(reason: Self.reason(errno)) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Failure(reason: Self.reason(errno)) }
        permissions = FilePermissions(status)
        switch permissions.kind {
        case .regular: break
        case .folder: throw Failure(reason: "is a folder")
        case .other: throw Failure(reason: "is no regular file")
        }
        bytes = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Failure(reason: Self.reason(errno)) }
            if count == 0 { return }
            bytes += chunk[..<count]
            guard bytes.count <= limit else { throw Failure(reason: "is longer than \(limit) bytes") }
        }
    }

    static func reason(_ code: CInt) -> String {
        switch code {
        case ENOENT, ENOTDIR: "does not exist"
        case EACCES, EPERM: "may not be read by this user"
        default: "cannot be read (\(String(cString: strerror(code))))"
        }
    }
}
