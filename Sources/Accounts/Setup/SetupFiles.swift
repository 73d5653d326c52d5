import MailModel

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What `init` writes at the end, when everything has been tried: rules first, then the secret, the configuration last,
/// so that a configuration that is there always has what it names.
public struct SetupFiles: Sendable {
    /// Where, and the whole text.
    public var configuration: (path: String, text: String)
    /// What the configuration held when it was read; `nil`: there was none.
    public var previousText: String?
    public var secret: (path: String, value: Secret)?
    public var rulesFolder: String
    /// By their names in the rules folder, such as `tests/first.lua`.
    public var rules: [(name: String, text: String)]

    public init(
        configuration: (path: String, text: String), previousText: String?, secret: (path: String, value: Secret)?,
        rulesFolder: String, rules: [(name: String, text: String)]
    ) {
        self.configuration = configuration
        self.previousText = previousText
        self.secret = secret
        self.rulesFolder = rulesFolder
        self.rules = rules
    }

    /// Writes them all, or takes back what it wrote and throws. No file that was there is changed but the configuration,
    /// and that only if it is as it was.
    public func write() throws(SecretError) {
        var made: [String] = []
        do {
            try write(&made)
        } catch {
            for path in made.reversed() { unlink(path) }
            throw error
        }
    }

    private func write(_ made: inout [String]) throws(SecretError) {
        try PrivateFile.makeFolder(Self.folder(of: configuration.path))
        try PrivateFile.makeFolder(rulesFolder)
        for rule in rules {
            let path = "\(rulesFolder)/\(rule.name)"
            try PrivateFile.makeFolder(Self.folder(of: path))
            try PrivateFile.create(path, with: Array(rule.text.utf8))
            made.append(path)
        }
        if let secret {
            try PrivateFile.create(secret.path, with: Array((secret.value.reveal() + "\n").utf8))
            made.append(secret.path)
        }
        let bytes = Array(configuration.text.utf8)
        guard let previousText else {
            try PrivateFile.create(configuration.path, with: bytes)
            return
        }
        guard let now = try? FileContent(path: configuration.path, limit: Configuration.sizeLimit).bytes,
            now.elementsEqual(previousText.utf8)
        else { throw SecretError("\(configuration.path) was changed meanwhile: run the command again") }
        try PrivateFile.replace(configuration.path, with: bytes, keepsPermissions: true)
    }

    private static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    }
}
