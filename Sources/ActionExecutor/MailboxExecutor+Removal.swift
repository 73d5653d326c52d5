import ActionJournal
import IMAPSession
import IMAPSyntax
import MailModel

extension MailboxExecutor {
    /// More states than these are not named one by one: each takes a command of its own.
    private static let mostStates = 4

    /// A source that is marked deleted, and expunged where the server can do that to a single message.
    private struct Removal {
        /// `nil`: it is marked already.
        var mark: StepBatch.Item?
        var expunge: StepBatch.Item?
        var uid: UID
        var flags: Set<Flag> = []
        /// The state that it was copied in, where the server tells states.
        var modSeq: ModSeq?

        var items: [StepBatch.Item] { [mark, expunge].compactMap { $0 } }
    }

    /// Marks sources deleted, carries what others changed of them to their copies, and expunges just them. The copies
    /// were seen in an answer that came before.
    func removeSources(_ batch: StepBatch, _ ledger: inout StepLedger) async throws {
        let removals = try await itemsWithCopies(batch, &ledger).map { item in
            Removal(
                mark: item,
                expunge: ledger.expunge(after: item.step).map {
                    StepBatch.Item(plan: item.plan, step: $0.id, uid: item.uid)
                }, uid: item.uid,
                modSeq: ledger.copy(before: item.step).flatMap { confirmed.modSeq(of: $0.step) })
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
                ledger.finishWithoutCopy(
                    item.step, .failed, "the copy is not confirmed: the message stays where it is")
            }
        }
        return safe
    }

    private func remove(
        _ removals: [Removal], _ uids: NonEmptyUIDSet, _ ledger: inout StepLedger
    ) async throws {
        let removals = try await removeUnchanged(removals, &ledger)
        guard let uids = NonEmptyUIDSet(UIDSet(removals.map(\.uid))) else { return }
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
        let carried = try await carry(marked, &ledger)
        for removal in carried where removal.expunge == nil { finish(removal, &ledger) }
        try await expungeMarked(carried.filter { $0.expunge != nil }, &ledger)
    }

    /// Where the server tells the states of messages, and is believed: one write that marks and removes just those that
    /// nobody changed since they were copied. What somebody did change is not marked (RFC 7162 §3.1.3, MODIFIED), and so
    /// not removed.
    ///
    /// A change between the mark and the expunge of that write is lost with the message: IMAP has nothing to keep it off.
    ///
    /// - Returns: those that are still there.
    private func removeUnchanged(_ removals: [Removal], _ ledger: inout StepLedger) async throws -> [Removal] {
        let known = removals.filter { $0.modSeq != nil && $0.expunge != nil }
        let states = Dictionary(grouping: known) { $0.modSeq ?? ModSeq(0) }.sorted { $0.key < $1.key }
        guard states.count <= Self.mostStates, let uids = NonEmptyUIDSet(UIDSet(known.map(\.uid))) else {
            return removals
        }
        let marks = states.compactMap { modSeq, own in
            NonEmptyUIDSet(UIDSet(own.map(\.uid))).map {
                IMAPCommand.uidStore($0, .add, [.deleted], silent: true, unchangedSince: modSeq)
            }
        }
        _ = try await connection.run(marks + [.uidExpunge(uids)])
        let left = try await flags(of: uids)
        return removals.filter { removal in
            guard uids.set.contains(removal.uid), left[removal.uid] == nil else { return true }
            finish(removal, &ledger)
            return false
        }
    }

    /// Carries to the copies what was changed of their sources, and gives those of which nothing is missing.
    private func carry(_ removals: [Removal], _ ledger: inout StepLedger) async throws -> [Removal] {
        let sources = removals.compactMap { removal in
            removal.items.first.map { Source(step: $0.step, flags: removal.flags) }
        }
        let uncarried = try await carryChanges(sources, &ledger)
        return removals.filter { removal in
            guard let error = removal.items.first.flatMap({ uncarried[$0.step] }) else { return true }
            putOff(
                removal, &ledger, "a flag that was changed meanwhile cannot be carried along: \(error)", error.code)
            return false
        }
    }

    private func expungeMarked(_ removals: [Removal], _ ledger: inout StepLedger) async throws {
        guard let uids = NonEmptyUIDSet(UIDSet(removals.map(\.uid))) else { return }
        // UID EXPUNGE removes only what still bears \Deleted. The flags are asked for once more in the same write.
        let replies = try await connection.run([
            .uidFetch(.set(uids.set), [.uid, .flags], changedSince: nil), .uidExpunge(uids),
        ])
        // A look of its own: pipelined behind the expunge, Dovecot still shows the messages.
        let left = try await flags(of: uids)
        // A server tells what was changed in between before it tells that the message is gone.
        let last = replies[0].flags.merging(replies[1].flags) { $1 }
        // Changed in the moment between the mark and the expunge.
        let late = removals.compactMap { removal -> Source? in
            guard let expunge = removal.expunge, left[removal.uid] == nil, let flags = last[removal.uid],
                flags != removal.flags
            else { return nil }
            return Source(step: expunge.step, flags: flags)
        }
        for (step, error) in try await carryChanges(late, &ledger) {
            setting.logger.warning(
                "a flag that was changed as the message was filed is not on the copy",
                metadata: ["step": "\(step)", "error": "\(error)"])
        }
        for removal in removals {
            if let mark = removal.mark { ledger.finish(mark.step, .done) }
            if let expunge = removal.expunge { settleExpunge(expunge, left[removal.uid], replies[1], &ledger) }
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
        guard let first = removal.items.first else { return }
        retry(first, &ledger, why, code)
        if removal.mark != nil, let expunge = removal.expunge { ledger.postpone(expunge.step, until: nil) }
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
                ledger.finishWithoutCopy(
                    item.step, .unknown, "the copy cannot be found any more: the message stays")
            }
        }
        let removals = safe.map { Removal(expunge: $0, uid: $0.uid, flags: present[$0.uid] ?? []) }
        guard let uids = NonEmptyUIDSet(UIDSet(safe.map(\.uid))) else { return }
        let notes = preconditions(removals, ledger)
        try await begin(safe, &ledger) { notes[$0.step] ?? StepPrecondition() }
        let carried = try await carry(removals, &ledger)
        for chunk in CommandEncoder.chunks(of: uids, lineLimit: setting.lineLimit) {
            try await expungeMarked(carried.filter { chunk.set.contains($0.uid) }, &ledger)
        }
    }

    /// What tells the state of a message that is copied; nothing where states are not kept, or not believed.
    func stateItems() async throws -> [FetchItem] {
        guard setting.condstore, try await connection.selectedMailbox()?.highestModSeq != nil else { return [] }
        return [.modSeq]
    }
}
