import Foundation
import MailModel

/// A configuration that `init` makes, or adds an account to: tried as the text that will be written.
public struct ConfigurationDraft: Sendable {
    /// An absolute path.
    public let path: String
    /// What is there already; `nil`: nothing.
    public let existing: Configuration?
    public let existingText: String?
    private let environment: [String: String]

    /// - Parameter explicit: the file that was asked for.
    public init(explicit: String?, environment: [String: String]) throws(ConfigurationError) {
        let (place, exists) = try Configuration.placeToWrite(explicit: explicit, environment: environment)
        path = place.hasPrefix("/") ? place : FileManager.default.currentDirectoryPath + "/" + place
        self.environment = environment
        existing = exists ? try Configuration.load(path, environment: environment) : nil
        existingText = exists ? try Configuration.text(of: path) : nil
    }

    /// The folder of the configuration, its secrets and its rules.
    public var folder: String { path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "/" }

    public var rulesFolder: String { existing?.rulesFolder ?? "\(folder)/rules" }

    /// Whether there are rules already, which are not touched.
    public var hasRules: Bool {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: rulesFolder)) ?? []
        return names.contains { !$0.hasPrefix(".") }
    }

    /// A name for one account more: `home`, else `home2` and so on.
    public var freeName: AccountName {
        let taken = Set(existing?.accounts.map(\.name.rawValue) ?? [])
        for number in 1... {
            let name = number == 1 ? "home" : "home\(number)"
            if !taken.contains(name), let name = AccountName(name) { return name }
        }
        preconditionFailure("numbers do not end")
    }

    /// A name for a secret file that is not there, in the configuration's folder.
    public func freeSecretFile(for name: AccountName) -> String {
        for number in 1... {
            let file = number == 1 ? "\(name).secret" : "\(name)-\(number).secret"
            if FilePermissions(path: "\(folder)/\(file)") == nil { return file }
        }
        preconditionFailure("numbers do not end")
    }

    /// The account that already signs in so; `nil`: none.
    public func account(like draft: AccountDraft) -> AccountConfiguration? {
        let host = (draft.imap ?? draft.profile?.imap)?.host.lowercased()
        return existing?.accounts.first {
            $0.user.lowercased() == draft.user.lowercased() && $0.imap.host.lowercased() == host
        }
    }

    // MARK: With the account

    /// The whole file with one account more. What was there stays as it is, to the byte.
    public func text(adding account: AccountDraft) -> String {
        guard let existingText else {
            return """
                # Written by `postmoon init`; yours to change. `postmoon check` tells whether it is right.
                rules = "rules"

                \(account.table)
                """.trimmingSuffix("\n") + "\n"
        }
        let gap = existingText.hasSuffix("\n") || existingText.isEmpty ? "\n" : "\n\n"
        return existingText + gap + account.table
    }

    /// The configuration as it will be loaded.
    ///
    /// The error says what is wrong with the account, or that the file has no place for one.
    public func configuration(adding account: AccountDraft) throws(ConfigurationError) -> Configuration {
        try Configuration.draft(text(adding: account), at: path, environment: environment)
    }
}

extension String {
    fileprivate func trimmingSuffix(_ end: Character) -> String {
        var text = self
        while text.last == end { text.removeLast() }
        return text
    }
}
