import Foundation
import MailModel
import Testing

@testable import Accounts

@Suite struct SecretSourceTests {
    private static let canary = "CANARY-moonlight-7"

    @Test func aCommandPrintsIt() async throws {
        let source = SecretSource.command(["/bin/sh", "-c", "echo \(Self.canary); echo noise >&2"])
        #expect(try await source.read().reveal() == Self.canary)
    }

    @Test(arguments: [
        (["/bin/sh", "-c", "echo \(canary); echo \(canary) >&2; exit 3"], "it ended with status 3"),
        (["/bin/sh", "-c", "true"], "is empty"),
        (["/bin/sh", "-c", "printf 'a\\n\(canary)'"], "holds more than one line"),
        (["/bin/sh", "-c", "printf 'a\\n\\n'"], "holds more than one line"),
        (["/bin/sh", "-c", "printf '\(canary)\\377'"], "is not UTF-8"),
        (["/nowhere/at-all", canary], "gave no secret"),
    ])
    func aCommandThatFailsIsNamedWithoutItsWords(command: [String], reason: String) async throws {
        let error = try await #require(throws: SecretError.self) {
            _ = try await SecretSource.command(command).read()
        }
        #expect(error.description.contains(reason), "\(error)")
        #expect(error.description.contains(command[0]))
        #expect(!error.description.contains("CANARY"), "\(error)")
        #expect(error.scope == .account)
    }

    @Test(arguments: [
        ("s3cret", "s3cret"), ("s3cret\n", "s3cret"), ("s3cret\r\n", "s3cret"), (" s p \n", " s p "),
        ("grün\n", "grün"),
    ])
    func oneNewlineOfAFileIsCut(content: String, secret: String) async throws {
        let folder = try ConfigurationFolder()
        try folder.write("x", content, mode: 0o400)
        #expect(try await SecretSource.file("\(folder.path)/x").read().reveal() == secret)
    }

    @Test(arguments: [
        ("", 0o600, "is empty"), ("\n", 0o600, "is empty"), ("\(canary)\n\n", 0o600, "more than one line"),
        ("\(canary)\n\(canary)", 0o600, "more than one line"), ("\(canary)\0", 0o600, "more than one line"),
        (canary, 0o640, "chmod 600"), (canary, 0o604, "chmod 600"), (canary, 0o620, "chmod 600"),
    ])
    func aFileThatWillNotDoIsNamedWithoutItsContent(content: String, mode: Int, reason: String) async throws {
        let folder = try ConfigurationFolder()
        try folder.write("x", content, mode: mode)
        let error = try await #require(throws: SecretError.self) {
            _ = try await SecretSource.file("\(folder.path)/x").read()
        }
        #expect(error.description.contains(reason), "\(error)")
        #expect(error.description.contains("\(folder.path)/x"))
        #expect(!error.description.contains("CANARY"), "\(error)")
    }

    @Test func aMissingFileOrAPipeIsNamed() async throws {
        let folder = try ConfigurationFolder()
        let missing = try await #require(throws: SecretError.self) {
            _ = try await SecretSource.file("\(folder.path)/x").read()
        }
        #expect(missing.description == "\(folder.path)/x does not exist")
        #expect(mkfifo("\(folder.path)/pipe", 0o600) == 0)
        let pipe = try await #require(throws: SecretError.self) {
            _ = try await SecretSource.file("\(folder.path)/pipe").read()
        }
        #expect(pipe.description == "\(folder.path)/pipe is no regular file")
    }

    @Test func environmentAndCredentialAreRead() async throws {
        let folder = try ConfigurationFolder()
        // As systemd shows it where access is granted by ACL.
        try folder.write("mail", "\(Self.canary)\n", mode: 0o440)
        let environment = ["P": Self.canary, "CREDENTIALS_DIRECTORY": folder.path]
        #expect(try await SecretSource.environment("P").read(environment: environment).reveal() == Self.canary)
        #expect(try await SecretSource.credential("mail").read(environment: environment).reveal() == Self.canary)
        let unset = try await #require(throws: SecretError.self) {
            _ = try await SecretSource.environment("Q").read(environment: environment)
        }
        #expect(unset.description == "the environment variable Q is not set")
        let absent = try await #require(throws: SecretError.self) {
            _ = try await SecretSource.credential("mail").read(environment: [:])
        }
        #expect(absent.description.contains("LoadCredential=mail"))
    }

    @Test func nothingPrintsASecret() throws {
        let folder = try ConfigurationFolder()
        let configuration = try folder.load(
            """
            [accounts.a]
            user = "a@b.c"
            imap = { host = "h" }
            oauth2 = { client_id = "c", refresh_token = "\(Self.canary)", token_url = "https://h/t" }
            [notify.n]
            type = "webhook"
            url = "https://h/\(Self.canary)"
            headers = { Authorization = "\(Self.canary)" }
            """, mode: 0o600)
        var dumped = ""
        dump(configuration, to: &dumped)
        #expect(!dumped.contains("CANARY"))
        #expect(!"\(configuration)".contains("CANARY"))
        #expect(!String(reflecting: configuration).contains("CANARY"))
        #expect("\(configuration)".contains("a@b.c"))
    }
}
