import NIOCore

/// The received bytes that are not taken yet, and how far they were searched for a line end.
struct ResponseInput: Sendable {
    private var buffer = ByteBuffer()
    /// Bytes from the read position that hold no line feed.
    private var scanned = 0
    /// Slices of the storage were handed out: writing to it would copy all of it.
    private var isShared = false

    var count: Int { buffer.readableBytes }

    mutating func append(_ incoming: ByteBuffer) {
        guard incoming.readableBytes > 0 else { return }
        if buffer.readableBytes == 0 {
            buffer = incoming
            isShared = false
            return
        }
        if isShared {
            var fresh = ByteBuffer()
            fresh.reserveCapacity(buffer.readableBytes + incoming.readableBytes)
            fresh.writeImmutableBuffer(buffer)
            buffer = fresh
            isShared = false
        } else if buffer.readerIndex > buffer.readableBytes {
            buffer.discardReadBytes()
        }
        buffer.writeImmutableBuffer(incoming)
    }

    /// The first byte.
    var first: UInt8? { buffer.getInteger(at: buffer.readerIndex) }

    var second: UInt8? { count > 1 ? buffer.getInteger(at: buffer.readerIndex + 1) : nil }

    /// A copy of the first bytes.
    func prefix(_ length: Int) -> [UInt8] {
        buffer.getBytes(at: buffer.readerIndex, length: min(length, count)) ?? []
    }

    /// The length of the next line with its line feed; `nil` when it is not all there.
    mutating func lineLength() -> Int? {
        let start = scanned
        let found = buffer.withUnsafeReadableBytes { bytes in
            var index = start
            while index < bytes.count {
                if bytes[index] == 0x0A { return index }
                index += 1
            }
            return -1
        }
        scanned = found < 0 ? count : found
        return found < 0 ? nil : found + 1
    }

    /// How many bytes of the next line are there without its line end, be it whole or not.
    func textLength(ofLine length: Int?) -> Int {
        let end = buffer.readerIndex + (length.map { $0 - 1 } ?? count)
        let hasReturn = end > buffer.readerIndex && buffer.getInteger(at: end - 1) == UInt8(0x0D)
        return end - buffer.readerIndex - (hasReturn ? 1 : 0)
    }

    /// Takes a line of that length, its line end cut off.
    mutating func takeLine(_ length: Int, into line: inout [UInt8]) {
        let text = textLength(ofLine: length)
        buffer.withUnsafeReadableBytes { line.append(contentsOf: UnsafeRawBufferPointer(rebasing: $0[..<text])) }
        skip(length)
    }

    /// Takes up to `limit` bytes.
    mutating func takeBytes(_ limit: Int, into line: inout [UInt8]) -> Int {
        let length = min(limit, count)
        buffer.withUnsafeReadableBytes { line.append(contentsOf: UnsafeRawBufferPointer(rebasing: $0[..<length])) }
        skip(length)
        return length
    }

    /// Takes up to `limit` bytes as a slice, without copying; `nil` when there are none.
    mutating func takeSlice(_ limit: Int) -> ByteBuffer? {
        guard let slice = buffer.readSlice(length: min(limit, count)), slice.readableBytes > 0 else { return nil }
        scanned = 0
        isShared = true
        return slice
    }

    mutating func skip(_ length: Int) {
        buffer.moveReaderIndex(forwardBy: min(length, count))
        scanned = 0
    }

    /// Keeps what is not taken yet, in storage of just that size.
    mutating func release() {
        guard count > 0 else {
            buffer = ByteBuffer()
            return
        }
        var fresh = ByteBuffer()
        fresh.reserveCapacity(count)
        fresh.writeImmutableBuffer(buffer)
        buffer = fresh
        isShared = false
    }
}
