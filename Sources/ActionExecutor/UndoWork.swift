import ActionJournal
import MailModel

/// What it takes to take a plan back: where it left its message, what it changed, and what no undo can reach.
public struct UndoWork: Sendable {
    public let plan: PlanRecord
    /// Where the plan, and what followed from it, left the message.
    public let whereabouts: MessageWhereabouts
    /// In the order of the plan: what was sent, run or told, in words for people.
    public let irrevocable: [String]
    /// What the plan still waits with, for its time or for a word about what is in doubt; it is not done any more.
    public let waiting: [StepRecord]
    /// What a message that was given to another account is recognised by there.
    public let contentIdentity: MessageIdentity?
    private let added: [String]
    private let removed: [String]
    private let copies: [(folder: TargetFolder, place: StepArguments.Place)]

    /// - Parameter followers: the plans that its delayed actions became, in their order.
    public init(_ work: PlanWork, followers: [PlanWork] = []) {
        plan = work.plan
        whereabouts = MessageWhereabouts([work] + followers)
        let forward = work.steps.filter { $0.arguments.takesBack == nil }
        let isTakenBack = Set(work.steps.filter { $0.state == .done }.compactMap(\.arguments.takesBack))
        let standing = forward.filter { !isTakenBack.contains($0.position) }
        waiting = work.steps.filter { $0.state == .waiting || $0.isSendingInDoubt }
        irrevocable = standing.compactMap(\.irrevocable)
        contentIdentity = work.steps.lazy.compactMap(\.precondition?.contentIdentity).first
            .map(MessageIdentity.init(rawValue:))
        var added: [String] = []
        var removed: [String] = []
        for step in standing {
            let changed = step.changedFlags
            added += changed.added
            removed += changed.removed
        }
        self.added = added
        self.removed = removed
        let ofRemovals = Set(work.steps.filter { $0.kind == .markDeleted }.compactMap(\.arguments.copyStep))
        copies = standing.filter { $0.kind != .uidMove && !ofRemovals.contains($0.position) }.compactMap { step in
            guard let folder = step.arguments.folder, let place = step.copyMade else { return nil }
            return (folder, place)
        }
    }

    /// Whether nothing on the server is left of what the plan did.
    public var isNothing: Bool { !isMoved && added.isEmpty && removed.isEmpty && copies.isEmpty }

    /// Whether nothing is left of a plan but to send and to tell, and nothing of that is just being done.
    public static func onlyWaitsToSend(_ steps: [StepRecord]) -> Bool {
        isFiled(steps) && !steps.contains(where: \.isBeingSent)
    }

    /// Whether all that is not done yet is sent or told later or at this moment, and something at this moment.
    public static func isJustSending(_ steps: [StepRecord]) -> Bool {
        isFiled(steps) && steps.contains(where: \.isBeingSent)
    }

    private static func isFiled(_ steps: [StepRecord]) -> Bool {
        steps.allSatisfy { !$0.kind.isFiling || $0.state.isSettled }
    }

    private var isMoved: Bool { whereabouts != .at(plan.key) }

    /// One thing that is taken back: as people read it, and the steps that do it.
    private struct Part {
        var action: MailAction
        var steps: [StepDraft]
    }

    /// The decision to take the plan back, for its message as it was found.
    ///
    /// - Parameters:
    ///   - key: where it is.
    ///   - abilities: those of the server there.
    public func decision(
        at key: MessageKey, identity: MessageIdentity, flags: Set<Flag>, abilities: ServerAbilities, time: Int64
    ) -> DecisionRecord {
        let parts = flagParts(flags) + copyParts(from: key.account) + moveParts(from: key, abilities)
        var steps: [StepDraft] = []
        for (index, part) in parts.enumerated() {
            let first = steps.count
            for draft in part.steps {
                var draft = draft
                draft.position = steps.count
                draft.actionIndex = index
                if draft.arguments.copyStep != nil { draft.arguments.copyStep = first }
                steps.append(draft)
            }
        }
        return DecisionRecord(
            key: key, identity: identity, trigger: .undo(plan: plan.id), time: time, headline: plan.headline,
            event: "undo", generation: plan.generation, state: .planned,
            actions: parts.map { PlannedAction(action: $0.action, rule: "undo") }, steps: steps, flags: flags)
    }

    /// Flags are made what they were; what somebody changed since is as it was then already, or is left.
    private func flagParts(_ flags: Set<Flag>) -> [Part] {
        let ours = added.compactMap(Flag.init(wire:)).filter(flags.contains)
        let theirs = removed.compactMap(Flag.init(wire:)).filter { !flags.contains($0) }
        return ours.map { flag in
            Part(
                action: .unmark(flag: flag.name),
                steps: [Self.step(.storeFlags, StepArguments(removeFlags: [flag.rawValue]))])
        }
            + theirs.map { flag in
                Part(
                    action: .mark(flag: flag.name),
                    steps: [Self.step(.storeFlags, StepArguments(addFlags: [flag.rawValue]))])
            }
    }

    private func copyParts(from account: AccountName) -> [Part] {
        copies.map { folder, place in
            let owner = folder.account ?? plan.key.account
            var place = place
            // In one account by its own identity, from one to the other by what both can tell.
            place.identity = owner == account ? nil : contentIdentity?.rawValue
            let arguments = StepArguments(
                account: owner == account ? nil : owner.rawValue, mailbox: folder.mailbox.rawValue, copy: place)
            return Part(
                action: .log("removes its copy in “\(folder)”"), steps: [Self.step(.uidExpunge, arguments)])
        }
    }

    private func moveParts(from key: MessageKey, _ abilities: ServerAbilities) -> [Part] {
        let source = plan.key
        guard key.account != source.account || key.mailbox != source.mailbox else { return [] }
        let account = key.account == source.account ? nil : source.account.rawValue
        let target = StepArguments(account: account, mailbox: source.mailbox.rawValue, create: true)
        let action = MailAction.move(FolderTarget(account: account, place: .name(source.mailbox.rawValue)))
        if account == nil, abilities.canMove { return [Part(action: action, steps: [Self.step(.uidMove, target)])] }
        var steps = [Self.step(account == nil ? .uidCopy : .append, target)]
        // Numbered with the plan.
        let removal = StepArguments(copyStep: 0)
        steps.append(Self.step(.markDeleted, removal))
        if abilities.hasUIDPlus { steps.append(Self.step(.uidExpunge, removal)) }
        return [Part(action: action, steps: steps)]
    }

    private static func step(_ kind: StepKind, _ arguments: StepArguments) -> StepDraft {
        StepDraft(position: 0, actionIndex: 0, kind: kind, arguments: arguments)
    }
}

extension StepRecord {
    /// Whether it is on its way to somebody just now.
    fileprivate var isBeingSent: Bool {
        !kind.isFiling && (state == .begun || outbox.contains { [.begun, .dotSent].contains($0.state) })
    }

    /// Whether nobody knows if it went out, and a person is to say what follows.
    fileprivate var isSendingInDoubt: Bool { state == .unknown && kind.leavesTheMailServer }

    /// What left the mail server and cannot come back.
    var irrevocable: String? {
        switch kind {
        case .submit:
            let sent = outbox.filter { [.accepted, .dotSent, .unknown, .held].contains($0.state) }
            guard !sent.isEmpty else { return nil }
            let isSure = sent.allSatisfy { $0.state == .accepted }
            let to = sent.map(\.draft.recipient).joined(separator: ", ")
            return "what was sent to \(to)" + (isSure ? "" : " (or may have been)")
        case .notify where state == .done: return "the notification through “\(arguments.channel ?? "")”"
        case .pipe where state == .done: return "what the program “\(arguments.program ?? "")” did"
        case .pipe where state == .unknown: return "what the program “\(arguments.program ?? "")” may have done"
        case .pipe, .notify, .storeFlags, .createFolder, .uidCopy, .uidMove, .markDeleted, .uidExpunge, .append:
            return nil
        }
    }
}
