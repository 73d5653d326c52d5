import Foundation
import MailModel
import MessageDigest

/// Where an account's refresh token is, and where the next one goes.
///
/// One that the configuration keeps in a file is replaced there. Any other (from a command, a credential, the
/// configuration itself, or none) is kept in the state folder, and used in place of what the configuration says for as
/// long as that stays the same.
struct RefreshTokenStore: Sendable {
    let account: AccountName
    let configured: ConfiguredText?
    /// The file in the state folder.
    let path: String

    init(account: AccountName, configured: ConfiguredText?, stateFolder: String) {
        self.account = account
        self.configured = configured
        path = "\(stateFolder)/oauth2/\(account).json"
    }

    private struct Record: Codable {
        var token: String
        /// SHA-256 of what it replaces; `nil`: the configuration has none.
        var insteadOf: String?

        private enum CodingKeys: String, CodingKey {
            case token = "refresh_token"
            case insteadOf = "instead_of"
        }
    }

    /// The token to use now.
    ///
    /// Throws `OAuth2Error` when nobody signed in yet, `SecretError` when it cannot be read.
    func read() async throws -> Secret {
        if let file {
            guard FilePermissions(path: file) != nil else { throw OAuth2Error.notSignedIn(account) }
            return try await SecretSource.file(file).read()
        }
        let record = try record()
        guard let configured else {
            guard let record else { throw OAuth2Error.notSignedIn(account) }
            return Secret(record.token)
        }
        let written = try await configured.read()
        return record.flatMap { $0.insteadOf == Self.digest(written) ? Secret($0.token) : nil } ?? written
    }

    /// Keeps a token from now on, durably and for nobody else's eyes.
    func save(_ token: Secret) async throws(SecretError) {
        if let file { return try PrivateFile.replace(file, with: Array((token.reveal() + "\n").utf8)) }
        let written: Secret?
        do {
            written = try await configured?.read()
        } catch {
            written = nil
        }
        let record = Record(token: token.reveal(), insteadOf: written.map(Self.digest))
        guard let content = try? JSONEncoder().encode(record) else { return }
        try PrivateFile.makeFolder(path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ".")
        try PrivateFile.replace(path, with: Array(content))
    }

    /// Where a token goes, for a sentence.
    var place: String { file ?? path }

    private var file: String? {
        if case .source(.file(let file)) = configured { return file }
        return nil
    }

    private func record() throws(SecretError) -> Record? {
        guard FilePermissions(path: path) != nil else { return nil }
        let content: FileContent
        do {
            content = try FileContent(path: path, limit: 65_536)
        } catch {
            throw SecretError("\(path) \(error.reason)")
        }
        if let complaint = content.permissions.complaint(for: .secret, path: path, user: geteuid()) {
            throw SecretError(complaint)
        }
        // Of no use: signing in anew writes a good one.
        return try? JSONDecoder().decode(Record.self, from: Data(content.bytes))
    }

    static func digest(_ token: Secret) -> String {
        MessageDigest.hex(MessageDigest.sha256(Array(token.reveal().utf8)))
    }
}
