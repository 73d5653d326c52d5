import NIOCore

/// Plaintext that waits to be sealed, with the promises of its writers, in order.
struct PendingWrites {
    private struct Write {
        var bytes: ByteBuffer
        var promise: EventLoopPromise<Void>?
    }

    private static let idleCapacity = 4

    private var writes = MarkedCircularBuffer<Write>(initialCapacity: idleCapacity)

    mutating func append(_ bytes: ByteBuffer, _ promise: EventLoopPromise<Void>?) {
        writes.append(Write(bytes: bytes, promise: promise))
    }

    /// What was appended so far may go out.
    mutating func flush() { writes.mark() }

    var hasFlushed: Bool { writes.hasMark }

    /// Hands up to `limit` flushed bytes to `seal`, in records as full as they can be, and returns the promises of the
    /// writes that ended in them. Stops when `seal` returns false.
    mutating func drain(
        limit: Int,
        allocator: ByteBufferAllocator,
        seal: (UnsafeRawBufferPointer) -> Bool
    ) -> [EventLoopPromise<Void>] {
        var finished: [EventLoopPromise<Void>] = []
        var sealed = 0
        var going = true
        while going, sealed < limit, writes.hasMark, let first = writes.first {
            let count = first.bytes.readableBytes
            if count >= TLSConnection.recordSize || writes.isMarked(index: writes.startIndex) {
                let length = min(count, limit - sealed)
                going = first.bytes.withUnsafeReadableBytes {
                    seal(UnsafeRawBufferPointer(rebasing: $0.prefix(length)))
                }
                sealed += length
                advance(by: length, &finished)
            } else {
                var record = allocator.buffer(capacity: TLSConnection.recordSize)
                gather(into: &record, &finished)
                going = record.withUnsafeReadableBytes(seal)
                sealed += record.readableBytes
            }
        }
        if writes.isEmpty { writes = MarkedCircularBuffer(initialCapacity: Self.idleCapacity) }
        return finished
    }

    /// Joins small writes to one record.
    private mutating func gather(into record: inout ByteBuffer, _ finished: inout [EventLoopPromise<Void>]) {
        while writes.hasMark, let first = writes.first {
            let room = TLSConnection.recordSize - record.readableBytes
            let length = min(room, first.bytes.readableBytes)
            record.writeBytes(first.bytes.readableBytesView.prefix(length))
            advance(by: length, &finished)
            if length == room { return }
        }
    }

    private mutating func advance(by count: Int, _ finished: inout [EventLoopPromise<Void>]) {
        let index = writes.startIndex
        writes[index].bytes.moveReaderIndex(forwardBy: count)
        guard writes[index].bytes.readableBytes == 0 else { return }
        let promise = writes.removeFirst().promise
        if let promise { finished.append(promise) }
    }

    /// Empties the queue, and returns the promises of those who will not see their bytes go.
    mutating func removeAll() -> [EventLoopPromise<Void>] {
        let promises = writes.compactMap(\.promise)
        writes = MarkedCircularBuffer(initialCapacity: Self.idleCapacity)
        return promises
    }
}
