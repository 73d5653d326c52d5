import ActionJournal
import IMAPSession
import IMAPSyntax
import MailModel

extension MailboxExecutor {
    private struct Copy {
        var item: StepBatch.Item
        var place: StepArguments.Place
        var identity: MessageIdentity

        var uid: UID? { UID(place.uid) }
    }

    private enum Removed: Sendable {
        case gone(String?)
        case stays(String)
        case again(String)
    }

    /// Removes copies that plans made and that are taken back: only such as are still what was put there, and only while
    /// the message itself is where its plan says.
    func removeCopies(_ batch: StepBatch, _ ledger: inout StepLedger) async throws {
        guard let target = batch.arguments.folder else {
            return refuse(batch, &ledger, "the copy's folder has no name that a server can have")
        }
        do {
            guard try await canExpunge(in: target) else {
                for item in batch.items {
                    ledger.finish(
                        item.step, .superseded,
                        detail: "its copy in “\(target)” stays: the server cannot remove a single message (no UIDPLUS)")
                }
                return
            }
        } catch let error as SessionError where error.code == .accountUnreachable {
            for item in batch.items { retry(item, &ledger, error.description, error.code) }
            return
        }
        let present = try await flags(of: batch.items.map(\.uid))
        var copies: [Copy] = []
        for item in batch.items {
            guard let place = ledger.step(item.step)?.arguments.copy, let plan = ledger.plan(item.plan) else {
                continue
            }
            guard let flags = present[item.uid], !flags.contains(.deleted) else {
                ledger.finish(
                    item.step, .superseded,
                    detail: "its copy in “\(target)” stays: the message is no longer in “\(setting.mailbox)”")
                continue
            }
            let identity = place.identity.map(MessageIdentity.init(rawValue:)) ?? plan.identity
            copies.append(Copy(item: item, place: place, identity: identity))
        }
        guard !copies.isEmpty else { return }
        let places = Dictionary(copies.map { ($0.item.step, $0.place) }, uniquingKeysWith: { first, _ in first })
        try await begin(copies.map(\.item), &ledger) { item in
            StepPrecondition(copyUIDValidity: places[item.step]?.uidValidity, copyUID: places[item.step]?.uid)
        }
        let removed: [StepID: Removed]
        do {
            removed = try await visiting(target.account, target.mailbox, writing: true) { opened, look in
                try await remove(copies, from: target, opened, look)
            }
        } catch let error as SessionError where error.scope < .connection {
            for copy in copies { retry(copy.item, &ledger, error.description, error.code) }
            return
        }
        for copy in copies {
            switch removed[copy.item.step] ?? .again("the server did not show the copy") {
            case .gone(let detail): ledger.finish(copy.item.step, .done, detail: detail)
            case .stays(let why): ledger.finish(copy.item.step, .superseded, detail: why)
            case .again(let why): retry(copy.item, &ledger, why)
            }
        }
    }

    private func canExpunge(in target: TargetFolder) async throws -> Bool {
        guard let account = target.account else { return setting.hasUIDPlus }
        return try await linked(to: account) { $0.hasUIDPlus }
    }

    private func remove(
        _ copies: [Copy], from target: TargetFolder, _ opened: CommandResult, _ look: MailboxLook
    ) async throws -> [StepID: Removed] {
        func all(_ removed: Removed) -> [StepID: Removed] {
            Dictionary(copies.map { ($0.item.step, removed) }, uniquingKeysWith: { first, _ in first })
        }
        guard opened.status == .ok, let selected = opened.selected else {
            if opened.error.isTransient { return all(.again(opened.error.description)) }
            let isGone = try await isMissing(opened, on: look.connection)
            return all(isGone ? .gone("“\(target)” is gone") : .stays(opened.error.description))
        }
        guard !selected.isReadOnly else {
            return all(.stays("its copy in “\(target)” stays: the server opened the folder read-only"))
        }
        var removed: [StepID: Removed] = [:]
        var own: [Copy] = []
        let here = copies.filter { $0.place.uidValidity == selected.uidValidity?.rawValue }
        let identities = try await look.identities(of: here.compactMap(\.uid))
        for copy in copies {
            if copy.place.uidValidity != selected.uidValidity?.rawValue {
                removed[copy.item.step] = .stays(
                    "its copy in “\(target)” stays: the server renumbered the folder, and it cannot be told")
            } else if let uid = copy.uid, let identity = identities[uid] {
                if identity == copy.identity {
                    own.append(copy)
                } else {
                    removed[copy.item.step] = .stays("what is now in its place in “\(target)” is another message")
                }
            } else {
                removed[copy.item.step] = .gone("somebody had taken its copy out of “\(target)”")
            }
        }
        guard let uids = NonEmptyUIDSet(UIDSet(own.compactMap(\.uid))) else { return removed }
        for chunk in CommandEncoder.chunks(of: uids, lineLimit: look.lineLimit) {
            // UID EXPUNGE removes only what bears \Deleted: should the STORE fail, it removes nothing of these.
            let replies = try await look.connection.run([
                .uidStore(chunk, .add, [.deleted], silent: true, unchangedSince: nil), .uidExpunge(chunk),
            ])
            let left = try await look.flags(of: chunk)
            let why = replies.first { $0.status != .ok }?.error.description
            for copy in own {
                guard let uid = copy.uid, chunk.set.contains(uid) else { continue }
                removed[copy.item.step] =
                    left[uid] == nil ? .gone(nil) : .again(why ?? "the server said OK but did not remove the copy")
            }
        }
        return removed
    }
}
