/// Where decoders put their bytes: into memory of a proven size, or only into a count.
protocol ByteSink {
    mutating func append(_ byte: UInt8)
    mutating func append(_ first: UInt8, _ second: UInt8, _ third: UInt8)
    mutating func append(contentsOf bytes: UnsafeBufferPointer<UInt8>)
}

struct ByteCount: ByteSink {
    private(set) var count = 0

    mutating func append(_ byte: UInt8) { count &+= 1 }
    mutating func append(_ first: UInt8, _ second: UInt8, _ third: UInt8) { count &+= 3 }
    mutating func append(contentsOf bytes: UnsafeBufferPointer<UInt8>) { count &+= bytes.count }
}

/// Memory that somebody else owns and that is only used while this lives. Going past its end traps.
struct BoundedBuffer: ByteSink {
    private let buffer: UnsafeMutableBufferPointer<UInt8>
    private(set) var count = 0

    init(_ buffer: UnsafeMutableBufferPointer<UInt8>) { self.buffer = buffer }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        precondition(count < buffer.count)
        buffer[count] = byte
        count &+= 1
    }

    @inline(__always)
    mutating func append(_ first: UInt8, _ second: UInt8, _ third: UInt8) {
        precondition(count &+ 3 <= buffer.count)
        buffer[count] = first
        buffer[count &+ 1] = second
        buffer[count &+ 2] = third
        count &+= 3
    }

    @inline(__always)
    mutating func append(contentsOf bytes: UnsafeBufferPointer<UInt8>) {
        precondition(bytes.count <= buffer.count &- count)
        guard let source = bytes.baseAddress, let target = buffer.baseAddress else { return }
        (target + count).update(from: source, count: bytes.count)
        count &+= bytes.count
    }
}
