/// Virus scanners and proxies that open TLS on the way, known by whom their certificates say they are issued by.
public enum TLSInterceptor {
    private struct Row: Sendable {
        /// Lower case; part of the issuer.
        var fragment: String
        var product: String
    }

    /// The product that made this certificate; `nil` when it looks like a server's own.
    public static func name(of certificate: TLSCertificate) -> String? {
        let issuer = certificate.issuer.lowercased()
        return rows.first { issuer.contains($0.fragment) }?.product
    }

    /// Vendors' names as their roots carry them; the general words come last.
    private static let rows = [
        Row(fragment: "avast", product: "Avast Antivirus"),
        Row(fragment: "avg web/mail shield", product: "AVG Antivirus"),
        Row(fragment: "norton web/mail shield", product: "Norton Antivirus"),
        Row(fragment: "norton antivirus", product: "Norton Antivirus"),
        Row(fragment: "bitdefender", product: "Bitdefender"),
        Row(fragment: "kaspersky", product: "Kaspersky Anti-Virus"),
        Row(fragment: "eset ssl filter", product: "ESET"),
        Row(fragment: "sophos", product: "Sophos"),
        Row(fragment: "zscaler", product: "Zscaler"),
        Row(fragment: "cisco umbrella", product: "Cisco Umbrella"),
        Row(fragment: "forcepoint", product: "Forcepoint"),
        Row(fragment: "fortigate", product: "FortiGate"),
        Row(fragment: "fortinet", product: "Fortinet"),
        Row(fragment: "sonicwall", product: "SonicWall"),
        Row(fragment: "smoothwall", product: "Smoothwall"),
        Row(fragment: "blue coat", product: "Blue Coat"),
        Row(fragment: "mcafee web gateway", product: "McAfee Web Gateway"),
        Row(fragment: "contentkeeper", product: "ContentKeeper"),
        Row(fragment: "cyberoam", product: "Cyberoam"),
        Row(fragment: "web/mail shield", product: "a virus scanner"),
        Row(fragment: "personal root", product: "a virus scanner"),
        Row(fragment: "ssl filter", product: "a virus scanner"),
        Row(fragment: "ssl/tls scanning", product: "a virus scanner"),
        Row(fragment: "antivirus", product: "a virus scanner"),
        Row(fragment: "anti-virus", product: "a virus scanner"),
        Row(fragment: "proxy ca", product: "a proxy"),
        Row(fragment: "web gateway", product: "a proxy"),
        Row(fragment: "firewall", product: "a firewall"),
    ]
}
