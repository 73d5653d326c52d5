import Foundation

/// Keys and certificates, made once for all tests by the `openssl` command in a folder of their own.
struct Certificates {
    static let made: Result<Certificates, any Error> = Result {
        let certificates = try Certificates()
        atexit { try? FileManager.default.removeItem(at: Certificates.made.get().folder) }
        return certificates
    }

    struct CommandFailed: Error {
        var arguments: [String]
        var output: String
    }

    private let folder: URL

    /// A certificate's name in the folder.
    enum Name: String, CaseIterable {
        /// For mail.example.test, *.wild.example.test, 127.0.0.1 and ::1.
        case good, expired, future, foreign
    }

    var authority: String { path("ca.pem") }
    var otherAuthority: String { path("other.pem") }
    func certificate(_ name: Name) -> String { path("\(name.rawValue).pem") }
    func key(_ name: Name) -> String { path("\(name.rawValue).key") }
    func path(_ file: String) -> String { folder.appendingPathComponent(file).path }

    private init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("tls-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Self.configuration.write(toFile: path("ca.cnf"), atomically: true, encoding: .utf8)
        for authority in ["ca", "other"] {
            try openssl(
                "req -x509 -config ca.cnf -extensions authority -subj /O=Postmoon/CN=\(authority)"
                    + " -days 2 -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256 -keyout \(authority).key -out \(authority).pem"
            )
        }
        try sign(.good, by: "ca", from: "20200101000000Z", to: "20991231000000Z")
        try sign(.foreign, by: "other", from: "20200101000000Z", to: "20991231000000Z")
        try sign(.expired, by: "ca", from: "20200101000000Z", to: "20210203000000Z")
        try sign(.future, by: "ca", from: "20980101000000Z", to: "20991231000000Z")
    }

    private func sign(_ name: Name, by authority: String, from start: String, to end: String) throws {
        try Data().write(to: URL(fileURLWithPath: path("index-\(name.rawValue)")))
        try openssl(
            "req -config ca.cnf -subj /O=Postmoon/CN=\(name.rawValue) -new -nodes -newkey ec"
                + " -pkeyopt ec_paramgen_curve:P-256 -keyout \(name.rawValue).key -out \(name.rawValue).csr")
        try openssl(
            "ca -batch -notext -config ca.cnf -extensions server -rand_serial -startdate \(start) -enddate \(end)"
                + " -cert \(authority).pem -keyfile \(authority).key -in \(name.rawValue).csr -out \(name.rawValue).pem",
            environment: ["INDEX": path("index-\(name.rawValue)")]
        )
    }

    private func openssl(_ line: String, environment: [String: String] = ["INDEX": "index"]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.arguments = line.split(separator: " ").map(String.init)
        process.currentDirectoryURL = folder
        process.environment = environment
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let said = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw CommandFailed(arguments: [line], output: String(decoding: said, as: UTF8.self))
        }
    }

    private static let configuration = """
        [req]
        distinguished_name = name
        prompt = no
        [name]
        [authority]
        basicConstraints = critical, CA:TRUE
        keyUsage = critical, keyCertSign, cRLSign
        subjectKeyIdentifier = hash
        [server]
        basicConstraints = critical, CA:FALSE
        keyUsage = critical, digitalSignature
        extendedKeyUsage = serverAuth
        subjectAltName = DNS:mail.example.test, DNS:*.wild.example.test, IP:127.0.0.1, IP:::1
        [ca]
        default_ca = lab
        [lab]
        database = $ENV::INDEX
        serial = serial
        new_certs_dir = .
        default_md = sha256
        policy = anything
        email_in_dn = no
        [anything]
        organizationName = optional
        commonName = supplied
        """
}
