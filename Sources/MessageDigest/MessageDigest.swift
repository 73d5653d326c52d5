import COpenSSL

/// Digests, keyed digests and random bytes for identities, markers and idempotency keys.
public enum MessageDigest {
    /// SHA-256 (FIPS 180-4): 32 bytes.
    public static func sha256(_ bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
        let done = EVP_Digest(bytes, bytes.count, &digest, nil, EVP_sha256(), nil)
        // No input can cause this: OpenSSL is installed without its default provider, or memory has run out.
        precondition(done == 1, "OpenSSL does not offer SHA-256")
        return digest
    }

    /// HMAC-SHA-256 (RFC 2104): 32 bytes. The key may have any length.
    public static func hmacSHA256(key: [UInt8], message: [UInt8]) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
        var length: UInt32 = 0
        // OpenSSL takes a null key for "the key of last time", and an empty array may have no address.
        let keyed = key.isEmpty ? [0] : key
        let done = HMAC(EVP_sha256(), keyed, Int32(clamping: key.count), message, message.count, &code, &length)
        precondition(done != nil && Int(length) == code.count, "OpenSSL does not offer HMAC-SHA-256")
        return code
    }

    /// Whether both are the same, in a time that depends on their lengths only: for codes that a stranger sent.
    public static func matches(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
    }

    /// Lower-case hexadecimal, two characters a byte.
    public static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count * 2)
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Bytes that nobody can foretell, from the kernel's generator.
    public static func randomBytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        while bytes.count < count {
            withUnsafeBytes(of: generator.next() as UInt64) { bytes.append(contentsOf: $0.prefix(count - bytes.count)) }
        }
        return bytes
    }
}
