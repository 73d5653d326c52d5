import ChildProgram
import Foundation
import MailModel

/// Where a password or token is kept. It is read when it is needed and never held longer.
public enum SecretSource: Hashable, Sendable {
    /// A program and its arguments; what it prints is the secret.
    case command([String])
    /// An absolute path; readable by nobody but its owner.
    case file(String)
    /// A variable of the environment.
    case environment(String)
    /// A systemd credential (`LoadCredential=`), by name.
    case credential(String)

    /// The secret, one trailing newline cut.
    ///
    /// The error never holds it, nor anything that a program printed.
    public func read() async throws(SecretError) -> Secret {
        try await read(environment: ProcessInfo.processInfo.environment)
    }

    func read(environment: [String: String]) async throws(SecretError) -> Secret {
        switch self {
        case .command(let command):
            // The runner has cut the newline already.
            try Self.secret(await Self.output(of: command, environment)[...], from: place)
        case .file(let path): try Self.secret(Self.cut(content(of: path, checked: true)), from: place)
        case .environment(let name):
            if let value = environment[name] {
                try Self.secret(Self.cut(Array(value.utf8)), from: place)
            } else {
                throw SecretError("the environment variable \(name) is not set")
            }
        case .credential(let name):
            if let folder = environment["CREDENTIALS_DIRECTORY"], !folder.isEmpty {
                // systemd guards that folder, and grants access by ACL, which the mode shows as group rights.
                try Self.secret(Self.cut(content(of: "\(folder)/\(name)", checked: false)), from: place)
            } else {
                throw SecretError(
                    "there is no credential \(name): $CREDENTIALS_DIRECTORY is not set; "
                        + "add LoadCredential=\(name):/path to the unit")
            }
        }
    }

    /// For sentences: where it is, not what.
    var place: String {
        switch self {
        case .command(let command): "the command \(command.first ?? "")"
        case .file(let path): path
        case .environment(let name): "the environment variable \(name)"
        case .credential(let name): "the credential \(name)"
        }
    }

    private static func output(
        of command: [String], _ environment: [String: String]
    ) async throws(SecretError) -> [UInt8] {
        let name = command.first ?? ""
        // Where the session's bus is: without it no Secret Service client finds the keyring.
        let bus = environment.filter { ["DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR"].contains($0.key) }
        let result: ChildProgramResult
        do {
            result = try await ChildProgram(command: command, environment: bus).run()
        } catch {
            throw SecretError("the command \(name) gave no secret: \(error)")
        }
        guard result.exitStatus == 0 else {
            throw SecretError("the command \(name) gave no secret: it ended with status \(result.exitStatus)")
        }
        return result.output
    }

    private func content(of path: String, checked: Bool) throws(SecretError) -> [UInt8] {
        let content: FileContent
        do {
            content = try FileContent(path: path, limit: 65_536)
        } catch {
            throw SecretError("\(place) \(error.reason)")
        }
        if checked, let complaint = content.permissions.complaint(for: .secret, path: path, user: geteuid()) {
            throw SecretError(complaint)
        }
        return content.bytes
    }

    /// Without one newline at the end.
    private static func cut(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
        guard bytes.last == UInt8(ascii: "\n") else { return bytes[...] }
        let line = bytes.dropLast()
        return line.last == UInt8(ascii: "\r") ? line.dropLast() : line
    }

    private static func secret(_ content: ArraySlice<UInt8>, from place: String) throws(SecretError) -> Secret {
        guard !content.isEmpty else { throw SecretError("\(place) is empty") }
        guard !content.contains(where: { $0 == 0 || $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) else {
            throw SecretError("\(place) holds more than one line; a secret is one")
        }
        guard let text = String(validating: content, as: UTF8.self) else {
            throw SecretError("\(place) is not UTF-8")
        }
        return Secret(text)
    }
}

/// A secret could not be read. Says where it should have come from, never what came.
public struct SecretError: Fault {
    public var code: FaultCode { .configuration }
    public var scope: FaultScope { .account }
    public let description: String

    init(_ description: String) { self.description = description }
}
