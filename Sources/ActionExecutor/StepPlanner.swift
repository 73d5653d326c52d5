import ActionJournal
import MailModel

/// Turns the actions of a plan into the steps that carry them out, in the order of DESIGN §2: flags and copies, then the
/// removal from the source, and only then what is sent.
public struct StepPlanner: Sendable {
    public var source: MailboxName
    public var abilities: ServerAbilities
    public var roles: [MailboxRole: MailboxName]
    /// The message's own account; `nil`: no action may name one.
    public var account: AccountName?
    /// Those that messages can be moved to; whether its own is among them makes no difference. All planners share one set:
    /// one for each would grow with the square of the accounts.
    public var accounts: Set<AccountName>

    public init(
        source: MailboxName, abilities: ServerAbilities, roles: [MailboxRole: MailboxName], account: AccountName? = nil,
        accounts: Set<AccountName> = []
    ) {
        self.source = source
        self.abilities = abilities
        self.roles = roles
        self.account = account
        self.accounts = accounts
    }

    /// An action that cannot become steps here, and why.
    public struct Refusal: Error, Equatable, Sendable {
        public var action: String
        public var rule: String
        public var reason: String
    }

    /// - Parameters:
    ///   - outbox: rows for the actions that send, by the action's index.
    ///   - files: the spooled message for those that run a program.
    ///   - omitted: why an action is not carried out though the others are.
    public func steps(
        for actions: [PlannedAction], outbox: [Int: [OutboxDraft]], files: [Int: String] = [:],
        omitted: [Int: String] = [:]
    ) throws(Refusal) -> [StepDraft] {
        var filing: [StepDraft] = []
        var removal: [StepDraft] = []
        var sending: [StepDraft] = []
        for (index, planned) in actions.enumerated() {
            // What is to come later becomes steps of a plan of its own, where the message is then.
            if planned.after != nil { continue }
            func draft(_ kind: StepKind, _ arguments: StepArguments) -> StepDraft {
                StepDraft(
                    position: 0, actionIndex: index, kind: kind, arguments: arguments, released: true,
                    notBefore: nil, outbox: []
                )
            }
            switch planned.action {
            case .mark(let flag), .keyword(let flag):
                filing.append(draft(.storeFlags, StepArguments(addFlags: [try wire(flag, planned)])))
            case .unmark(let flag), .unkeyword(let flag):
                filing.append(draft(.storeFlags, StepArguments(removeFlags: [try wire(flag, planned)])))
            case .copy(let target):
                let arguments = try arguments(target, planned)
                filing.append(draft(arguments.account == nil ? .uidCopy : .append, arguments))
            case .move, .trash, .archive, .junk, .snooze:
                let arguments = try arguments(removalTarget(planned), planned)
                if arguments.mailbox == source.rawValue, arguments.account == nil { continue }
                if abilities.canMove, arguments.account == nil {
                    removal.append(draft(.uidMove, arguments))
                } else {
                    removal.append(draft(arguments.account == nil ? .uidCopy : .append, arguments))
                    removal.append(draft(.markDeleted, StepArguments()))
                    if abilities.hasUIDPlus { removal.append(draft(.uidExpunge, StepArguments())) }
                }
            case .forward(let request):
                var step = draft(.submit, StepArguments())
                step.outbox = outbox[index] ?? []
                step.released = request.first
                sending.append(step)
            case .redirect(let request):
                var step = draft(.submit, StepArguments())
                step.outbox = outbox[index] ?? []
                step.released = request.first
                sending.append(step)
            case .reply:
                var step = draft(.submit, StepArguments())
                step.outbox = outbox[index] ?? []
                step.omitted = omitted[index]
                step.released = false
                sending.append(step)
            case .pipe(let program):
                var step = draft(.pipe, StepArguments(program: program, spool: files[index]))
                step.released = false
                sending.append(step)
            case .notify(let request):
                var step = draft(
                    .notify,
                    StepArguments(channel: request.channel, title: request.title, body: request.body)
                )
                step.released = request.first
                sending.append(step)
            case .log:
                break
            }
        }
        // Nothing to wait for: what is sent may go at once.
        if filing.isEmpty, removal.isEmpty {
            for index in sending.indices { sending[index].released = true }
        }
        return number(filing + removal + sending)
    }

    private func number(_ drafts: [StepDraft]) -> [StepDraft] {
        var numbered = drafts
        var lastCopy: Int?
        for index in numbered.indices {
            numbered[index].position = index
            switch numbered[index].kind {
            case .uidCopy, .append: lastCopy = index
            case .markDeleted, .uidExpunge: numbered[index].arguments.copyStep = lastCopy
            default: break
            }
        }
        return numbered
    }

    private func removalTarget(_ planned: PlannedAction) -> FolderTarget {
        switch planned.action {
        case .move(let target): target
        case .archive: FolderTarget(place: .role(.archive))
        case .junk: FolderTarget(place: .role(.junk))
        case .snooze: FolderTarget(place: .role(.snoozed))
        default: FolderTarget(place: .role(.trash))
        }
    }

    private func arguments(_ target: FolderTarget, _ planned: PlannedAction) throws(Refusal) -> StepArguments {
        func refuse(_ reason: String) -> Refusal {
            Refusal(action: planned.action.name, rule: planned.rule, reason: reason)
        }
        if let name = target.account, name != account?.rawValue {
            guard let other = AccountName(name), accounts.contains(other) else {
                throw refuse("there is no account “\(name)” to file into")
            }
            guard case .name(let folder) = target.place, let mailbox = MailboxName(folder) else {
                throw refuse("name the folder of the account “\(name)”, as in \"\(name):INBOX\"")
            }
            return StepArguments(account: name, mailbox: mailbox.rawValue, create: target.create)
        }
        switch target.place {
        case .name(let name):
            guard let mailbox = MailboxName(name) else { throw refuse("“\(name)” is not a folder name") }
            return StepArguments(mailbox: mailbox.rawValue, create: target.create)
        case .role(let role):
            guard let mailbox = role == .inbox ? MailboxName.inbox : roles[role] else {
                throw refuse(
                    "the account has no folder for \(role.rawValue); name it with folders = { \(role.rawValue) = \"…\" }"
                )
            }
            return StepArguments(mailbox: mailbox.rawValue, create: target.create)
        }
    }

    private func wire(_ name: String, _ planned: PlannedAction) throws(Refusal) -> String {
        guard let flag = Flag(name: name), flag != .deleted, flag != .recent else {
            throw Refusal(action: planned.action.name, rule: planned.rule, reason: "“\(name)” is not a flag")
        }
        return flag.rawValue
    }
}
