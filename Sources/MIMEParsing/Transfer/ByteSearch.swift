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

    /// Where a byte stands first.
    @inline(__always)
    static func first(_ byte: UInt8, in bytes: ArraySlice<UInt8>) -> Int? {
        bytes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress, let found = memchr(base, Int32(byte), buffer.count) else { return nil }
            return bytes.startIndex + (found - UnsafeMutableRawPointer(mutating: base))
        }
    }
}
