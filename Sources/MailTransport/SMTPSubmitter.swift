import Logging
import MailModel
import NIOCore
import SMTPClient

/// Submits mail through one account's server: a connection for each submission, hung up after it.
public struct SMTPSubmitter: MailSubmitting {
    let dialer: Dialer
    let endpoint: Endpoint
    /// Where else the same mail can be handed over, in order: for networks that block the usual port.
    let alternatives: [Endpoint]
    let witness: TLSWitness?
    /// Asked for at each submission, so that the password is held no longer than that.
    let login: @Sendable () async throws -> SubmissionLogin?
    let deadlines: SubmissionDeadlines
    let logger: Logger

    public init(
        dialer: Dialer, endpoint: Endpoint, alternatives: [Endpoint] = [], deadlines: SubmissionDeadlines,
        logger: Logger, witness: TLSWitness? = nil, login: @escaping @Sendable () async throws -> SubmissionLogin?
    ) {
        self.dialer = dialer
        self.endpoint = endpoint
        self.alternatives = alternatives
        self.witness = witness
        self.deadlines = deadlines
        self.logger = logger
        self.login = login
    }

    public func submit(
        _ submission: Submission, beforeFinalDot: @escaping @Sendable () async throws -> Void
    ) async -> SubmissionResult {
        let first = await submit(submission, to: endpoint, beforeFinalDot: beforeFinalDot)
        guard first.neverConnected else { return first.result }
        for endpoint in alternatives {
            let next = await submit(submission, to: endpoint, beforeFinalDot: beforeFinalDot)
            guard next.neverConnected else {
                logger.notice(
                    "the usual submission port cannot be reached; another was taken",
                    metadata: ["usual": "\(self.endpoint)", "taken": "\(endpoint)"])
                return next.result
            }
        }
        // What is told is about the port that was configured.
        return first.result
    }

    /// - Returns: what became of it, and whether no connection could be made at all.
    private func submit(
        _ submission: Submission, to endpoint: Endpoint, beforeFinalDot: @escaping @Sendable () async throws -> Void
    ) async -> (result: SubmissionResult, neverConnected: Bool) {
        do {
            let login = try await login()
            let upgrade = endpoint.security == .none ? nil : try dialer.startTLS(endpoint, witness: witness)
            let security: SubmissionSecurity =
                switch endpoint.security {
                case .tls: .tls
                case .startTLS: .startTLS
                case .none: .none
                }
            let deadlines = deadlines
            let logger = logger
            let connected = try await dialer.connect(to: endpoint, witness: witness) { channel in
                let eventLoop = channel.eventLoop
                let handler = SubmissionHandler(
                    submission: submission, login: login, security: security, helloName: .loopback,
                    deadlines: deadlines, eventLoop: eventLoop, logger: logger,
                    upgradeToTLS: { upgrade?($0) ?? $0.eventLoop.makeFailedFuture(ChannelError.operationUnsupported) },
                    beforeFinalDot: { eventLoop.makeFutureWithTask { try await beforeFinalDot() } }
                )
                try channel.pipeline.syncOperations.addHandler(handler)
                return handler.result
            }
            let result = try await withTaskCancellationHandler {
                try await connected.attached.get()
            } onCancel: {
                connected.channel.close(promise: nil)
            }
            return (result, false)
        } catch {
            let error = TransportError(error, endpoint: endpoint)
            let result = SubmissionResult(
                submission.recipients,
                all: .notSent(SMTPError(code: error.code, scope: error.scope, detail: "\(endpoint): \(error.text)"))
            )
            return (result, TransportError.unreachable.contains(error.code))
        }
    }
}
