import Logging
import MailModel
import NIOCore
import SMTPClient

/// Submits mail through one account's server: a connection for each submission, hung up after it.
public struct SMTPSubmitter: MailSubmitting {
    let dialer: Dialer
    let endpoint: Endpoint
    /// Asked for at each submission, so that the password is held no longer than that.
    let login: @Sendable () async throws -> SubmissionLogin?
    let deadlines: SubmissionDeadlines
    let logger: Logger

    public init(
        dialer: Dialer, endpoint: Endpoint, deadlines: SubmissionDeadlines, logger: Logger,
        login: @escaping @Sendable () async throws -> SubmissionLogin?
    ) {
        self.dialer = dialer
        self.endpoint = endpoint
        self.deadlines = deadlines
        self.logger = logger
        self.login = login
    }

    public func submit(
        _ submission: Submission, beforeFinalDot: @escaping @Sendable () async throws -> Void
    ) async -> SubmissionResult {
        do {
            let login = try await login()
            let upgrade = endpoint.security == .none ? nil : try dialer.startTLS(endpoint)
            let security: SubmissionSecurity =
                switch endpoint.security {
                case .tls: .tls
                case .startTLS: .startTLS
                case .none: .none
                }
            let deadlines = deadlines
            let logger = logger
            let connected = try await dialer.connect(to: endpoint) { channel in
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
            return try await withTaskCancellationHandler {
                try await connected.attached.get()
            } onCancel: {
                connected.channel.close(promise: nil)
            }
        } catch {
            let error = TransportError(error, endpoint: endpoint)
            return SubmissionResult(
                submission.recipients,
                all: .notSent(SMTPError(code: error.code, scope: error.scope, detail: "\(endpoint): \(error.text)"))
            )
        }
    }
}
