import Foundation
import Testing

@testable import TestKit

/// The submission servers that the same suite runs on. Each hands what it takes to a private Dovecot, where it is read.
enum SubmissionKind: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case postfix = "Postfix"
    case exim = "Exim"
    case openSMTPD = "OpenSMTPD"

    var testDescription: String { rawValue }

    /// How mail is handed to it. Debian 12's OpenSMTPD speaks no TLS with the OpenSSL that is there, and has logins only
    /// under TLS.
    var ways: [AccountText.Security] { self == .openSMTPD ? [.none] : [.starttls, .tls] }

    /// As a part of addresses.
    var word: String { rawValue.lowercased() }

    func started() async throws -> (any Submitting, DovecotServer) {
        let dovecot = try await Self.servers.dovecot()
        return (try await Self.servers.server(self, dovecot), dovecot)
    }

    fileprivate func start(_ dovecot: DovecotServer) async throws -> any Submitting {
        switch self {
        case .postfix:
            try await PostfixServer.start(Self.postfixOptions, dovecot: dovecot)
        case .exim: try await blocking { try EximServer(dovecot) }
        case .openSMTPD: try await blocking { try OpenSMTPDServer(dovecot) }
        }
    }

    private static var postfixOptions: PostfixServer.Options {
        var options = PostfixServer.Options()
        options.refusedRecipients = ["refusing.example": "550 5.1.1 No such person"]
        return options
    }

    private static let servers = StartedSubmissionServers()
}

/// A server, and one of the ways to hand mail to it.
struct SubmissionWay: Sendable, CustomTestStringConvertible {
    var kind: SubmissionKind
    var security: AccountText.Security

    static let all = SubmissionKind.allCases.flatMap { kind in
        kind.ways.map { Self(kind: kind, security: $0) }
    }

    var testDescription: String { "\(kind.rawValue), \(security.rawValue)" }
}

/// A submission server with user `jane` and the Dovecot's password, where it has logins.
protocol Submitting: Sendable {
    /// Where mail is handed over in this way.
    func port(_ security: AccountText.Security) -> AccountText.Server
    var log: String { get }
}

extension PostfixServer: Submitting {
    func port(_ security: AccountText.Security) -> AccountText.Server {
        AccountText.Server(
            port: security == .tls ? submissionsPort : submissionPort, security: security,
            authority: certificates.authorityFile)
    }
}

private actor StartedSubmissionServers {
    private var shared: Task<DovecotServer, any Error>?
    private var tasks: [SubmissionKind: Task<any Submitting, any Error>] = [:]

    func dovecot() async throws -> DovecotServer {
        let task = shared ?? Task { try await DovecotServer.start() }
        shared = task
        return try await task.value
    }

    func server(_ kind: SubmissionKind, _ dovecot: DovecotServer) async throws -> any Submitting {
        let task = tasks[kind] ?? Task { try await kind.start(dovecot) }
        tasks[kind] = task
        return try await task.value
    }
}
