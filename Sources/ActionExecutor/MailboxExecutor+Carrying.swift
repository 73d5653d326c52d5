import ActionJournal
import IMAPSession
import IMAPSyntax
import MailModel

extension MailboxExecutor {
    /// A source that is about to be removed, and its flags as they were last seen.
    struct Source {
        /// The step that removes it.
        var step: StepID
        var flags: Set<Flag>
    }

    private struct Carriage {
        var step: StepID
        var copy: CopyPlace
        var uid: UID
        var changes: FlagChanges
    }

    /// Carries what others changed on sources since they were copied to the copies, flag by flag (FAULTS C3).
    ///
    /// Safe to repeat: it goes by what was noted when the copy was made and by what the source shows now.
    /// - Returns: the steps whose changes could not be carried, and why.
    func carryChanges(_ sources: [Source], _ ledger: StepLedger) async throws -> [StepID: String] {
        let carriages = sources.compactMap { source -> Carriage? in
            guard let copy = ledger.copy(before: source.step), let uid = copy.uid, let before = copy.flagsBefore else {
                return nil
            }
            let changes = FlagChanges(from: before, to: source.flags)
            return changes.isEmpty ? nil : Carriage(step: source.step, copy: copy, uid: uid, changes: changes)
        }
        var failures: [StepID: String] = [:]
        for (mailbox, own) in Dictionary(grouping: carriages, by: \.copy.mailbox).sorted(by: { $0.key < $1.key }) {
            guard let wire = setting.layout.wireName(mailbox) else { continue }
            let missed: [StepID: String]
            do {
                missed = try await within(wire, writing: true) { try await carry(own, in: mailbox, opened: $0) }
            } catch let error as SessionError where error.scope < .connection {
                missed = Dictionary(own.map { ($0.step, error.description) }, uniquingKeysWith: { first, _ in first })
            }
            failures.merge(missed) { first, _ in first }
            setting.logger.info(
                "carried along what was changed meanwhile",
                metadata: ["folder": "\(mailbox)", "messages": "\(own.count - missed.count)"])
        }
        return failures
    }

    private func carry(
        _ carriages: [Carriage], in mailbox: MailboxName, opened: CommandResult
    ) async throws -> [StepID: String] {
        var failures: [StepID: String] = [:]
        guard opened.status == .ok, let selected = opened.selected, !selected.isReadOnly else {
            let why = opened.status == .ok ? "the server opened “\(mailbox)” read-only" : opened.error.description
            for carriage in carriages { failures[carriage.step] = why }
            return failures
        }
        let groups = Dictionary(grouping: carriages, by: \.changes).sorted { $0.key.sortKey < $1.key.sortKey }
        for (changes, own) in groups {
            let here = own.filter { $0.copy.outcome.targetUIDValidity == selected.uidValidity?.rawValue }
            for carriage in own where !here.contains(where: { $0.step == carriage.step }) {
                failures[carriage.step] = "“\(mailbox)” was renumbered by the server: the copy cannot be told"
            }
            // What the folder does not keep cannot be carried there, and is no reason to leave the message in two.
            var kept = changes
            kept.added = changes.added.filter(selected.keeps)
            guard !kept.isEmpty, let uids = NonEmptyUIDSet(UIDSet(here.map(\.uid))) else { continue }
            for chunk in CommandEncoder.chunks(of: uids, lineLimit: setting.lineLimit, overhead: 512) {
                let now = try await make(kept, of: chunk)
                for carriage in here where chunk.set.contains(carriage.uid) {
                    // A copy that is gone needs nothing any more: somebody took it away.
                    guard let flags = now.flags[carriage.uid], !kept.areMade(in: flags) else { continue }
                    failures[carriage.step] =
                        now.error?.description ?? "the server said OK but did not change the flags of the copy"
                }
            }
        }
        return failures
    }

    /// Changes flags in the selected mailbox, and looks.
    private func make(
        _ changes: FlagChanges, of uids: NonEmptyUIDSet
    ) async throws -> (flags: [UID: Set<Flag>], error: SessionError?) {
        var commands: [IMAPCommand] = []
        if !changes.added.isEmpty {
            commands.append(.uidStore(uids, .add, changes.added.sorted(), silent: true, unchangedSince: nil))
        }
        if !changes.removed.isEmpty {
            commands.append(.uidStore(uids, .remove, changes.removed.sorted(), silent: true, unchangedSince: nil))
        }
        let replies = try await connection.run(commands)
        return (try await flags(of: uids), replies.first { $0.status != .ok }?.error)
    }
}
