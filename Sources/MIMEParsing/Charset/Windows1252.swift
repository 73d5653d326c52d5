/// Windows-1252, which is what ISO-8859-1 means in mail (and on the web).
enum Windows1252 {
    private static let high: [UInt16] = [
        0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0xFFFD,
        0x017D, 0xFFFD, 0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A,
        0x0153, 0xFFFD, 0x017E, 0x0178,
    ]

    private static let table = SingleByteTable((0..<256).map { scalar(UInt8($0)) })

    static func decode(_ bytes: ArraySlice<UInt8>) -> String { table.decode(bytes) }

    /// What a numeric character reference of HTML means in 0x80...0x9F.
    static func scalar(for byte: UInt8) -> UInt32 { UInt32(scalar(byte)) }

    private static func scalar(_ byte: UInt8) -> UInt16 {
        byte >= 0x80 && byte < 0xA0 ? high[Int(byte) - 0x80] : UInt16(byte)
    }
}
