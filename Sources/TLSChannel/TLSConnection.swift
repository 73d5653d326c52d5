import CTLSShim
import NIOCore

/// One TLS connection over buffers in memory: consume, step, read and write, produce. Knows no channel.
final class TLSConnection {
    enum Progress {
        case done
        case wantsInput
        /// The peer sent its close_notify.
        case closed
        case failed(TLSError)
    }

    enum Reading {
        case plaintext(ByteBuffer)
        case wantsInput
        case closed
        case failed(TLSError)
    }

    /// The most plaintext of one record (RFC 8446 §5.1).
    static let recordSize = 16384

    private let connection: OpaquePointer
    private let serverName: String

    /// Takes the connection over.
    init(owning connection: OpaquePointer, serverName: String) {
        self.connection = connection
        self.serverName = serverName
    }

    deinit { ctls_connection_free(connection) }

    /// Copies the ciphertext in. False when memory is short.
    func consume(_ ciphertext: ByteBuffer) -> Bool {
        ciphertext.withUnsafeReadableBytes { ctls_consume(connection, $0.baseAddress, $0.count) }
    }

    /// Goes on with the handshake.
    func step() -> Progress { progress(ctls_step(connection)) }

    /// What the input holds, up to `limit` bytes and the rest of a record.
    func read(limit: Int, allocator: ByteBufferAllocator) -> Reading {
        var buffer: ByteBuffer?
        var ending = ctls_status.done
        while (buffer?.readableBytes ?? 0) < limit {
            var count = 0
            ending = ctls_await_plaintext(connection, &count)
            guard ending == .done else { break }
            // What is still sealed yields no more than its size: room for it saves growing later.
            let room = max(count, min(count + ctls_input_pending(connection), limit))
            var target = buffer.take() ?? allocator.buffer(capacity: room)
            target.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { bytes in
                var written = 0
                ending = ctls_read(connection, bytes.baseAddress, count, &written)
                return written
            }
            buffer = target
            guard ending == .done else { break }
        }
        // An ending behind plaintext is met again, unchanged, by the next call.
        if let buffer, buffer.readableBytes > 0 { return .plaintext(buffer) }
        switch progress(ending) {
        case .done, .wantsInput: return .wantsInput
        case .closed: return .closed
        case .failed(let error): return .failed(error)
        }
    }

    /// Seals all of the bytes.
    func write(_ plaintext: UnsafeRawBufferPointer) -> Progress {
        progress(ctls_write(connection, plaintext.baseAddress, plaintext.count))
    }

    /// All ciphertext that is ready for the peer.
    func produce(allocator: ByteBufferAllocator) -> ByteBuffer? {
        let count = ctls_output_pending(connection)
        guard count > 0 else { return nil }
        var buffer = allocator.buffer(capacity: count)
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) {
            ctls_produce(connection, $0.baseAddress, count)
        }
        return buffer
    }

    /// Puts a close_notify into the output, if the connection is whole.
    func shutDown() { ctls_shut_down(connection) }

    func takeTicket() -> TLSTicket? { ctls_take_session(connection).map { TLSTicket(owning: $0) } }

    var session: TLSSession {
        TLSSession(
            version: String(cString: ctls_version(connection)),
            cipher: String(cString: ctls_cipher(connection)),
            resumed: ctls_resumed(connection)
        )
    }

    private func progress(_ status: ctls_status) -> Progress {
        switch status {
        case .done: .done
        case .wants_input: .wantsInput
        case .closed: .closed
        case .failed: .failed(failure)
        }
    }
}

extension TLSConnection {
    private var failure: TLSError {
        TLSError(
            reason: failureReason,
            serverName: serverName,
            detail: String(cString: ctls_failure_reason(connection)),
            certificate: certificate
        )
    }

    private var failureReason: TLSError.Reason {
        switch ctls_failure_kind(connection) {
        case .plaintext: .peerSpeaksPlaintext
        case .untrusted: .untrusted
        case .expired: .expired
        case .not_yet_valid: .notYetValid
        case .name_mismatch: .nameMismatch
        case .version: .version
        case .memory: .outOfMemory
        case .protocol, .none: .violation
        }
    }

    /// The one a check failed on, else the server's own.
    var certificate: TLSCertificate? {
        guard ctls_has_certificate(connection) else { return nil }
        var notBefore: Int64 = 0
        var notAfter: Int64 = 0
        _ = ctls_certificate_validity(connection, &notBefore, &notAfter)
        let names = text(.names)
        return TLSCertificate(
            subject: text(.subject),
            issuer: text(.issuer),
            names: names.isEmpty ? [] : names.split(separator: ", ").map(String.init),
            notBefore: notBefore,
            notAfter: notAfter
        )
    }

    private func text(_ field: ctls_field) -> String {
        withUnsafeTemporaryAllocation(byteCount: 2048, alignment: 1) { room in
            let characters = room.bindMemory(to: CChar.self)
            let count = ctls_certificate_text(connection, field, characters.baseAddress, characters.count)
            return String(decoding: UnsafeRawBufferPointer(room).prefix(count), as: UTF8.self)
        }
    }
}
