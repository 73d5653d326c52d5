#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Finds bytes among bytes.
enum ByteSearch {
    /// Where `pattern` stands first; at worst their product, so patterns are short.
    static func first(_ pattern: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
        guard let initial = pattern.first, bytes.count >= pattern.count else { return nil }
        var index = bytes.startIndex
        let last = bytes.endIndex - pattern.count
        while index <= last {
            guard let place = first(initial, in: bytes[index...last]) else { return nil }
            if bytes[place..<(place + pattern.count)].elementsEqual(pattern) { return place }
            index = place + 1
        }
        return nil
    }

    /// Whether a line begins with `pattern`.
    static func hasLine(_ pattern: [UInt8], in bytes: ArraySlice<UInt8>) -> Bool {
        bytes.withUnsafeBufferPointer { bytes in
            var start = 0
            while start + pattern.count <= bytes.count {
                if bytes[start..<(start + pattern.count)].elementsEqual(pattern) { return true }
                guard let lineFeed = first(ASCII.lineFeed, in: bytes, from: start) else { return false }
                start = lineFeed + 1
            }
            return false
        }
    }

    /// Where a byte stands first.
    @inline(__always)
    static func first(_ byte: UInt8, in bytes: ArraySlice<UInt8>) -> Int? {
        bytes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress, let found = memchr(base, Int32(byte), buffer.count) else { return nil }
            return bytes.startIndex + (found - UnsafeMutableRawPointer(mutating: base))
        }
    }

    /// Where a byte stands first at `start`, which is no further than the end, or behind it.
    @inline(__always)
    static func first(_ byte: UInt8, in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        guard start < bytes.count, let base = bytes.baseAddress,
            let found = memchr(base + start, Int32(byte), bytes.count - start)
        else { return nil }
        return found - UnsafeMutableRawPointer(mutating: base)
    }
}
