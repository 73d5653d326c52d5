import Foundation
import Synchronization

@testable import TestKit

/// The servers that all scenarios share: each trial has users of its own there, which costs nothing.
actor BreakServers {
    static let shared = BreakServers()

    struct Group: Sendable {
        /// With the mailboxes that are watched.
        let mail: DovecotServer
        /// Where forwards arrive.
        let relay: DovecotServer
        let submission: PostfixServer
    }

    private static let started = Mutex<[CapabilityProfile: DovecotServer]>([:])
    private static let postfix = Mutex<PostfixServer?>(nil)
    private var starting: [CapabilityProfile: Task<DovecotServer, any Error>] = [:]
    private var startingPostfix: Task<PostfixServer, any Error>?

    func group(_ profile: CapabilityProfile) async throws -> Group {
        let relay = try await dovecot(.full)
        return Group(mail: try await dovecot(profile), relay: relay, submission: try await postfix(relay))
    }

    private func dovecot(_ profile: CapabilityProfile) async throws -> DovecotServer {
        if let known = starting[profile] { return try await known.value }
        // A task, so that whoever asks meanwhile waits for the same one.
        let task = Task {
            var options = DovecotServer.Options()
            options.capabilities = profile
            let server = try await DovecotServer.start(options)
            Self.started.withLock { $0[profile] = server }
            return server
        }
        if starting.isEmpty { Self.stopAtExit() }
        starting[profile] = task
        return try await task.value
    }

    private func postfix(_ relay: DovecotServer) async throws -> PostfixServer {
        if let startingPostfix { return try await startingPostfix.value }
        let task = Task {
            var options = PostfixServer.Options()
            options.offersSTARTTLS = false
            let server = try await PostfixServer.start(options, dovecot: relay)
            Self.postfix.withLock { $0 = server }
            return server
        }
        startingPostfix = task
        return try await task.value
    }

    /// What is static never goes by itself.
    private static func stopAtExit() {
        atexit {
            BreakServers.postfix.withLock { $0 = nil }
            BreakServers.started.withLock { $0 = [:] }
        }
    }
}
