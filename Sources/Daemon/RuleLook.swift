import IMAPSession
import MailModel
import RuleRuntime

/// Asks rules about a message on a server without storing anything: what a sweep would do, under any rules.
struct RuleLook: Sendable {
    let visit: MailboxVisit
    let message: ArrivedMessage
    /// What the rules are told; grows by what was fetched for them.
    private(set) var subject: RuleMessage

    init(_ message: ArrivedMessage, _ visit: MailboxVisit, event: RuleEvent = .sweep) {
        self.visit = visit
        self.message = message
        subject = RuleMessage(
            account: message.key.account, mailbox: message.key.mailbox, uid: message.key.uid.rawValue, event: event,
            flags: message.facts.flags, size: message.facts.size, received: message.facts.internalDate,
            header: message.header, headerIsWhole: message.fields == nil, fetchedFields: message.fields
        )
    }

    /// The message as it was when it had just come into this folder.
    mutating func imagineArrival(in mailbox: MailboxName) {
        subject.mailbox = mailbox
        subject.event = .new
        subject.flags = []
    }

    /// What these rules want; `nil` when the message vanished meanwhile.
    mutating func ask(
        _ runtime: RuleRuntime, state: RuleStateSnapshot, now: Int64, only: Set<String>? = nil
    ) async throws -> Result<Decision, RuleFailure>? {
        for _ in 0..<4 {
            switch await runtime.decide(subject, state: state, now: now, only: only, evidence: .whenMatched) {
            case .decided(let decision): return .success(decision)
            case .failed(let failure): return .failure(failure)
            case .needs(let need):
                do {
                    guard try await visit.decider.provide(need, &subject, message) else { return nil }
                } catch let failure as DecisionFailure {
                    return .failure(unread(failure.description))
                } catch let error as SessionError where error.scope == .message {
                    return .failure(unread(error.description))
                }
            }
        }
        return .failure(unread("the rules kept asking for data that was already there"))
    }

    private func unread(_ text: String) -> RuleFailure {
        RuleFailure(rule: "", position: SourcePosition(file: "", line: 0), message: text)
    }
}
