import MailModel

/// What became of the message for one recipient.
public enum RecipientOutcome: Equatable, Sendable {
    /// The server took the responsibility for it.
    case accepted(reply: String)
    /// 5yz.
    case refused(SMTPReply, SubmissionStage)
    /// 4yz.
    case deferred(SMTPReply, SubmissionStage)
    /// The final dot was written and no reply told what came of it.
    case unknown(SMTPError)
    /// The message did not get as far as the final dot; the error's scope tells who gives up.
    case notSent(SMTPError)

    /// What to do about it.
    public enum Disposition: Hashable, Sendable {
        case accepted, refused, deferred, unknown
    }

    /// `deferred` may be tried again with hope, `refused` may not. A 5yz for quota or speed passes with time, so it
    /// counts as deferred; a failure before the final dot is final only where it lies with the message.
    public var disposition: Disposition {
        switch self {
        case .accepted: .accepted
        case .unknown: .unknown
        case .deferred: .deferred
        case .refused(let reply, let stage):
            [.smtpQuota, .throttled, .unavailable].contains(reply.faultCode(at: stage)) ? .deferred : .refused
        case .notSent(let error): error.scope == .message ? .refused : .deferred
        }
    }

    /// Why it was not accepted, as a fault; `nil` when it was.
    public var error: SMTPError? {
        switch self {
        case .accepted: nil
        case .refused(let reply, let stage), .deferred(let reply, let stage): SMTPError(reply: reply, stage: stage)
        case .unknown(let error), .notSent(let error): error
        }
    }
}

/// The outcomes of one submission, in the order of its recipients.
public struct SubmissionResult: Sendable {
    public var outcomes: [(recipient: EnvelopeAddress, outcome: RecipientOutcome)]
    /// What the server offered; `nil` when the dialogue did not get so far.
    public var extensions: ServerExtensions?

    public init(outcomes: [(recipient: EnvelopeAddress, outcome: RecipientOutcome)]) {
        self.outcomes = outcomes
    }

    /// The same outcome for all: what a dial that failed leaves.
    public init(_ recipients: [EnvelopeAddress], all outcome: RecipientOutcome) {
        outcomes = recipients.map { ($0, outcome) }
    }
}
