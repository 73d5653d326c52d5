import NIOCore

/// How long each stage may take before the connection is given up; by default what RFC 5321 §4.5.3.2 asks for at least.
public struct SubmissionDeadlines: Hashable, Sendable {
    public var greeting: TimeAmount = .minutes(5)
    public var hello: TimeAmount = .minutes(5)
    public var startTLS: TimeAmount = .minutes(2)
    public var handshake: TimeAmount = .minutes(1)
    /// For each reply of the dialogue.
    public var authentication: TimeAmount = .minutes(2)
    public var sender: TimeAmount = .minutes(5)
    /// For each recipient.
    public var recipient: TimeAmount = .minutes(5)
    public var data: TimeAmount = .minutes(2)
    /// For each block of the message until the connection takes it.
    public var transfer: TimeAmount = .minutes(3)
    public var receipt: TimeAmount = .minutes(10)

    public init() {}

    /// The same time for every stage.
    public init(all time: TimeAmount) {
        greeting = time
        hello = time
        startTLS = time
        handshake = time
        authentication = time
        sender = time
        recipient = time
        data = time
        transfer = time
        receipt = time
    }

    /// So many seconds for every stage.
    public init(seconds: Double) { self.init(all: .nanoseconds(Int64(seconds * 1e9))) }

    public static let standard = SubmissionDeadlines()

    public func time(for stage: SubmissionStage) -> TimeAmount {
        switch stage {
        case .greeting: greeting
        case .hello: hello
        case .startTLS: startTLS
        case .handshake: handshake
        case .authentication: authentication
        case .sender: sender
        case .recipient: recipient
        case .data: data
        case .transfer: transfer
        case .receipt: receipt
        }
    }
}
