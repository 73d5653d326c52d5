import ActionJournal
import IMAPSession
import IMAPSyntax
import MailModel

extension MailboxExecutor {
    /// Messages that are begun, or whose outcome is stored, in one transaction while the server works on others.
    private static let storedTogether = 2_000

    /// UID MOVE or UID COPY of batches into their targets, each message's outcome told by COPYUID or by a look. The
    /// batches are of different messages: nobody waits for one before the next is sent.
    func file(_ batches: [StepBatch], _ ledger: inout StepLedger) async throws {
        var sent = try await send(batches, &ledger)
        try await receive(&sent, &ledger)
    }

    /// Filings whose commands are sent, with the replies that are still to come.
    struct SentFilings {
        fileprivate var filings: [Filing] = []
        /// Of each filing.
        fileprivate var commands: [[Filing.Commands]] = []
        fileprivate var pending: ArraySlice<PendingReply> = []
    }

    /// The first half of `file`: what the server is told. Few messages go out in one write; of many the first are with the
    /// server while others are begun.
    func send(_ batches: [StepBatch], _ ledger: inout StepLedger) async throws -> SentFilings {
        var sent = SentFilings()
        let filings = try await filings(batches, &ledger)
        let states = filings.contains { !$0.isMove } ? try await stateItems() : []
        do {
            for group in Self.groups(of: filings) {
                try await begin(group, &ledger)
                let commands = group.map { $0.commands(states, lineLimit: setting.lineLimit) }
                sent.filings += group
                sent.commands += commands
                sent.pending += connection.submit(commands.flatMap { $0.flatMap(\.all) })
            }
        } catch {
            // What is with the server already must not have to be guessed.
            try? await receive(&sent, &ledger)
            throw error
        }
        return sent
    }

    private static func groups(of filings: [Filing]) -> [[Filing]] {
        var groups: [[Filing]] = []
        var count = 0
        for filing in filings {
            if groups.isEmpty || count >= storedTogether {
                groups.append([])
                count = 0
            }
            groups[groups.count - 1].append(filing)
            count += filing.batch.items.count
        }
        return groups
    }

    private func begin(_ filings: [Filing], _ ledger: inout StepLedger) async throws {
        var notes: [StepID: StepPrecondition] = [:]
        for filing in filings {
            for item in filing.batch.items {
                notes[item.step] = StepPrecondition(
                    flagsBefore: ledger.expectedFlags(of: item.plan)?.stored,
                    targetUIDValidity: filing.bound?.uidValidity.rawValue,
                    targetUIDNext: filing.bound?.uidNext.rawValue)
            }
        }
        try await begin(filings.flatMap(\.batch.items), &ledger) { notes[$0.step] ?? StepPrecondition() }
    }

    /// The second half of `file`: what the server answers.
    func receive(_ sent: inout SentFilings, _ ledger: inout StepLedger) async throws {
        var told = 0
        for index in sent.filings.indices {
            let before = sent.filings[index].batch.items.count
            var looks: [CommandResult] = []
            for pair in sent.commands[index] {
                if pair.look != nil, let reply = try await sent.pending.popFirst()?.value() { looks.append(reply) }
                guard let reply = try await sent.pending.popFirst()?.value() else { continue }
                note(looks, sent.filings[index].batch, &ledger)
                note(reply, sent.filings[index].target.name, &sent.filings[index].batch, &ledger)
                if reply.status != .ok, sent.filings[index].error == nil { sent.filings[index].error = reply.error }
            }
            told += before - sent.filings[index].batch.items.count
            if told >= Self.storedTogether, !sent.pending.isEmpty {
                told = 0
                try await settle(&ledger)
            }
        }
        for filing in sent.filings where !filing.batch.items.isEmpty {
            try await sortOut(filing.batch, &ledger, filing.target.name, filing.isMove, filing.error)
        }
    }

    /// A batch on its way.
    fileprivate struct Filing {
        /// What is left of it to be told of.
        var batch: StepBatch
        var target: FilingTarget
        var bound: TargetBook.Entry?
        /// Of the first command that was refused.
        var error: SessionError?

        var isMove: Bool { batch.kind == .uidMove }

        struct Commands {
            /// Before messages are copied their flags are asked for: what is changed later is carried to the copies.
            var look: IMAPCommand?
            var filing: IMAPCommand

            var all: [IMAPCommand] { [look, filing].compactMap { $0 } }
        }

        func commands(_ states: [FetchItem], lineLimit: Int) -> [Commands] {
            let uids = batch.items.map(\.uid).sorted()
            let parts = stride(from: 0, to: uids.count, by: MailboxExecutor.batchSize).compactMap { start in
                NonEmptyUIDSet(UIDSet(uids[start..<min(start + MailboxExecutor.batchSize, uids.count)]))
            }
            return parts.flatMap { CommandEncoder.chunks(of: $0, lineLimit: lineLimit) }.map { chunk in
                guard !isMove else { return Commands(filing: .uidMove(chunk, target.wire)) }
                return Commands(
                    look: .uidFetch(.set(chunk.set), [.uid, .flags] + states, changedSince: nil),
                    filing: .uidCopy(chunk, target.wire))
            }
        }
    }

    /// The batches whose targets are there, or could be made; the others are settled.
    private func filings(_ batches: [StepBatch], _ ledger: inout StepLedger) async throws -> [Filing] {
        var aimed: [(batch: StepBatch, target: FilingTarget)] = []
        for batch in batches {
            do {
                aimed.append((batch, try target(of: batch)))
            } catch {
                refuse(batch, &ledger, error.text)
            }
        }
        let bounds = try await bounds(of: aimed.map(\.target))
        return aimed.compactMap { batch, target in
            switch bounds[target] {
            case .success(let bound): return Filing(batch: batch, target: target, bound: bound)
            case .failure(let error): fail(batch, &ledger, error)
            case nil: break
            }
            return nil
        }
    }

    /// What the looks before the copies said of the messages that are still to be told of.
    private func note(_ looks: [CommandResult], _ batch: StepBatch, _ ledger: inout StepLedger) {
        guard batch.kind == .uidCopy else { return }
        let flags = looks.map(\.firstFlags).reduce(into: [:]) { $0.merge($1) { first, _ in first } }
        let states = looks.map(\.firstModSeqs).reduce(into: [:]) { $0.merge($1) { first, _ in first } }
        for item in batch.items {
            if let flags = flags[item.uid] { ledger.note(flagsBefore: flags, item.step) }
            confirmed.note(item.step, copiedAt: states[item.uid])
        }
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
            try await file([single], &ledger)
            failures = ledger.step(item.step)?.state == .done ? 0 : failures + 1
        }
    }
}
