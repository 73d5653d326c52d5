/// What a message's identity is made of where the server has no id for it (DESIGN §2).
public enum IdentityFacts {
    /// The bytes to digest: size, INTERNALDATE, and the raw, unfolded values of the first Message-ID, Date, From and
    /// Subject. Each is preceded by its length, and a field that is missing differs from an empty one, so that no two
    /// different messages give the same bytes.
    public static func digestInput(size: Int, internalDate: Int64, header: HeaderBlock) -> [UInt8] {
        var result: [UInt8] = []
        append(Int64(size), to: &result)
        append(internalDate, to: &result)
        for name in ["Message-ID", "Date", "From", "Subject"] {
            guard let field = header.first(name) else {
                append(-1, to: &result)
                continue
            }
            let value = field.rawValue
            append(Int64(value.count), to: &result)
            result.append(contentsOf: value)
        }
        return result
    }

    private static func append(_ number: Int64, to result: inout [UInt8]) {
        for shift in stride(from: 56, through: 0, by: -8) {
            result.append(UInt8(truncatingIfNeeded: number >> Int64(shift)))
        }
    }
}
