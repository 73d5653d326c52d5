import MailModel

/// What a submission asks of the server, without the message's bytes.
struct EnvelopeNeeds: Sendable {
    var sender: EnvelopeAddress
    var recipients: [EnvelopeAddress]
    /// As SIZE declares it.
    var size: Int
    var needs8BitMIME: Bool
    var isRehearsal: Bool

    init(_ submission: Submission) {
        sender = submission.sender
        recipients = submission.recipients
        size = MessageDataEncoder.size(of: submission.data)
        needs8BitMIME = submission.needs8BitMIME
        isRehearsal = submission.isRehearsal
    }

    /// Why this server cannot take the message at all; `nil` when it can.
    func refusal(by extensions: ServerExtensions) -> SMTPError? {
        if let limit = extensions.sizeLimit, size > limit {
            return SMTPError(
                code: .smtpTooLarge, scope: .message, stage: .sender,
                detail: "the message has \(size) bytes and the SMTP server takes at most \(limit)")
        }
        return sender.isASCII || extensions.offersSMTPUTF8 ? nil : .addressNeedsSMTPUTF8(at: .sender)
    }
}

/// MAIL, RCPT and DATA: in one write where PIPELINING is offered (RFC 2920), else one after the other.
struct EnvelopeDialogue: Sendable {
    enum Step: Equatable, Sendable {
        case sender
        /// The recipient's place in the submission.
        case recipient(Int)
        case data

        var stage: SubmissionStage {
            switch self {
            case .sender: .sender
            case .recipient: .recipient
            case .data: .data
            }
        }

        /// The codes that go on.
        func expects(_ code: Int) -> Bool {
            switch self {
            case .sender: code == 250
            // 251 and 252: taken, though the user is not local or not verified (RFC 5321 §3.4, §3.5.3).
            case .recipient: (250...252).contains(code)
            case .data: code == 354
            }
        }
    }

    private let needs: EnvelopeNeeds
    private let extensions: ServerExtensions
    private let steps: [Step]
    private var sent = 0
    private var answers = 0
    /// Recipients whose address the server cannot carry.
    let unreachable: [Int]

    init(_ needs: EnvelopeNeeds, extensions: ServerExtensions) {
        self.needs = needs
        self.extensions = extensions
        let places = needs.recipients.indices
        unreachable = places.filter { !needs.recipients[$0].isASCII && !extensions.offersSMTPUTF8 }
        let reachable = places.filter { needs.recipients[$0].isASCII || extensions.offersSMTPUTF8 }
        steps = [.sender] + reachable.map(Step.recipient) + (needs.isRehearsal ? [] : [.data])
    }

    /// The stage whose reply is next.
    var stage: SubmissionStage { answers < steps.count ? steps[answers].stage : .data }

    var isDataSent: Bool { sent == steps.count }

    /// The step that the next reply belongs to. At least one was sent and not answered, else it is `data`.
    mutating func answered() -> Step {
        guard answers < steps.count else { return .data }
        answers += 1
        return steps[answers - 1]
    }

    /// What can be sent now.
    mutating func nextCommands() -> [SubmissionCommand] {
        let until = extensions.offersPipelining ? steps.count : min(answers + 1, steps.count)
        guard sent < until else { return [] }
        defer { sent = until }
        return steps[sent..<until].map(command)
    }

    private func command(_ step: Step) -> SubmissionCommand {
        switch step {
        case .sender:
            .mail(
                needs.sender, size: extensions.offersSize ? needs.size : nil,
                is8BitMIME: needs.needs8BitMIME && extensions.offers8BitMIME, isSMTPUTF8: isInternational)
        case .recipient(let place): .recipient(needs.recipients[place])
        case .data: .data
        }
    }

    private var isInternational: Bool {
        extensions.offersSMTPUTF8 && (!needs.sender.isASCII || needs.recipients.contains { !$0.isASCII })
    }
}
