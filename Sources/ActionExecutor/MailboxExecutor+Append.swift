import ActionJournal
import IMAPSession
import IMAPSyntax
import MailModel

extension MailboxExecutor {
    /// The mailbox of another account that messages are given to, selected on its link.
    private struct Target {
        var folder: TargetFolder
        var account: AccountName
        var wire: WireMailboxName
        var link: AccountLink
        var selected: SelectedMailbox
        var uidValidity: UIDValidity
    }

    /// A message at the source, ready to be handed over.
    private struct Outgoing {
        var file: String
        var flags: Set<Flag>
        var internalDate: Int64
        var identity: MessageIdentity
    }

    private enum Arrived {
        case at(UID, FetchedMessage)
        case nowhere
        case several(Int)
    }

    /// Bytes that are asked for at once of a message.
    private static let pieceSize = 1 << 20

    /// Gives messages to another account: each goes in pieces into the spool, from there to its target, and is seen there
    /// before it counts as given (FAULTS A1). What was begun before is looked for first.
    func append(_ batch: StepBatch, _ ledger: inout StepLedger) async throws {
        guard let folder = batch.arguments.folder, let account = folder.account, let spool = setting.spool else {
            return refuse(batch, &ledger, "the target is not a folder of another account")
        }
        do {
            try await linked(to: account) { link in
                guard let target = try await open(folder, account, link, batch, &ledger) else { return }
                for item in batch.items { try await give(item, to: target, by: spool, &ledger) }
            }
        } catch let error as SessionError where error.code == .accountUnreachable {
            for item in batch.items where !(ledger.step(item.step)?.state.isSettled ?? true) {
                retry(item, &ledger, error.description, error.code)
            }
        }
    }

    /// Selects the target, which is made when it is missing and may be; `nil` when it cannot be filed into.
    private func open(
        _ folder: TargetFolder, _ account: AccountName, _ link: AccountLink, _ batch: StepBatch,
        _ ledger: inout StepLedger
    ) async throws -> Target? {
        guard let wire = link.layout.wireName(folder.mailbox) else {
            refuse(batch, &ledger, "the server of “\(account)” cannot have a folder named “\(folder.mailbox)”")
            return nil
        }
        var opened = try await link.connection.run(.select(wire, condstore: false))
        if opened.status != .ok, !opened.error.isTransient, batch.arguments.create,
            try await isMissing(opened, on: link.connection)
        {
            _ = try await link.connection.run([.create(wire), .subscribe(wire)])
            opened = try await link.connection.run(.select(wire, condstore: false))
        }
        guard opened.status == .ok, let selected = opened.selected else {
            fail(batch, &ledger, opened.error)
            return nil
        }
        guard let uidValidity = selected.uidValidity, !selected.isReadOnly else {
            refuse(
                batch, &ledger,
                selected.isReadOnly
                    ? "the server opened “\(folder)” read-only (folder_read_only)"
                    : "the server gave no UIDVALIDITY for “\(folder)”: a copy there could not be told", .folderReadOnly)
            return nil
        }
        return Target(
            folder: folder, account: account, wire: wire, link: link, selected: selected, uidValidity: uidValidity)
    }

    private func give(
        _ item: StepBatch.Item, to target: Target, by spool: Spool, _ ledger: inout StepLedger
    ) async throws {
        let before = ledger.step(item.step)?.attempt ?? 0 > 0 ? ledger.step(item.step)?.precondition : nil
        if let before, try await settleEarlier(item, before, target, &ledger) {
            // What the cut left behind.
            return try await spool.remove(Self.file(of: item))
        }
        guard let outgoing = try await fetch(item, into: spool, &ledger) else {
            return try await spool.remove(Self.file(of: item))
        }
        let bound = before?.targetUIDNext.flatMap { UID($0) } ?? target.selected.uidNext
        try await begin([item], &ledger) { _ in
            StepPrecondition(
                flagsBefore: outgoing.flags.stored, targetUIDValidity: target.uidValidity.rawValue,
                targetUIDNext: bound?.rawValue, contentIdentity: outgoing.identity.rawValue)
        }
        let file = try await spool.reader(outgoing.file)
        let reply = try await target.link.connection.append(
            OutgoingMessage(size: file.size) { try await file.read($0) }, to: target.wire,
            flags: outgoing.flags.filter { $0 != .recent && $0 != .deleted && target.selected.keeps($0) }.sorted(),
            internalDate: outgoing.internalDate)
        if reply.status == .ok {
            try await verify(item, reply, outgoing.identity, from: bound, target, &ledger)
        } else if reply.error.code == .folderMissing, batchMayCreate(item, ledger) {
            retry(item, &ledger, reply.error.description, reply.error.code)
        } else {
            fail(
                StepBatch(kind: .append, arguments: StepArguments(), items: [item]), &ledger, reply.error)
        }
        // Whatever comes of it, the message is at the source until it is seen in its target.
        try await spool.remove(outgoing.file)
    }

    private func batchMayCreate(_ item: StepBatch.Item, _ ledger: StepLedger) -> Bool {
        ledger.step(item.step)?.arguments.create ?? false
    }

    /// What became of an attempt that was cut off.
    ///
    /// - Returns: whether that settles the step.
    private func settleEarlier(
        _ item: StepBatch.Item, _ before: StepPrecondition, _ target: Target, _ ledger: inout StepLedger
    ) async throws -> Bool {
        guard let identity = before.contentIdentity.map(MessageIdentity.init(rawValue:)) else { return false }
        guard before.targetUIDValidity == target.uidValidity.rawValue,
            let bound = before.targetUIDNext.flatMap({ UID($0) })
        else {
            ledger.finish(
                item.step, .unknown,
                detail: "whether the message reached “\(target.folder)” could not be found out: look there, "
                    + "then release or undo the plan")
            return true
        }
        switch try await look(for: identity, from: bound, target) {
        case .at(let uid, let message):
            note(item, uid, message, target, "found by looking", &ledger)
            return true
        case .several(let count):
            holdSeveral(item, count, target, &ledger)
            return true
        case .nowhere:
            guard let later = ledger.step(item.step).flatMap(mayStillHappen) else { return false }
            ledger.postpone(item.step, until: later, because: "it may still arrive in “\(target.folder)”")
            return true
        }
    }

    private func verify(
        _ item: StepBatch.Item, _ reply: CommandResult, _ identity: MessageIdentity, from bound: UID?,
        _ target: Target, _ ledger: inout StepLedger
    ) async throws {
        _ = try await target.link.connection.run(.noop)
        if let (uidValidity, uid) = reply.appendedUID, uidValidity == target.uidValidity {
            let shown = try await target.link.look.fetched(.set(UIDSet(uid))).first { $0.uid == uid }
            if let shown, IdentityReader.content.identity(of: shown) == identity {
                return note(item, uid, shown, target, nil, &ledger)
            }
            if shown != nil {
                return ledger.finish(
                    item.step, .failed,
                    detail:
                        "“\(target.folder)” shows another message than was given to it: look there; nothing was removed"
                )
            }
        }
        guard let bound else {
            return ledger.finish(
                item.step, .unknown,
                detail: "the server said OK; which message in “\(target.folder)” is the copy cannot be told")
        }
        switch try await look(for: identity, from: bound, target) {
        case .at(let uid, let message): note(item, uid, message, target, "found by looking", &ledger)
        case .several(let count): holdSeveral(item, count, target, &ledger)
        case .nowhere: retry(item, &ledger, "the server said OK but “\(target.folder)” has no copy")
        }
    }

    private func holdSeveral(_ item: StepBatch.Item, _ count: Int, _ target: Target, _ ledger: inout StepLedger) {
        ledger.finish(
            item.step, .unknown,
            detail:
                "“\(target.folder)” holds \(count) messages like this one: look there, then release or undo the plan")
    }

    /// Looks in the target from the UIDNEXT that was noted, past what other steps put there.
    private func look(for identity: MessageIdentity, from bound: UID, _ target: Target) async throws -> Arrived {
        let known = try await setting.journal.appendedCopies(
            account: target.account, in: target.folder.mailbox, uidValidity: target.uidValidity)
        let found = try await target.link.look.fetched(.from(bound)).filter { message in
            guard let uid = message.uid, uid >= bound, !known.contains(uid) else { return false }
            return IdentityReader.content.identity(of: message) == identity
        }
        guard let first = found.first, let uid = first.uid else { return .nowhere }
        return Set(found.compactMap(\.uid)).count == 1 ? .at(uid, first) : .several(found.count)
    }

    private func note(
        _ item: StepBatch.Item, _ uid: UID, _ message: FetchedMessage, _ target: Target, _ detail: String?,
        _ ledger: inout StepLedger
    ) {
        if let flags = ledger.step(item.step)?.precondition?.flagsBefore {
            ledger.note(flagsBefore: Set(stored: flags), item.step)
        }
        ledger.finish(
            item.step, .done,
            StepOutcome(targetUIDValidity: target.uidValidity.rawValue, targetUID: uid.rawValue, detail: detail))
        confirmed.note(item.step)
        // Should that account watch the folder, it is to know the message for ours.
        if let identity = target.link.identities.identity(of: message) {
            let key = MessageKey(
                account: target.account, mailbox: target.folder.mailbox, uidValidity: target.uidValidity, uid: uid)
            ledger.add(.identitySeen(identity, key, at: setting.clock()))
        }
        setting.logger.info(
            "given to another account", metadata: ["plan": "\(item.plan)", "folder": "\(target.folder)"])
    }

    /// A name that no other step has, so that a file that a crash left is written anew.
    private static func file(of item: StepBatch.Item) -> String { "step-\(item.step).eml" }

    /// Reads the message in pieces into a spooled file; `nil` when it is gone, or what came is not all of it.
    private func fetch(
        _ item: StepBatch.Item, into spool: Spool, _ ledger: inout StepLedger
    ) async throws -> Outgoing? {
        let items: [FetchItem] = [.flags] + IdentityReader.content.wholeFetch + (try await stateItems())
        let reply = try await connection.run(.uidFetch(.set(UIDSet(item.uid)), items, changedSince: nil)).checked()
        confirmed.note(item.step, copiedAt: reply.firstModSeqs[item.uid])
        guard let message = reply.fetched.first(where: { $0.uid == item.uid }), let flags = message.flags else {
            ledger.finishGone(item.step, "the message was no longer in “\(setting.mailbox)”")
            return nil
        }
        if flags.contains(.deleted) {
            ledger.finishGone(item.step, "somebody marked the message deleted first")
            return nil
        }
        guard let size = message.size, let date = message.internalDate,
            let identity = IdentityReader.content.identity(of: message)
        else {
            retry(item, &ledger, "the server did not give the message's size, date and header")
            return nil
        }
        let file = Self.file(of: item)
        let draft = try await spool.draft(file)
        var offset = 0
        while offset < size {
            let piece = min(Self.pieceSize, size - offset)
            let part = FetchItem.bodyPeek(.whole, partial: offset..<(offset + piece))
            let reply = try await connection.run(.uidFetch(.set(UIDSet(item.uid)), [.uid, part], changedSince: nil))
            let bytes = try reply.checked().fetched.first { $0.uid == item.uid }?.bodies.first?.bytes ?? []
            guard !bytes.isEmpty, bytes.count <= piece else { break }
            try await draft.append(bytes)
            offset += bytes.count
        }
        guard offset == size else {
            // Something less than the message must not take its place.
            retry(item, &ledger, "the server gave \(offset) bytes of a message that it says has \(size)")
            return nil
        }
        try await draft.finish()
        return Outgoing(file: file, flags: flags, internalDate: date, identity: identity)
    }
}
