import Foundation
import IMAPSyntax
import Synchronization

@testable import TestKit

/// Another mail client: it looks at mailboxes and acts in them, as a person does beside Postmoon.
final class MailClient: Sendable {
    struct Refused: Error, CustomStringConvertible {
        let description: String
    }

    struct Message: Sendable, Equatable {
        var uid: Int
        var flags: Set<String>
        var subject: String
    }

    private struct State {
        var connection: LineConnection
        var number = 0
        var selected: String?
    }

    private let kind: ServerKind
    private let state: Mutex<State>

    /// Signs in.
    static func open(_ kind: ServerKind, user: String) async throws -> MailClient {
        let server = try await kind.started()
        return try await blocking { try MailClient(kind, server, user: user) }
    }

    init(_ kind: ServerKind, _ server: any ConformingServer, user: String) throws {
        self.kind = kind
        guard let connection = LineConnection(port: server.port) else {
            throw ServerUnavailable("nobody listens on port \(server.port)")
        }
        _ = try connection.readLine()
        state = Mutex(State(connection: connection))
        try command("LOGIN \(user) \(server.password)")
    }

    // MARK: What a person does

    /// Makes the folder unless it is there.
    func create(_ folder: String) async throws {
        _ = try await blocking { try? self.command("CREATE \(self.quoted(folder))") }
    }

    func delete(_ folder: String) async throws {
        _ = try await blocking {
            try self.leave()
            try self.command("DELETE \(self.quoted(folder))")
        }
    }

    func put(_ text: String, into folder: String = "INBOX", flags: [String] = []) async throws {
        _ = try await blocking {
            let bytes = Array(text.utf8)
            try self.command(
                "APPEND \(self.quoted(folder)) (\(flags.joined(separator: " "))) {\(bytes.count)}", literal: bytes)
        }
    }

    func change(_ flags: String, of subject: String, in folder: String) async throws {
        _ = try await blocking { try self.command("UID STORE \(try self.uid(of: subject, folder)) \(flags)") }
    }

    func move(_ subject: String, from source: String, to target: String) async throws {
        _ = try await blocking {
            let uid = try self.uid(of: subject, source)
            try self.command("UID COPY \(uid) \(self.quoted(target))")
            try self.command("UID STORE \(uid) +FLAGS.SILENT (\\Deleted)")
            try self.command("UID EXPUNGE \(uid)")
        }
    }

    // MARK: What it sees

    /// The messages of a folder by subject; empty when it is not there.
    func messages(in folder: String = "INBOX") async throws -> [Message] {
        try await blocking { try self.list(folder) }
    }

    /// Waits until a folder looks like this, and gives what it holds; after the time limit too.
    func messages(
        in folder: String = "INBOX", within limit: Duration = .seconds(20),
        where isWanted: @escaping @Sendable ([Message]) -> Bool
    ) async throws -> [Message] {
        try await blocking {
            try awaited(within: limit) {
                let messages = try self.list(folder)
                return isWanted(messages) ? messages : nil
            } ?? self.list(folder)
        }
    }

    func subjects(in folder: String = "INBOX", become subjects: Set<String>) async throws -> [String] {
        try await messages(in: folder) { Set($0.map(\.subject)) == subjects && $0.count == subjects.count }
            .map(\.subject).sorted()
    }

    private func list(_ folder: String) throws -> [Message] {
        guard (try? command("SELECT \(quoted(folder))")) != nil else { return [] }
        let lines = try command("UID FETCH 1:* (UID FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
        return lines.compactMap(Self.message)
    }

    private func leave() throws { try command("SELECT INBOX") }

    private func uid(of subject: String, _ folder: String) throws -> Int {
        guard let message = try list(folder).first(where: { $0.subject == subject }) else {
            throw Refused(description: "“\(subject)” is not in “\(folder)”")
        }
        return message.uid
    }

    private static func message(_ line: String) -> Message? {
        guard line.hasPrefix("* "), let uid = line.firstMatch(of: /UID (\d+)/).flatMap({ Int($0.1) }),
            let flags = line.firstMatch(of: /FLAGS \(([^)]*)\)/)
        else { return nil }
        let subject = line.firstMatch(of: /Subject: ([^\r\n]*)/.ignoresCase()).map { String($0.1) } ?? ""
        // Of the server itself, and no two servers agree on it.
        let own = flags.1.split(separator: " ").map { $0.lowercased() }.filter { $0 != "\\recent" }
        return Message(uid: uid, flags: Set(own), subject: subject)
    }

    // MARK: Wire

    private func quoted(_ folder: String) -> String {
        let raw = String(decoding: WireMailboxName(decoded: kind.wire(folder)).raw, as: UTF8.self)
        return "\"" + raw.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    /// - Returns: the untagged responses, literals put in.
    @discardableResult
    private func command(_ text: String, literal: [UInt8]? = nil) throws -> [String] {
        try state.withLock { state in
            state.number += 1
            let tag = "c\(state.number)"
            try state.connection.write("\(tag) \(text)\r\n")
            if let literal {
                let answer = try state.connection.readLine()
                guard answer.hasPrefix("+") else { throw Refused(description: "\(text): \(answer)") }
                try state.connection.write(literal + [0x0D, 0x0A])
            }
            var responses: [String] = []
            while true {
                var line = try state.connection.readLine()
                while let announced = line.firstMatch(of: /\{(\d+)\}$/), let size = Int(announced.1) {
                    line += String(decoding: try state.connection.read(size), as: UTF8.self)
                    line += try state.connection.readLine()
                }
                guard line.hasPrefix("\(tag) ") else {
                    responses.append(line)
                    continue
                }
                guard line.hasPrefix("\(tag) OK") else { throw Refused(description: "\(text): \(line)") }
                return responses
            }
        }
    }
}
