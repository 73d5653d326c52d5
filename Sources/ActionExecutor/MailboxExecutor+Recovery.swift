import ActionJournal
import IMAPSession
import IMAPSyntax
import MailModel

/// What a look into a target found of a message.
enum ProbeResult: Equatable {
    /// Nothing like it; `others`: new messages that are not it by identity.
    case none(others: Int)
    case one(UID, UIDValidity)
    case several(Int)
    /// The target could not be looked at, and why.
    case notLooked(String = "the target could not be looked at")
}

extension MailboxExecutor {
    /// Finds out what became of the steps that were begun when the program or the connection ended. Nothing is repeated
    /// blindly: what may not be repeated is looked for on the server first (DESIGN §2).
    func recover() async throws {
        let work = try await setting.journal.beganSteps(account: setting.account)
            .filter { $0.plan.key.mailbox == setting.mailbox && $0.plan.key.uidValidity == uidValidity }
        guard !work.isEmpty else { return }
        var ledger = StepLedger(work: work, now: setting.clock())
        let begun = work.flatMap { entry in
            entry.steps.filter { $0.state == .begun && $0.kind.isFiling }.map { (step: $0, uid: entry.plan.key.uid) }
        }
        setting.logger.notice("looking at what was interrupted", metadata: ["steps": "\(begun.count)"])
        let present = try await flags(of: begun.map(\.uid))
        var lookups: [MailboxName: [(step: StepRecord, uid: UID)]] = [:]
        for item in begun {
            switch item.step.kind {
            // An append looks into its target whenever it was begun before.
            case .storeFlags, .markDeleted, .uidExpunge, .createFolder, .append:
                ledger.postpone(item.step.id, until: nil)
            case .uidMove, .uidCopy:
                guard let target = item.step.arguments.mailbox.flatMap(MailboxName.init) else { continue }
                lookups[target, default: []].append(item)
            case .submit, .notify, .pipe:
                break
            }
        }
        for target in lookups.keys.sorted() {
            // What is gone from the source is in the target if anything is: it has the first claim among twins.
            let items = (lookups[target] ?? []).sorted { present[$0.uid] == nil && present[$1.uid] != nil }
            let gone = Set(items.filter { present[$0.uid] == nil }.map(\.step.id))
            let found = try await probe(items.map(\.step.id), target, &ledger, gone: gone)
            for item in items {
                let result = found[item.step.id] ?? .notLooked()
                let isHere = present[item.uid] != nil
                if isHere, case .none = result, let later = mayStillHappen(item.step) {
                    ledger.doubt(item.step.id, until: later)
                } else {
                    settleProbe(item.step.id, result, isHere: isHere, target: target, &ledger)
                }
            }
        }
        try await settle(&ledger)
    }

    /// When to look for a copy once more that was not found: a server may carry out late what came to it before the
    /// connection was lost. `nil`: it had time enough, or a second time does no harm.
    ///
    /// A MOVE that comes late finds its message gone.
    func mayStillHappen(_ step: StepRecord) -> Int64? {
        guard step.kind == .uidCopy || step.kind == .append, let begun = step.begunAt else { return nil }
        let now = setting.clock()
        // Begun in the future: the clock was set back, and nobody knows how long ago it was.
        return begun <= now && now < begun + Self.lateness ? begun + Self.lateness : nil
    }

    /// Looks for messages in a target, from the UIDNEXT that was noted before the command; then selects the source again.
    ///
    /// - Parameter gone: the steps whose message is not in the source any more. Where folders are labels it may have stood
    ///   in the target all the time, as every message does in Gmail's archive: it is looked for there by its number. What
    ///   is still in the source is not: that the target has it proves nothing, and to move it again does no harm.
    func probe(
        _ steps: [StepID], _ target: MailboxName, _ ledger: inout StepLedger, gone: Set<StepID> = []
    ) async throws -> [StepID: ProbeResult] {
        guard let wire = setting.layout.wireName(target) else { return [:] }
        let labelled = steps.filter(gone.contains).compactMap { ledger.planOf(step: $0)?.identity }
        let look = try await lookInto(
            wire, from: steps.compactMap { ledger.step($0)?.precondition?.targetUIDNext }.min(), labelled: labelled)
        var results: [StepID: ProbeResult] = [:]
        var claimed: Set<UID> = []
        for (index, id) in steps.enumerated() {
            guard let step = ledger.step(id), let identity = ledger.planOf(step: id)?.identity else { continue }
            switch look {
            case .missing:
                // A target that is not there holds no copy.
                results[id] = .none(others: 0)
            case .refused(let why):
                results[id] = .notLooked(why)
            case .seen(let uidValidity, let uids, let strangers, let labelled):
                guard let noted = step.precondition?.targetUIDValidity, let bound = step.precondition?.targetUIDNext,
                    uidValidity.rawValue == noted
                else {
                    results[id] = .notLooked("“\(target)” was renumbered by the server since")
                    continue
                }
                let others = try await setting.journal.knownCopies(
                    of: identity, account: setting.account, in: target, uidValidity: uidValidity
                )
                let own = (uids[identity] ?? []).filter {
                    $0.rawValue >= bound && !others.contains($0) && !claimed.contains($0)
                }
                // Messages that are alike: each of their steps may have made one of the copies.
                let claims = steps[index...].count { ledger.planOf(step: $0)?.identity == identity }
                if let copy = own.min(), own.count <= claims {
                    claimed.insert(copy)
                    results[id] = .one(copy, uidValidity)
                } else if own.isEmpty, gone.contains(id), let uid = labelled[identity] {
                    results[id] = .one(uid, uidValidity)
                } else if own.count > 1 {
                    results[id] = .several(own.count)
                } else if strangers > 0 {
                    results[id] = .notLooked("“\(target)” holds new messages that cannot be told apart")
                } else {
                    results[id] = .none(
                        others: uids.values.joined().count { $0.rawValue >= bound && !others.contains($0) })
                }
            }
        }
        return results
    }

    private enum Look {
        case missing
        case refused(String)
        /// `strangers`: messages whose identity the server did not let us compute.
        /// `labelled`: where messages were found that bore the label before.
        case seen(
            UIDValidity, uids: [MessageIdentity: [UID]], strangers: Int, labelled: [MessageIdentity: UID])
    }

    /// The identities of a mailbox's newer messages.
    private func lookInto(
        _ wire: WireMailboxName, from bound: UInt32?, labelled identities: [MessageIdentity]
    ) async throws -> Look {
        let opened = try await connection.run(.examine(wire, condstore: false))
        guard opened.status == .ok, let uidValidity = opened.selected?.uidValidity else {
            try await reselect()
            if opened.status == .ok { return .refused("the server gave no UIDVALIDITY for it") }
            if opened.error.isTransient { throw opened.error }
            // Only the word that it does not exist proves that it holds nothing.
            let isGone = try await isMissing(opened, on: connection)
            return isGone ? .missing : .refused(opened.error.description)
        }
        let first = bound.flatMap { UID($0) } ?? .first
        let reply = try await connection.run(.uidFetch(.from(first), setting.identities.wholeFetch, changedSince: nil))
        let labelled = try await find(identities)
        try await reselect()
        _ = try reply.checked()
        if reply.fetched.isEmpty, opened.selected?.exists ?? 0 > 0 {
            // `n:*` names at least the last message of a mailbox that has one.
            return .refused("its listing came without data")
        }
        var uids: [MessageIdentity: [UID]] = [:]
        var strangers = 0
        for message in reply.fetched {
            guard let uid = message.uid, uid >= first else { continue }
            if let identity = setting.identities.identity(of: message) {
                uids[identity, default: []].append(uid)
            } else {
                strangers += 1
            }
        }
        return .seen(uidValidity, uids: uids, strangers: strangers, labelled: labelled)
    }

    /// Asks for messages by their identities, in the mailbox that is selected.
    private func find(_ identities: [MessageIdentity]) async throws -> [MessageIdentity: UID] {
        var found: [MessageIdentity: UID] = [:]
        for identity in Set(identities) {
            guard let key = setting.identities.searchKey(for: identity) else { continue }
            let reply = try await connection.run(.uidSearch([key], returnAll: false)).checked()
            if let uid = reply.search?.first.flatMap({ UID($0) }) { found[identity] = uid }
        }
        return found
    }

    /// Whether a mailbox that could not be opened is not there.
    func isMissing(_ opened: CommandResult, on connection: IMAPConnection) async throws -> Bool {
        if opened.code == .nonExistent { return true }
        guard let name = opened.mailbox else { return false }
        let wire = WireMailboxName(decoded: name)
        let reply = try await connection.run(.list(reference: "", pattern: name, returning: []))
        return reply.status == .ok && !reply.lists.contains { $0.name == wire }
    }

    func settleProbe(
        _ id: StepID, _ result: ProbeResult, isHere: Bool, target: MailboxName, _ ledger: inout StepLedger
    ) {
        let moving = ledger.step(id)?.kind == .uidMove
        switch result {
        case .notLooked where isHere && moving:
            // Still in the source: whatever the target holds, a MOVE did not happen (FAULTS M1).
            ledger.postpone(id, until: nil)
        case .one(let uid, let uidValidity):
            ledger.finish(
                id, .done,
                StepOutcome(
                    targetUIDValidity: uidValidity.rawValue, targetUID: uid.rawValue, detail: "found by looking"
                )
            )
            confirmed.note(id)
            if moving, isHere { finishHalfMove(id, &ledger) }
            // The next message like this one must not find this copy.
            if let next = uid.next { noteBound(target, uidValidity, next, &ledger) }
        case .none where isHere:
            ledger.postpone(id, until: nil)
        case .none:
            ledger.finishGone(
                id,
                moving
                    ? "gone from “\(setting.mailbox)” and not in “\(target)”: somebody removed it; nothing is made anew"
                    : "the message was no longer in “\(setting.mailbox)”"
            )
        case .several(let count):
            ledger.finish(
                id, .unknown,
                detail: "“\(target)” holds \(count) messages like this one: look there, then release or undo the plan"
            )
        case .notLooked(let why):
            ledger.finish(
                id, .unknown, detail: "whether the message reached “\(target)” could not be found out: \(why)")
        }
    }

    /// The server copied and was kept from removing: the source goes as it does behind a COPY, and nothing twice.
    private func finishHalfMove(_ id: StepID, _ ledger: inout StepLedger) {
        guard let step = ledger.step(id) else { return }
        let arguments = StepArguments(copyStep: step.position)
        let kinds: [StepKind] = setting.hasUIDPlus ? [.markDeleted, .uidExpunge] : [.markDeleted]
        ledger.add(
            kinds.map { StepDraft(position: 0, actionIndex: step.actionIndex, kind: $0, arguments: arguments) },
            to: step.plan)
    }
}
