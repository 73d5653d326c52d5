import ActionJournal
import IMAPSession
import IMAPSyntax
import MailModel

extension MailboxExecutor {
    /// A source that is marked deleted, and expunged where the server can do that to a single message.
    private struct Removal {
        var mark: StepBatch.Item
        var expunge: StepBatch.Item?
        var flags: Set<Flag> = []

        var uid: UID { mark.uid }
        var items: [StepBatch.Item] { [mark] + (expunge.map { [$0] } ?? []) }
    }

    /// Marks sources deleted, carries what others changed of them to their copies, and expunges just them. The copies
    /// were seen in an answer that came before.
    func removeSources(_ batch: StepBatch, _ ledger: inout StepLedger) async throws {
        let removals = try await itemsWithCopies(batch, &ledger).map { item in
            Removal(
                mark: item,
                expunge: ledger.expunge(after: item.step).map {
                    StepBatch.Item(plan: item.plan, step: $0.id, uid: item.uid)
                })
        }
        guard let uids = NonEmptyUIDSet(UIDSet(removals.map(\.uid))) else { return }
        let notes = preconditions(removals, ledger)
        try await begin(removals.flatMap(\.items), &ledger) { notes[$0.step] ?? StepPrecondition() }
        for chunk in CommandEncoder.chunks(of: uids, lineLimit: setting.lineLimit) {
            try await remove(removals.filter { chunk.set.contains($0.uid) }, chunk, &ledger)
        }
    }

    private func preconditions(_ removals: [Removal], _ ledger: StepLedger) -> [StepID: StepPrecondition] {
        var notes: [StepID: StepPrecondition] = [:]
        for item in removals.flatMap(\.items) {
            guard let copy = ledger.copy(before: item.step) else { continue }
            notes[item.step] = StepPrecondition(
                flagsBefore: copy.flagsBefore?.stored, copyUIDValidity: copy.outcome.targetUIDValidity,
                copyUID: copy.outcome.targetUID)
        }
        return notes
    }

    /// The items whose copies are known to exist. Fresh copies were confirmed a moment ago; after a crash or a pause they
    /// are looked at again.
    private func itemsWithCopies(_ batch: StepBatch, _ ledger: inout StepLedger) async throws -> [StepBatch.Item] {
        let doubtful = batch.items.filter { item in
            !(ledger.copy(before: item.step).map { confirmed.contains($0.step) } ?? false)
        }
        guard !doubtful.isEmpty else { return batch.items }
        let present = try await flags(of: doubtful.map(\.uid))
        let (found, unreachable) = try await confirmed(
            doubtful.filter { present[$0.uid] != nil }.compactMap { item in
                ledger.copy(before: item.step).map { (item.step, $0) }
            })
        var safe = batch.items.filter { !doubtful.contains($0) }
        for item in doubtful {
            if present[item.uid] == nil, ledger.copy(before: item.step) != nil {
                // Removed before the crash (FAULTS C6): where the copy went since is nobody's business here.
                if let next = ledger.expunge(after: item.step) { ledger.finish(next.id, .done) }
                ledger.finish(item.step, .done)
            } else if ledger.wasNotCopied(before: item.step) {
                // What somebody took away first was not copied, and is not removed.
                if let next = ledger.expunge(after: item.step) {
                    ledger.finish(next.id, .superseded, detail: "there was no copy to rely on")
                }
                ledger.finish(item.step, .superseded, detail: "there was no copy to rely on")
            } else if found.contains(item.step) {
                safe.append(item)
            } else if let error = unreachable[item.step] {
                retry(item, &ledger, error.description, error.code)
            } else {
                ledger.finish(item.step, .failed, detail: "the copy is not confirmed: the message stays where it is")
            }
        }
        return safe
    }

    private func remove(
        _ removals: [Removal], _ uids: NonEmptyUIDSet, _ ledger: inout StepLedger
    ) async throws {
        // Not .SILENT: the flags that the answer shows are the last ones before nobody should change them any more.
        let marking = try await connection.run(.uidStore(uids, .add, [.deleted], silent: false, unchangedSince: nil))
        var shown = marking.flags
        let unclear = removals.map(\.uid).filter { !(shown[$0]?.contains(.deleted) ?? false) }
        let look = try await flags(of: unclear)
        for uid in unclear { shown[uid] = look[uid] }
        var marked: [Removal] = []
        for var removal in removals {
            guard let flags = shown[removal.uid] else {
                finish(removal, &ledger)
                continue
            }
            guard flags.contains(.deleted) else {
                let error = marking.status == .ok ? nil : marking.error.description
                putOff(
                    removal, &ledger, error ?? "the server said OK but did not mark the message deleted", .protocolError
                )
                continue
            }
            removal.flags = flags
            marked.append(removal)
        }
        let uncarried = try await carryChanges(marked.map { Source(step: $0.mark.step, flags: $0.flags) }, ledger)
        for removal in marked {
            if let error = uncarried[removal.mark.step] {
                putOff(
                    removal, &ledger, "a flag that was changed meanwhile cannot be carried along: \(error)", error.code)
            } else if removal.expunge == nil {
                ledger.finish(removal.mark.step, .done)
            }
        }
        try await expungeMarked(marked.filter { $0.expunge != nil && uncarried[$0.mark.step] == nil }, &ledger)
    }

    private func expungeMarked(_ removals: [Removal], _ ledger: inout StepLedger) async throws {
        guard let uids = NonEmptyUIDSet(UIDSet(removals.map(\.uid))) else { return }
        // UID EXPUNGE removes only what still bears \Deleted. The flags are asked for once more in the same write.
        let replies = try await connection.run([
            .uidFetch(.set(uids.set), [.uid, .flags], changedSince: nil), .uidExpunge(uids),
        ])
        // A look of its own: pipelined behind the expunge, Dovecot still shows the messages.
        let left = try await flags(of: uids)
        let last = replies[0].flags
        var late: [Source] = []
        for removal in removals {
            ledger.finish(removal.mark.step, .done)
            guard let expunge = removal.expunge else { continue }
            settleExpunge(expunge, left[removal.uid], replies[1], &ledger)
            if left[removal.uid] == nil, let flags = last[removal.uid], flags != removal.flags {
                late.append(Source(step: expunge.step, flags: flags))
            }
        }
        // Changed in the moment between the mark and the expunge.
        for (step, error) in try await carryChanges(late, ledger) {
            setting.logger.warning(
                "a flag that was changed as the message was filed is not on the copy",
                metadata: ["step": "\(step)", "error": "\(error)"])
        }
    }

    private func settleExpunge(
        _ item: StepBatch.Item, _ flags: Set<Flag>?, _ reply: CommandResult, _ ledger: inout StepLedger
    ) {
        guard let flags else { return ledger.finish(item.step, .done) }
        guard flags.contains(.deleted) else {
            return ledger.finish(
                item.step, .superseded, detail: "somebody took the deletion mark off: both are kept")
        }
        retry(
            item, &ledger,
            reply.status == .ok ? "the server said OK but did not remove the message" : reply.error.description)
    }

    private func finish(_ removal: Removal, _ ledger: inout StepLedger) {
        for item in removal.items { ledger.finish(item.step, .done) }
    }

    /// Both steps are safe to repeat: only a message that bears `\Deleted` and has its copy is removed.
    private func putOff(_ removal: Removal, _ ledger: inout StepLedger, _ why: String, _ code: FaultCode) {
        retry(removal.mark, &ledger, why, code)
        if let expunge = removal.expunge { ledger.postpone(expunge.step, until: nil) }
    }

    /// The expunge alone, after a crash or a refusal: the copy is looked at once more before anything is removed.
    func expunge(_ batch: StepBatch, _ ledger: inout StepLedger) async throws {
        let present = try await flags(of: batch.items.map(\.uid))
        let (found, unreachable) = try await confirmed(
            batch.items.filter { present[$0.uid]?.contains(.deleted) ?? false }.compactMap { item in
                ledger.copy(before: item.step).map { (item.step, $0) }
            })
        var safe: [StepBatch.Item] = []
        for item in batch.items {
            guard let flags = present[item.uid] else {
                ledger.finish(item.step, .done)
                continue
            }
            if !flags.contains(.deleted) {
                ledger.finish(item.step, .superseded, detail: "somebody took the deletion mark off: both are kept")
            } else if found.contains(item.step) {
                safe.append(item)
            } else if let error = unreachable[item.step] {
                retry(item, &ledger, error.description, error.code)
            } else {
                ledger.finish(item.step, .unknown, detail: "the copy cannot be found any more: the message stays")
            }
        }
        try await begin(safe, &ledger) { _ in StepPrecondition() }
        let uncarried = try await carryChanges(
            safe.map { Source(step: $0.step, flags: present[$0.uid] ?? []) }, ledger)
        for item in safe {
            guard let error = uncarried[item.step] else { continue }
            retry(item, &ledger, "a flag that was changed meanwhile cannot be carried along: \(error)", error.code)
        }
        safe.removeAll { uncarried[$0.step] != nil }
        guard let uids = NonEmptyUIDSet(UIDSet(safe.map(\.uid))) else { return }
        for chunk in CommandEncoder.chunks(of: uids, lineLimit: setting.lineLimit) {
            let reply = try await connection.run(.uidExpunge(chunk))
            let left = try await flags(of: chunk)
            for item in safe where chunk.set.contains(item.uid) { settleExpunge(item, left[item.uid], reply, &ledger) }
        }
    }
}
