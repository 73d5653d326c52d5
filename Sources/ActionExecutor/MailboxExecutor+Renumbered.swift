import ActionJournal
import IMAPSession
import IMAPSyntax
import MailModel

/// Where a message is that was noted under UIDs that are no longer valid.
public enum RenumberedPlace: Hashable, Sendable {
    case at(UID)
    case gone
    /// Several messages are like it; a person has to say.
    case amongTwins(Int)
    /// Not found, while not every message there let itself be recognised.
    case untold
}

extension MailboxExecutor {
    /// Finds messages by identity and nothing else: the server gave their mailbox new UIDs (FAULTS V1).
    public func places(of wanted: Set<MessageIdentity>) async throws -> [MessageIdentity: RenumberedPlace] {
        let (uids, strangers) = try await uids(of: wanted)
        return wanted.reduce(into: [:]) { places, identity in
            let found = uids[identity] ?? []
            if let uid = found.first {
                places[identity] = found.count > 1 ? .amongTwins(found.count) : .at(uid)
            } else {
                places[identity] = strangers == 0 ? .gone : .untold
            }
        }
    }

    /// Finds the messages of plans that were made before the server gave the mailbox new UIDs (FAULTS V1): by identity
    /// and nothing else.
    ///
    /// A message that is found once has its plan go on there. One that is gone was taken away by somebody. Where several
    /// are alike, a person has to say.
    func followRenumbering() async throws {
        let stale = try await stalePlans()
        guard !stale.isEmpty else { return }
        setting.logger.notice(
            "looking for messages that the server renumbered",
            metadata: ["folder": "\(setting.mailbox)", "plans": "\(stale.count)"])
        let places = try await places(of: Set(stale.map(\.plan.identity)))
        var ledger = StepLedger(work: stale, now: setting.clock())
        var gone: [PlanWork] = []
        for entry in stale {
            switch places[entry.plan.identity] ?? .untold {
            case .at(let uid):
                var key = entry.plan.key
                key.uidValidity = uidValidity
                key.uid = uid
                ledger.add(.planRekeyed(entry.plan.id, key))
            case .gone: gone.append(entry)
            case .amongTwins(let count): hold(entry, alike: count, &ledger)
            case .untold: hold(entry, alike: 0, &ledger)
            }
        }
        try await settleGone(gone, &ledger)
        try await settle(&ledger)
    }

    private func stalePlans() async throws -> [PlanWork] {
        let open = try await setting.journal.openWork(
            account: setting.account, mailbox: setting.mailbox, now: setting.clock(), limit: .max,
            kinds: Self.filingKinds)
        let begun = try await setting.journal.beganSteps(account: setting.account).filter { entry in
            entry.plan.key.mailbox == setting.mailbox && entry.steps.contains { $0.state == .begun && $0.kind.isFiling }
        }
        let all = Dictionary((open + begun).map { ($0.plan.id, $0) }, uniquingKeysWith: { first, _ in first })
        return all.values.filter { $0.plan.key.uidValidity != uidValidity }.sorted { $0.plan.id < $1.plan.id }
    }

    /// Where these messages are now; `strangers`: messages whose identity the server did not let us compute.
    private func uids(
        of wanted: Set<MessageIdentity>
    ) async throws -> (uids: [MessageIdentity: [UID]], strangers: Int) {
        let listed = try await connection.run(.uidFetch(.from(.first), [.uid, .flags], changedSince: nil)).checked()
        let uids = Set(listed.fetched.compactMap(\.uid)).sorted()
        var places: [MessageIdentity: [UID]] = [:]
        var strangers = 0
        for start in stride(from: 0, to: uids.count, by: Self.batchSize) {
            let part = Array(uids[start..<min(start + Self.batchSize, uids.count)])
            let identities = try await look.identities(of: part)
            for uid in part {
                guard let identity = identities[uid] else {
                    strangers += 1
                    continue
                }
                if wanted.contains(identity) { places[identity, default: []].append(uid) }
            }
        }
        return (places, strangers)
    }

    private func hold(_ entry: PlanWork, alike count: Int, _ ledger: inout StepLedger) {
        let why =
            "“\(setting.mailbox)” was renumbered by the server, and "
            + (count > 1
                ? "\(count) messages there are like this one" : "not every message there let itself be recognised")
        for step in entry.steps where step.state == .begun && step.kind.isFiling {
            switch step.kind {
            case .uidMove, .uidCopy, .append: ledger.finish(step.id, .unknown, detail: why)
            // Safe to repeat, once it is known for which message.
            case .storeFlags, .markDeleted, .uidExpunge, .createFolder: ledger.postpone(step.id, until: nil)
            case .submit, .notify, .pipe: break
            }
        }
        ledger.add(.planState(entry.plan.id, .held, error: "\(why): release the plan when it can be told, or undo it"))
    }

    /// The messages are in the mailbox no more: what was begun may have been our own doing, the rest is somebody's will.
    private func settleGone(_ work: [PlanWork], _ ledger: inout StepLedger) async throws {
        let why = "the message was no longer in “\(setting.mailbox)” when the server had renumbered it"
        var lookups: [MailboxName: [StepID]] = [:]
        for entry in work {
            for step in entry.steps where step.kind.isFiling && !step.state.isSettled {
                switch step.kind {
                case .uidMove where step.state == .begun, .uidCopy where step.state == .begun:
                    guard let target = step.arguments.mailbox.flatMap(MailboxName.init) else { continue }
                    lookups[target, default: []].append(step.id)
                case .markDeleted where ledger.copy(before: step.id) != nil,
                    .uidExpunge where ledger.copy(before: step.id) != nil:
                    ledger.finish(step.id, .done)
                case .storeFlags, .createFolder, .uidCopy, .uidMove, .markDeleted, .uidExpunge, .append:
                    ledger.finishGone(step.id, why)
                case .submit, .notify, .pipe:
                    break
                }
            }
        }
        for (target, steps) in lookups.sorted(by: { $0.key < $1.key }) {
            let found = try await probe(steps, target, &ledger)
            for step in steps { settleProbe(step, found[step] ?? .notLooked(), isHere: false, target: target, &ledger) }
        }
    }
}
