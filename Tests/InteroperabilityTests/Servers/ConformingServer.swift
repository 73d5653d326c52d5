import Foundation
import Synchronization
import Testing

@testable import TestKit

/// The IMAP servers that the same suite runs on.
enum ServerKind: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case dovecot = "Dovecot"
    case dovecotWithoutNotify = "Dovecot without NOTIFY"
    case dovecotAsICloud = "Dovecot with iCloud's extensions"
    case cyrus = "Cyrus"
    case courier = "Courier"

    var testDescription: String { rawValue }

    /// Between the levels of names on the wire, and what stands before them.
    var separator: String { self == .cyrus || self == .courier ? "." : "/" }
    var prefix: String { self == .cyrus || self == .courier ? "INBOX." : "" }

    /// A name as people write it, as the server has it (before modified UTF-7).
    func wire(_ name: String) -> String {
        name == "INBOX" ? name : prefix + name.replacing("/", with: separator)
    }

    /// The one of this test run.
    func started() async throws -> any ConformingServer {
        try await Self.servers.server(self)
    }

    fileprivate func start() async throws -> any ConformingServer {
        switch self {
        case .dovecot: try await DovecotConforming(.full)
        case .dovecotWithoutNotify: try await DovecotConforming(.withoutNotify)
        case .dovecotAsICloud: try await DovecotConforming(.icloud)
        case .cyrus: try await blocking { try CyrusServer() }
        case .courier: try await blocking { try CourierServer() }
        }
    }

    private static let servers = StartedServers()
}

/// A server with users `u1` to `u40`, all of one password, in the clear on loopback.
protocol ConformingServer: Sendable {
    var port: Int { get }
    var password: String { get }
    var log: String { get }
}

extension ConformingServer {
    static var users: ClosedRange<Int> { 1...40 }
    var password: String { "secret" }
}

private actor StartedServers {
    private var tasks: [ServerKind: Task<any ConformingServer, any Error>] = [:]

    func server(_ kind: ServerKind) async throws -> any ConformingServer {
        // A task of its own: all tests that ask wait for one start.
        let task = tasks[kind] ?? Task { try await kind.start() }
        tasks[kind] = task
        return try await task.value
    }
}

private struct DovecotConforming: ConformingServer {
    let server: DovecotServer

    init(_ capabilities: CapabilityProfile) async throws {
        var options = DovecotServer.Options()
        options.capabilities = capabilities
        options.prompt = true
        server = try await DovecotServer.start(options)
    }

    var port: Int { server.imapPort }
    var log: String { server.log }
}
