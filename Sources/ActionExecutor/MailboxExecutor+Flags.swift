import ActionJournal
import IMAPSession
import IMAPSyntax
import MailModel

extension MailboxExecutor {
    func storeFlags(_ batch: StepBatch, _ ledger: inout StepLedger) async throws {
        let adding = !batch.arguments.addFlags.isEmpty
        let flags = (batch.arguments.addFlags + batch.arguments.removeFlags).compactMap(Flag.init(wire:))
        guard !flags.isEmpty, let uids = batch.uids else { return }
        if let selected = try await connection.selectedMailbox() {
            if selected.isReadOnly {
                return refuse(batch, &ledger, "the server opened “\(setting.mailbox)” read-only (folder_read_only)")
            }
            if adding, let lost = flags.first(where: { !selected.keeps($0) }) {
                return refuse(
                    batch, &ledger, "the server does not keep the flag “\(lost.name)” in “\(setting.mailbox)”")
            }
        }
        let before = Dictionary(
            batch.items.map { ($0.uid, ledger.plan($0.plan)?.flags ?? []) }, uniquingKeysWith: { first, _ in first }
        )
        try await begin(batch.items, &ledger) { item in
            StepPrecondition(flagsBefore: before[item.uid].map { $0.map(\.rawValue).sorted() })
        }
        // Not .SILENT: the FETCH that answers is what tells that the message was there (Dovecot says OK anyway).
        var answered: Set<UID> = []
        for chunk in CommandEncoder.chunks(of: uids, lineLimit: setting.lineLimit) {
            let reply = try await connection.run(
                .uidStore(chunk, adding ? .add : .remove, flags, silent: false, unchangedSince: nil)
            )
            answered.formUnion(reply.fetched.compactMap(\.uid))
            guard reply.status == .ok else {
                return fail(batch, &ledger, reply.error)
            }
        }
        let missing = batch.items.map(\.uid).filter { !answered.contains($0) }
        let found = missing.isEmpty ? [:] : try await self.flags(of: missing)
        for item in batch.items {
            if answered.contains(item.uid) {
                ledger.finish(item.step, .done)
            } else if let now = found[item.uid] {
                let wanted = flags.allSatisfy { now.contains($0) == adding }
                if wanted {
                    ledger.finish(item.step, .done)
                } else {
                    retry(item, &ledger, "the server said OK but did not change the flags")
                }
            } else {
                ledger.finish(item.step, .superseded, detail: "the message was no longer in “\(setting.mailbox)”")
            }
        }
    }

    func refuse(_ batch: StepBatch, _ ledger: inout StepLedger, _ why: String) {
        for item in batch.items { ledger.finish(item.step, .failed, detail: why) }
    }

    /// A NO or BAD for a batch: again later when it may pass, else for good.
    func fail(_ batch: StepBatch, _ ledger: inout StepLedger, _ error: SessionError) {
        for item in batch.items {
            if error.isTransient {
                retry(item, &ledger, error.description)
            } else {
                ledger.finish(item.step, .failed, detail: error.description)
            }
        }
    }

    func retry(_ item: StepBatch.Item, _ ledger: inout StepLedger, _ why: String) {
        let attempt = (ledger.step(item.step)?.attempt ?? 0) + 1
        guard attempt < Self.mostAttempts else {
            return ledger.finish(item.step, .failed, detail: "\(why); given up after \(attempt) attempts")
        }
        ledger.postpone(item.step, until: setting.clock() + min(3_600, 5 << Int64(attempt - 1)))
    }
}
