import ActionJournal
import IMAPSession
import IMAPSyntax
import MailModel

extension MailboxExecutor {
    /// Marks sources deleted and expunges just them. Their copies were seen in an answer that came before.
    func removeSources(_ batch: StepBatch, _ ledger: inout StepLedger) async throws {
        var verified: [StepBatch.Item] = []
        var isGone: Set<StepID> = []
        let doubtful = batch.items.filter {
            !(ledger.copy(before: $0.step).map { confirmed.contains($0.step) } ?? false)
        }
        let present = doubtful.isEmpty ? [:] : try await flags(of: doubtful.map(\.uid))
        for item in batch.items {
            guard let copy = ledger.copy(before: item.step) else { continue }
            if !confirmed.contains(copy.step) {
                if present[item.uid] == nil {
                    // Removed before the crash (FAULTS C6): where the copy went since is nobody's business here.
                    isGone.insert(item.step)
                    ledger.finish(item.step, .done)
                    if let next = ledger.next(after: item.step), next.kind == .uidExpunge {
                        ledger.finish(next.id, .done)
                    }
                    continue
                }
                // Fresh copies were confirmed a moment ago; after a crash or a pause, look again.
                guard try await exists(copy, ledger.plan(item.plan)) else { continue }
            }
            verified.append(item)
        }
        for item in batch.items where !verified.contains(item) && !isGone.contains(item.step) {
            ledger.finish(item.step, .failed, detail: "the copy is not confirmed: the message stays where it is")
        }
        guard let uids = NonEmptyUIDSet(UIDSet(verified.map(\.uid))) else { return }
        let expunges = verified.compactMap { item -> StepBatch.Item? in
            guard let next = ledger.next(after: item.step), next.kind == .uidExpunge else { return nil }
            return StepBatch.Item(plan: item.plan, step: next.id, uid: item.uid)
        }
        try await begin(verified + expunges, &ledger) { _ in StepPrecondition() }
        let expunged = Set(expunges.map(\.uid))
        for chunk in CommandEncoder.chunks(of: uids, lineLimit: setting.lineLimit) {
            var commands: [IMAPCommand] = [.uidStore(chunk, .add, [.deleted], silent: true, unchangedSince: nil)]
            // UID EXPUNGE removes only what bears \Deleted: should the STORE fail, it removes nothing of these.
            let removable = NonEmptyUIDSet(chunk.set.intersection(UIDSet(expunged)))
            if let removable { commands.append(.uidExpunge(removable)) }
            let replies = try await connection.run(commands)
            // A look of its own: pipelined behind the expunge, Dovecot still shows the messages.
            let look = try await connection.run(.uidFetch(.set(chunk.set), [.uid, .flags], changedSince: nil))
            let left = Dictionary(
                look.fetched.compactMap { message in
                    message.uid.flatMap { uid in message.flags.map { (uid, $0) } }
                },
                uniquingKeysWith: { first, _ in first }
            )
            let looked = look.status == .ok
            let error = replies.first { $0.status != .ok }?.error
            for item in verified where chunk.set.contains(item.uid) {
                settleRemoval(
                    item, expunges.first { $0.uid == item.uid }, flags: left[item.uid], looked: looked, error, &ledger
                )
            }
        }
    }

    private func settleRemoval(
        _ mark: StepBatch.Item, _ expunge: StepBatch.Item?, flags: Set<Flag>?, looked: Bool, _ error: SessionError?,
        _ ledger: inout StepLedger
    ) {
        let why = error?.description ?? "the server said OK but did not remove the message"
        guard looked else {
            // Both are safe to repeat: only a message that bears \Deleted and has its copy is touched.
            retry(mark, &ledger, why)
            if let expunge { ledger.postpone(expunge.step, until: nil) }
            return
        }
        guard let flags else {
            ledger.finish(mark.step, .done)
            if let expunge { ledger.finish(expunge.step, .done) }
            return
        }
        guard flags.contains(.deleted) else {
            retry(mark, &ledger, why)
            if let expunge { ledger.postpone(expunge.step, until: nil) }
            return
        }
        ledger.finish(mark.step, .done)
        if let expunge { retry(expunge, &ledger, why) }
    }

    /// The expunge alone, after a crash or a refusal: the copy is looked at once more before anything is removed.
    func expunge(_ batch: StepBatch, _ ledger: inout StepLedger) async throws {
        var safe: [StepBatch.Item] = []
        let present = try await flags(of: batch.items.map(\.uid))
        for item in batch.items {
            guard let flags = present[item.uid] else {
                ledger.finish(item.step, .done)
                continue
            }
            guard flags.contains(.deleted) else {
                ledger.finish(item.step, .superseded, detail: "somebody took the deletion mark off: both are kept")
                continue
            }
            guard let copy = ledger.copy(before: item.step), try await exists(copy, ledger.plan(item.plan)) else {
                ledger.finish(item.step, .unknown, detail: "the copy cannot be found any more: the message stays")
                continue
            }
            safe.append(item)
        }
        guard let uids = NonEmptyUIDSet(UIDSet(safe.map(\.uid))) else { return }
        try await begin(safe, &ledger) { _ in StepPrecondition() }
        for chunk in CommandEncoder.chunks(of: uids, lineLimit: setting.lineLimit) {
            let reply = try await connection.run(.uidExpunge(chunk))
            let left = try await flags(of: safe.map(\.uid).filter(chunk.set.contains))
            for item in safe where chunk.set.contains(item.uid) {
                if left[item.uid] == nil {
                    ledger.finish(item.step, .done)
                } else {
                    retry(item, &ledger, reply.status == .ok ? "the server did not expunge" : reply.error.description)
                }
            }
        }
    }
}
