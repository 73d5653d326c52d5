import ActionJournal
import IMAPSession
import IMAPSyntax
import MailModel

extension MailboxExecutor {
    func storeFlags(_ batch: StepBatch, _ ledger: inout StepLedger) async throws {
        let adding = !batch.arguments.addFlags.isEmpty
        let flags = (batch.arguments.addFlags + batch.arguments.removeFlags).compactMap(Flag.init(wire:))
        guard !flags.isEmpty else { return }
        if let selected = try await connection.selectedMailbox() {
            if selected.isReadOnly {
                return refuse(
                    batch, &ledger, "the server opened “\(setting.mailbox)” read-only (folder_read_only)",
                    .folderReadOnly)
            }
            if adding, let lost = flags.first(where: { !selected.keeps($0) }) {
                return refuse(
                    batch, &ledger, "the server does not keep the flag “\(lost.name)” in “\(setting.mailbox)”")
            }
        }
        let items = batch.takesBack ? batch.items : itemsToChange(batch, flags, adding, &ledger)
        let flagsBefore = items.map { ledger.plan($0.plan)?.flags.stored }
        let notes = Dictionary(zip(items.map(\.step), flagsBefore), uniquingKeysWith: { first, _ in first })
        // A second attempt meets what the first one may have done.
        let isFirst = Set(items.map(\.step).filter { ledger.step($0)?.attempt == 0 })
        try await begin(items, &ledger) { StepPrecondition(flagsBefore: notes[$0.step] ?? nil) }
        guard let uids = NonEmptyUIDSet(UIDSet(items.map(\.uid))) else { return }
        let isAsWanted: (Set<Flag>) -> Bool = { now in flags.allSatisfy { now.contains($0) == adding } }
        for chunk in CommandEncoder.chunks(of: uids, lineLimit: setting.lineLimit) {
            // Not .SILENT: the FETCH that answers is what tells that the message was there (Dovecot says OK anyway).
            let replies = try await connection.run([
                .uidFetch(.set(chunk.set), [.uid, .flags], changedSince: nil),
                .uidStore(chunk, adding ? .add : .remove, flags, silent: false, unchangedSince: nil),
            ])
            let own = items.filter { chunk.set.contains($0.uid) }
            for item in own where isFirst.contains(item.step) {
                if let before = replies[0].firstFlags[item.uid] { ledger.note(flagsBefore: before, item.step) }
            }
            let shown = replies[0].flags.merging(replies[1].flags) { $1 }
            let unclear = own.filter { !(shown[$0.uid].map(isAsWanted) ?? false) }
            let found = unclear.isEmpty ? [:] : try await self.flags(of: unclear.map(\.uid))
            for item in own {
                if !unclear.contains(item) {
                    ledger.finish(item.step, .done)
                } else if let now = found[item.uid] {
                    if isAsWanted(now) {
                        ledger.finish(item.step, .done)
                    } else if replies[1].status == .ok {
                        retry(item, &ledger, "the server said OK but did not change the flags")
                    } else {
                        fail(
                            StepBatch(kind: batch.kind, arguments: batch.arguments, items: [item]), &ledger,
                            replies[1].error)
                    }
                } else {
                    ledger.finishGone(item.step, "the message was no longer in “\(setting.mailbox)”")
                }
            }
        }
    }

    /// Without those that were as wanted when it was decided: whatever they are now is somebody's will (DESIGN §2.6).
    private func itemsToChange(
        _ batch: StepBatch, _ flags: [Flag], _ adding: Bool, _ ledger: inout StepLedger
    ) -> [StepBatch.Item] {
        var items: [StepBatch.Item] = []
        for item in batch.items {
            let before = ledger.plan(item.plan)?.flags ?? []
            if flags.allSatisfy({ before.contains($0) == adding }) {
                ledger.finish(item.step, .done)
            } else {
                items.append(item)
            }
        }
        return items
    }

    func refuse(_ batch: StepBatch, _ ledger: inout StepLedger, _ why: String, _ code: FaultCode = .configuration) {
        for item in batch.items { ledger.finish(item.step, .failed, detail: why, code: code) }
    }

    /// A NO or BAD for a batch: again later when it may pass, else for good.
    func fail(_ batch: StepBatch, _ ledger: inout StepLedger, _ error: SessionError) {
        for item in batch.items {
            if error.isTransient {
                retry(item, &ledger, error.description, error.code)
            } else {
                ledger.finish(item.step, .failed, detail: error.description, code: error.code)
            }
        }
    }

    func retry(
        _ item: StepBatch.Item, _ ledger: inout StepLedger, _ why: String, _ code: FaultCode = .protocolError
    ) {
        // Another account's outage is no reason to give up, nor to knock often.
        if code == .accountUnreachable {
            return ledger.postpone(item.step, until: setting.clock() + Self.accountPause, because: why, code: code)
        }
        let attempt = (ledger.step(item.step)?.attempt ?? 0) + 1
        guard attempt < Self.mostAttempts else {
            return ledger.finish(
                item.step, .failed, detail: "\(why); given up after \(attempt) attempts", code: code
            )
        }
        ledger.postpone(
            item.step, until: setting.clock() + min(3_600, 5 << Int64(attempt - 1)), because: why, code: code
        )
    }
}
