import Foundation
import Synchronization

/// A certificate authority of one test run, and server certificates that it signed, right and wrong ones.
///
/// The right one is for `localhost`, `127.0.0.1` and `::1`.
public final class TestCertificates: Sendable {
    public enum Kind: String, CaseIterable, Sendable {
        case good
        /// For `mail.other.example` only.
        case wrongName = "wrong-name"
        /// Its last day was in 2020.
        case expired
        /// Its first day is in 2090.
        case notYetValid = "not-yet-valid"
        /// Signed by an authority that `authorityFile` does not hold.
        case otherAuthority = "other-authority"
    }

    private let folder: TemporaryFolder

    /// PEM; what a client has to trust.
    public var authorityFile: String { folder.file("ca.pem") }
    /// PEM; what signed `.otherAuthority`.
    public var otherAuthorityFile: String { folder.file("other-ca.pem") }

    /// PEM.
    public func certificateFile(_ kind: Kind) -> String { folder.file("\(kind.rawValue).pem") }
    /// PEM, readable by its owner only.
    public func keyFile(_ kind: Kind) -> String { folder.file("\(kind.rawValue).key") }

    private static let made = Mutex<TestCertificates?>(nil)

    /// The same for the whole program, made when first asked for.
    public static func shared() throws -> TestCertificates {
        try made.withLock { made in
            if let made { return made }
            let certificates = try TestCertificates()
            made = certificates
            // What is static never goes by itself.
            atexit { TestCertificates.made.withLock { $0 = nil } }
            return certificates
        }
    }

    /// Makes them all with the `openssl` command: some twenty runs, well under a second.
    public init() throws {
        folder = try TemporaryFolder("pmca", mode: 0o755)
        let openssl = try Programs.find("openssl", package: "openssl")
        let run = { [folder] (arguments: [String]) in
            _ = try Programs.run(openssl, arguments, in: folder.path)
        }
        for authority in ["ca", "other-ca"] {
            try run([
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                "\(authority).key", "-out", "\(authority).pem", "-days", "3650", "-subj",
                "/O=Postmoon tests/CN=\(authority)", "-addext", "basicConstraints=critical,CA:TRUE", "-addext",
                "keyUsage=critical,keyCertSign,cRLSign",
            ])
            try folder.write("\(authority).txt", "")
            try folder.write("\(authority).cnf", Self.signing(by: authority))
        }
        for kind in Kind.allCases {
            let names = kind == .wrongName ? "DNS:mail.other.example" : "DNS:localhost,IP:127.0.0.1,IP:::1"
            let authority = kind == .otherAuthority ? "other-ca" : "ca"
            let (begin, end) =
                switch kind {
                case .expired: ("20190101000000Z", "20200101000000Z")
                case .notYetValid: ("20900101000000Z", "20910101000000Z")
                default: ("20200101000000Z", "20490101000000Z")
                }
            try folder.write(
                "extensions", "subjectAltName=\(names)\nextendedKeyUsage=serverAuth\nbasicConstraints=CA:FALSE\n")
            try run([
                "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                "\(kind.rawValue).key", "-out", "request", "-subj", "/O=Postmoon tests/CN=\(kind.rawValue)",
            ])
            try run([
                "ca", "-batch", "-config", "\(authority).cnf", "-in", "request", "-out", "\(kind.rawValue).pem",
                "-startdate", begin, "-enddate", end, "-extfile", "extensions", "-notext",
            ])
            chmod(keyFile(kind), 0o600)
            chmod(certificateFile(kind), 0o644)
        }
        for authority in [authorityFile, otherAuthorityFile] { chmod(authority, 0o644) }
    }

    private static func signing(by authority: String) -> String {
        """
        [ca]
        default_ca = signing
        [signing]
        certificate = \(authority).pem
        private_key = \(authority).key
        database = \(authority).txt
        new_certs_dir = .
        rand_serial = yes
        unique_subject = no
        default_md = sha256
        policy = anything
        [anything]
        organizationName = optional
        commonName = supplied
        """
    }
}
