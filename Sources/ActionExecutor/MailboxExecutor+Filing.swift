import ActionJournal
import IMAPSession
import IMAPSyntax
import MailModel

extension MailboxExecutor {
    /// UID MOVE or UID COPY of a batch into its target, each message's outcome told by COPYUID or by a look.
    func file(_ batch: StepBatch, _ ledger: inout StepLedger, moving: Bool) async throws {
        guard let target = batch.arguments.mailbox.flatMap(MailboxName.init) else {
            return refuse(batch, &ledger, "the target is not a folder name")
        }
        guard let wire = setting.layout.wireName(target) else {
            return refuse(batch, &ledger, "the server cannot have a folder named “\(target)”")
        }
        let entry: TargetBook.Entry?
        do {
            entry = try await bound(of: target, wire: wire, create: batch.arguments.create)
        } catch let error as SessionError where error.scope < .connection {
            return fail(batch, &ledger, error)
        }
        let expected = Dictionary(
            batch.items.map { ($0.plan, ledger.expectedFlags(of: $0.plan)?.stored) },
            uniquingKeysWith: { first, _ in first })
        try await begin(batch.items, &ledger) { item in
            StepPrecondition(
                flagsBefore: expected[item.plan] ?? nil, targetUIDValidity: entry?.uidValidity.rawValue,
                targetUIDNext: entry?.uidNext.rawValue)
        }
        var remaining = batch
        for chunk in remaining.uids.map({ CommandEncoder.chunks(of: $0, lineLimit: setting.lineLimit) }) ?? [] {
            let reply = try await run(moving ? .uidMove(chunk, wire) : .uidCopy(chunk, wire), chunk, remaining, &ledger)
            note(reply, target, &remaining, &ledger)
            if reply.status != .ok { return try await sortOut(remaining, &ledger, target, moving, reply.error) }
        }
        if !remaining.items.isEmpty { try await sortOut(remaining, &ledger, target, moving, nil) }
    }

    /// In the same write the flags are asked for: what is changed later is carried to the copy.
    private func run(
        _ command: IMAPCommand, _ chunk: NonEmptyUIDSet, _ batch: StepBatch, _ ledger: inout StepLedger
    ) async throws -> CommandResult {
        guard case .uidCopy = command else { return try await connection.run(command) }
        let replies = try await connection.run([
            .uidFetch(.set(chunk.set), [.uid, .flags] + (try await stateItems()), changedSince: nil), command,
        ])
        let flags = replies[0].firstFlags
        let states = replies[0].firstModSeqs
        for item in batch.items {
            if let flags = flags[item.uid] { ledger.note(flagsBefore: flags, item.step) }
            confirmed.note(item.step, copiedAt: states[item.uid])
        }
        return replies[1]
    }

    /// Finishes the items that COPYUID names and takes them off the batch.
    private func note(
        _ reply: CommandResult, _ target: MailboxName, _ batch: inout StepBatch, _ ledger: inout StepLedger
    ) {
        guard let (uidValidity, pairs) = reply.copiedUIDs() else { return }
        let targets = Dictionary(pairs.map { ($0.source, $0.target) }, uniquingKeysWith: { first, _ in first })
        for item in batch.items {
            guard let uid = targets[item.uid] else { continue }
            ledger.finish(
                item.step, .done, StepOutcome(targetUIDValidity: uidValidity.rawValue, targetUID: uid.rawValue)
            )
            confirmed.note(item.step)
        }
        batch.items.removeAll { targets[$0.uid] != nil }
        if let next = targets.values.max()?.next { noteBound(target, uidValidity, next, &ledger) }
    }

    func noteBound(
        _ target: MailboxName, _ uidValidity: UIDValidity, _ next: UID, _ ledger: inout StepLedger
    ) {
        setting.targets.note(target, uidValidity, next: next)
        ledger.add(.uidNextBound(setting.account, target, uidValidity, next))
    }

    /// What COPYUID did not tell: look in the source, and where the message is gone or was copied, in the target.
    private func sortOut(
        _ batch: StepBatch, _ ledger: inout StepLedger, _ target: MailboxName, _ moving: Bool, _ error: SessionError?
    ) async throws {
        let present = try await flags(of: batch.items.map(\.uid))
        var elsewhere: [StepBatch.Item] = []
        var refused: [StepBatch.Item] = []
        for item in batch.items {
            let isHere = present[item.uid] != nil
            if isHere, error != nil {
                refused.append(item)
            } else if isHere, moving {
                retry(item, &ledger, "the server said OK but did not move the message")
            } else {
                elsewhere.append(item)
            }
        }
        if let error { try await sortOutRefused(refused, of: batch, &ledger, target, moving, error) }
        guard !elsewhere.isEmpty else { return }
        // What COPYUID told of the others must be known to the look.
        try await settle(&ledger)
        // What is gone from the source has the first claim among twins.
        elsewhere.sort { present[$0.uid] == nil && present[$1.uid] != nil }
        let gone = Set(elsewhere.filter { present[$0.uid] == nil }.map(\.step))
        let found = try await probe(elsewhere.map(\.step), target, &ledger, gone: gone)
        for item in elsewhere {
            let result = found[item.step] ?? .notLooked()
            let isHere = present[item.uid] != nil
            if isHere, error == nil, case .none(let others) = result {
                // It said OK, so this is not the cut that recovery may simply repeat.
                if others == 0 {
                    retry(item, &ledger, "the server said OK but “\(target)” has no copy")
                } else {
                    ledger.finish(
                        item.step, .unknown,
                        detail: "the server said OK; whether one of \(others) new messages in “\(target)” is the copy "
                            + "cannot be told: look there, then release or undo the plan"
                    )
                }
            } else {
                settleProbe(item.step, result, isHere: isHere, target: target, &ledger)
            }
        }
    }

    /// The server said NO and the messages are still here. A refusal of many is asked again one by one: it may speak of
    /// one of them only (RFC 2180 §4.4).
    private func sortOutRefused(
        _ items: [StepBatch.Item], of batch: StepBatch, _ ledger: inout StepLedger, _ target: MailboxName,
        _ moving: Bool, _ error: SessionError
    ) async throws {
        if error.code == .folderMissing { setting.targets.forget(target) }
        guard batch.items.count > 1, !error.isTransient else {
            for item in items {
                let single = StepBatch(kind: batch.kind, arguments: batch.arguments, items: [item])
                if error.code == .folderMissing, batch.arguments.create, (ledger.step(item.step)?.attempt ?? 0) < 2 {
                    // Somebody deleted the target since we last saw it: it is made anew.
                    ledger.postpone(item.step, until: nil)
                } else {
                    fail(single, &ledger, error)
                }
            }
            return
        }
        var failures = 0
        for item in items {
            if failures >= 3 {
                retry(item, &ledger, error.description, error.code)
                continue
            }
            ledger.postpone(item.step, until: nil)
            let single = StepBatch(kind: batch.kind, arguments: batch.arguments, items: [item])
            try await file(single, &ledger, moving: moving)
            failures = ledger.step(item.step)?.state == .done ? 0 : failures + 1
        }
    }

    /// The target's UIDVALIDITY and UIDNEXT, asked once and kept; a missing folder is made when that is allowed.
    private func bound(
        of target: MailboxName, wire: WireMailboxName, create: Bool
    ) async throws -> TargetBook.Entry? {
        if let known = setting.targets[target] { return known }
        if let status = try await status(wire) { return note(status, target) }
        guard create else {
            throw SessionError(
                code: .folderMissing, scope: .mailbox, mailbox: target.rawValue,
                text: "the folder does not exist, and the rule says create = false"
            )
        }
        let made = try await connection.run([.create(wire), .subscribe(wire)])
        if made[0].status != .ok, made[0].code != .alreadyExists {
            guard let status = try await status(wire) else {
                var error = made[0].error
                error.text = "the folder “\(target)” does not exist and cannot be made: \(error.text)"
                error.code = error.code == .folderReadOnly ? .folderReadOnly : .folderMissing
                throw error
            }
            return note(status, target)
        }
        setting.logger.info("folder created", metadata: ["folder": "\(target)"])
        return try await status(wire).flatMap { note($0, target) }
    }

    private func status(_ wire: WireMailboxName) async throws -> MailboxStatus? {
        let reply = try await connection.run(.status(wire, [.uidValidity, .uidNext]))
        if reply.status != .ok, reply.error.isTransient { throw reply.error }
        return reply.status == .ok ? reply.statuses.first : nil
    }

    private func note(_ status: MailboxStatus, _ target: MailboxName) -> TargetBook.Entry? {
        guard let uidValidity = status.uidValidity, let uidNext = status.uidNext else { return nil }
        setting.targets.note(target, uidValidity, next: uidNext)
        return setting.targets[target]
    }

    func createFolder(_ batch: StepBatch, _ ledger: inout StepLedger) async throws {
        guard let target = batch.arguments.mailbox.flatMap(MailboxName.init), let wire = setting.layout.wireName(target)
        else { return refuse(batch, &ledger, "the target is not a folder name") }
        do {
            _ = try await bound(of: target, wire: wire, create: true)
            for item in batch.items { ledger.finish(item.step, .done) }
        } catch let error as SessionError where error.scope < .connection {
            fail(batch, &ledger, error)
        }
    }
}
