import Foundation
import Synchronization
import TestKit

/// The servers of this test run: each is started when the first test asks, and serves all; tests have users of their
/// own.
enum SharedServers {
    /// What no account may send as, whom no mail goes to, and the largest message.
    static let refusedSender = "impostor@example.org"
    static let refusedRecipient = "nobody@refusing.example"
    static let largestSubmission = 1_000_000
    /// A word that stands nowhere else, so that it can be looked for.
    static let password = "canary-Zq8-thirty-two"

    private static let started = Mutex<[String: Task<any Sendable, any Error>]>([:])

    static func dovecot(
        _ capabilities: CapabilityProfile = .full, certificate: TestCertificates.Kind = .good
    ) async throws -> DovecotServer {
        try await shared("dovecot \(capabilities.rawValue) \(certificate.rawValue)") {
            var options = DovecotServer.Options()
            options.capabilities = capabilities
            options.certificate = certificate
            options.password = password
            options.prompt = true
            options.extra = """
                mail_plugins = acl
                plugin {
                  acl = vfile
                }
                """
            return try await DovecotServer.start(options)
        }
    }

    /// Submission to the `.full` Dovecot: what is sent to `x@example.com` is in the INBOX of that user there.
    static func postfix() async throws -> PostfixServer {
        let dovecot = try await dovecot()
        return try await shared("postfix") {
            var options = PostfixServer.Options()
            options.refusedSenders = [refusedSender: "550 5.7.1 You cannot send as this address"]
            options.refusedRecipients = ["refusing.example": "550 5.1.1 No such person"]
            options.messageSizeLimit = largestSubmission
            return try await PostfixServer.start(options, dovecot: dovecot)
        }
    }

    private static func shared<Server: Sendable>(
        _ name: String, _ start: @escaping @Sendable () async throws -> Server
    ) async throws -> Server {
        let task = started.withLock { started in
            if let known = started[name] { return known }
            // What is static never goes by itself, and with it the servers' folders.
            if started.isEmpty { atexit { SharedServers.started.withLock { $0 = [:] } } }
            let task = Task<any Sendable, any Error> { try await start() }
            started[name] = task
            return task
        }
        guard let server = try await task.value as? Server else { preconditionFailure("\(name) is another server") }
        return server
    }
}

/// A user name that no other test has.
func newUser(_ name: String = "jane") -> String {
    "\(name)\(userNumber.withLock { number in number += 1; return number })"
}

private let userNumber = Mutex(0)
