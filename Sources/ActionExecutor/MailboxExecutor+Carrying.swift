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
    /// Safe to repeat: it goes by what was noted when the copy was made and by what the source shows now. What is carried is
    /// noted first, so that whoever watches the copies' mailbox knows it for ours, after a crash too.
    /// - Returns: the steps whose changes could not be carried, and why.
    func carryChanges(_ sources: [Source], _ ledger: inout StepLedger) async throws -> [StepID: SessionError] {
        let carriages = sources.compactMap { source -> Carriage? in
            guard let copy = ledger.copy(before: source.step), let uid = copy.uid, let before = copy.flagsBefore else {
                return nil
            }
            let changes = FlagChanges(from: before, to: source.flags)
            return changes.isEmpty ? nil : Carriage(step: source.step, copy: copy, uid: uid, changes: changes)
        }
        guard !carriages.isEmpty else { return [:] }
        for carriage in carriages {
            let difference = FlagDifference(added: carriage.changes.added, removed: carriage.changes.removed)
            ledger.add(.carrying(carriage.step, difference))
        }
        try await settle(&ledger)
        var failures: [StepID: SessionError] = [:]
        for (place, own) in Dictionary(grouping: carriages, by: \.copy.folder).sorted(by: { $0.key < $1.key }) {
            // Nobody compares our own mailbox while we change it; another account's has no turns that we could take.
            if place.account == nil { await setting.turns.enter(place.mailbox, .comparing) }
            do {
                let missed = try await carry(own, to: place)
                for carriage in own where missed[carriage.step] == nil { ledger.add(.carried(carriage.step)) }
                failures.merge(missed) { first, _ in first }
                try await settle(&ledger)
            } catch {
                if place.account == nil { await setting.turns.leave(place.mailbox, .comparing) }
                throw error
            }
            if place.account == nil { await setting.turns.leave(place.mailbox, .comparing) }
        }
        return failures
    }

    private func carry(_ carriages: [Carriage], to place: TargetFolder) async throws -> [StepID: SessionError] {
        let missed: [StepID: SessionError]
        do {
            missed = try await visiting(place.account, place.mailbox, writing: true) { opened, look in
                try await carry(carriages, in: place, opened: opened, look)
            }
        } catch let error as SessionError where error.scope < .connection {
            missed = Dictionary(carriages.map { ($0.step, error) }, uniquingKeysWith: { first, _ in first })
        }
        setting.logger.info(
            "carried along what was changed meanwhile",
            metadata: ["folder": "\(place)", "messages": "\(carriages.count - missed.count)"])
        return missed
    }

    private func carry(
        _ carriages: [Carriage], in place: TargetFolder, opened: CommandResult, _ look: MailboxLook
    ) async throws -> [StepID: SessionError] {
        func failure(_ code: FaultCode, _ text: String) -> SessionError {
            SessionError(code: code, scope: .mailbox, mailbox: place.description, text: text)
        }
        var failures: [StepID: SessionError] = [:]
        guard opened.status == .ok, let selected = opened.selected, !selected.isReadOnly else {
            let why = opened.status == .ok ? failure(.folderReadOnly, "opened read-only by the server") : opened.error
            for carriage in carriages { failures[carriage.step] = why }
            return failures
        }
        let groups = Dictionary(grouping: carriages, by: \.changes).sorted { $0.key.sortKey < $1.key.sortKey }
        for (changes, own) in groups {
            let here = own.filter { $0.copy.outcome.targetUIDValidity == selected.uidValidity?.rawValue }
            for carriage in own where !here.contains(where: { $0.step == carriage.step }) {
                failures[carriage.step] = failure(.protocolError, "renumbered by the server: the copy cannot be told")
            }
            // What the folder does not keep cannot be carried there, and is no reason to leave the message in two.
            var kept = changes
            kept.added = changes.added.filter(selected.keeps)
            guard !kept.isEmpty, let uids = NonEmptyUIDSet(UIDSet(here.map(\.uid))) else { continue }
            for chunk in CommandEncoder.chunks(of: uids, lineLimit: look.lineLimit, overhead: 512) {
                let now = try await look.make(kept, of: chunk)
                for carriage in here where chunk.set.contains(carriage.uid) {
                    // A copy that is gone needs nothing any more: somebody took it away.
                    guard let flags = now.flags[carriage.uid], !kept.areMade(in: flags) else { continue }
                    failures[carriage.step] =
                        now.error ?? failure(.protocolError, "the server said OK but did not change the copy's flags")
                }
            }
        }
        return failures
    }
}
