import FoundationEssentials

/// What a peer's certificate says of itself. The peer wrote it: texts are without control characters, and cut.
public struct TLSCertificate: Sendable, Hashable {
    /// `CN=mail.example.org, O=Example`
    public var subject: String
    public var issuer: String
    /// The host names and addresses it is made for.
    public var names: [String]
    /// Seconds since 1970.
    public var notBefore: Int64
    public var notAfter: Int64

    public init(subject: String, issuer: String, names: [String], notBefore: Int64, notAfter: Int64) {
        self.subject = Self.printable(subject)
        self.issuer = Self.printable(issuer)
        self.names = names.prefix(20).map(Self.printable)
        self.notBefore = notBefore
        self.notAfter = notAfter
    }

    /// Bidirectional overrides are of category Cf, so they go too.
    private static func printable(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(256) {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: continue
            default: scalars.append(scalar)
            }
        }
        return String(scalars)
    }

    /// `2026-11-23`, in UTC.
    static func day(_ seconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601.year().month().day())
    }
}
