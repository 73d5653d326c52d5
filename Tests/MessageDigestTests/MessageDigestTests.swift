import MessageDigest
import Testing

@Suite struct MessageDigestTests {
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func sha256IsThatOfTheStandard(text: String, expected: String) {
        #expect(MessageDigest.hex(MessageDigest.sha256(Array(text.utf8))) == expected)
    }

    // RFC 4231, test cases 1, 2 and 6.
    @Test(arguments: [
        (
            [UInt8](repeating: 0x0b, count: 20), "Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            Array("Jefe".utf8), "what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            [UInt8](repeating: 0xaa, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
        // Of no standard: what `openssl dgst -sha256 -hmac ""` says of nothing.
        ([], "", "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"),
    ])
    func hmacIsThatOfTheStandard(key: [UInt8], message: String, expected: String) {
        #expect(MessageDigest.hex(MessageDigest.hmacSHA256(key: key, message: Array(message.utf8))) == expected)
    }

    @Test func anEmptyKeyDoesNotReuseTheLastOne() {
        let keyed = MessageDigest.hmacSHA256(key: [1, 2, 3], message: [4])
        #expect(MessageDigest.hmacSHA256(key: [], message: [4]) != keyed)
    }

    @Test func hexKeepsLeadingZeros() {
        #expect(MessageDigest.hex([0x00, 0x0f, 0xa0, 0xff]) == "000fa0ff")
        #expect(MessageDigest.hex([]) == "")
    }

    @Test func randomBytesHaveTheLengthAndDiffer() {
        let first = MessageDigest.randomBytes(32)
        #expect(first.count == 32)
        #expect(first != MessageDigest.randomBytes(32))
        #expect(MessageDigest.randomBytes(0).isEmpty)
    }

    @Test func onlyEqualCodesMatch() {
        #expect(MessageDigest.matches([1, 2, 3], [1, 2, 3]))
        #expect(MessageDigest.matches([], []))
        #expect(!MessageDigest.matches([1, 2, 3], [1, 2, 4]))
        #expect(!MessageDigest.matches([1, 2, 3], [1, 2]))
    }
}
