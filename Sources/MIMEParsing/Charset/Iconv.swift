#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The C library's converter, to UTF-8.
enum Iconv {
    /// Wrong sequences after which only the ASCII of a text is read: each costs a call.
    private static let maxErrors = 4096

    /// UTF-8 with U+FFFD for what is wrong; `nil` if the library does not know the charset. At most 6 bytes of output
    /// for each byte of input. `name` must come from `CharsetNames`.
    static func decode(_ bytes: ArraySlice<UInt8>, from name: String) -> [UInt8]? {
        guard let converter = iconv_open("UTF-8", name), Int(bitPattern: converter) != -1 else { return nil }
        defer { iconv_close(converter) }
        let capacity = bytes.count * 6 + 64
        return [UInt8](unsafeUninitializedCapacity: capacity) { output, outputCount in
            outputCount = bytes.withUnsafeBytes { input in
                convert(converter, input, into: UnsafeMutableRawBufferPointer(output))
            }
        }
    }

    /// Returns how many bytes it wrote. Both buffers are the caller's and are only used during the call.
    private static func convert(
        _ converter: iconv_t, _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) -> Int {
        guard let inputBase = input.baseAddress, let outputBase = output.baseAddress else { return 0 }
        // iconv takes `char **` but does not write through it.
        var source: UnsafeMutablePointer<CChar>? = UnsafeMutablePointer(
            mutating: inputBase.assumingMemoryBound(to: CChar.self))
        var target: UnsafeMutablePointer<CChar>? = outputBase.assumingMemoryBound(to: CChar.self)
        var sourceLeft = input.count
        var targetLeft = output.count
        var errors = 0
        while sourceLeft > 0 {
            if iconv(converter, &source, &sourceLeft, &target, &targetLeft) != -1 { break }
            let reason = errno
            guard reason == EILSEQ || reason == EINVAL, sourceLeft > 0, targetLeft >= 3 else { break }
            let replacement: [UInt8] = [0xEF, 0xBF, 0xBD]
            for byte in replacement {
                target?.pointee = CChar(bitPattern: byte)
                target = target?.advanced(by: 1)
            }
            targetLeft -= 3
            source = source?.advanced(by: 1)
            sourceLeft -= 1
            errors += 1
            if errors == maxErrors { break }
        }
        // What the converter held back.
        _ = iconv(converter, nil, nil, &target, &targetLeft)
        let written = output.count - targetLeft
        guard errors == maxErrors else { return written }
        return asciiOnly(
            UnsafeRawBufferPointer(rebasing: input[(input.count - sourceLeft)...]), into: output, from: written)
    }

    /// One U+FFFD for what stands between two ASCII characters. Returns where it stopped writing.
    private static func asciiOnly(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, from start: Int
    ) -> Int {
        var count = start
        var isInside = false
        for byte in input {
            if byte < 0x80, count < output.count {
                output[count] = byte
                count += 1
            } else if byte >= 0x80, !isInside, count + 3 <= output.count {
                (output[count], output[count + 1], output[count + 2]) = (0xEF, 0xBF, 0xBD)
                count += 3
            }
            isInside = byte >= 0x80
        }
        return count
    }
}
