import ActionJournal
import IMAPSession
import IMAPSyntax
import MailModel

extension MailboxExecutor {
    private struct Copy {
        var item: StepBatch.Item
        var place: StepArguments.CopyPlace
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
        guard let target = batch.arguments.mailbox.flatMap(MailboxName.init), let wire = setting.layout.wireName(target)
        else { return refuse(batch, &ledger, "the copy's folder has no name that the server can have") }
        guard setting.hasUIDPlus else {
            for item in batch.items {
                ledger.finish(
                    item.step, .superseded,
                    detail: "its copy in “\(target)” stays: the server cannot remove a single message (no UIDPLUS)")
            }
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
            copies.append(Copy(item: item, place: place, identity: plan.identity))
        }
        guard !copies.isEmpty else { return }
        let places = Dictionary(copies.map { ($0.item.step, $0.place) }, uniquingKeysWith: { first, _ in first })
        try await begin(copies.map(\.item), &ledger) { item in
            StepPrecondition(copyUIDValidity: places[item.step]?.uidValidity, copyUID: places[item.step]?.uid)
        }
        let removed = try await within(wire, writing: true) { opened in
            try await remove(copies, from: target, wire, opened)
        }
        for copy in copies {
            switch removed[copy.item.step] ?? .again("the server did not show the copy") {
            case .gone(let detail): ledger.finish(copy.item.step, .done, detail: detail)
            case .stays(let why): ledger.finish(copy.item.step, .superseded, detail: why)
            case .again(let why): retry(copy.item, &ledger, why)
            }
        }
    }

    private func remove(
        _ copies: [Copy], from target: MailboxName, _ wire: WireMailboxName, _ opened: CommandResult
    ) async throws -> [StepID: Removed] {
        func all(_ removed: Removed) -> [StepID: Removed] {
            Dictionary(copies.map { ($0.item.step, removed) }, uniquingKeysWith: { first, _ in first })
        }
        guard opened.status == .ok, let selected = opened.selected else {
            if opened.error.isTransient { return all(.again(opened.error.description)) }
            let isGone = opened.code == .nonExistent ? true : try await isMissing(wire)
            return all(isGone ? .gone("“\(target)” is gone") : .stays(opened.error.description))
        }
        guard !selected.isReadOnly else {
            return all(.stays("its copy in “\(target)” stays: the server opened the folder read-only"))
        }
        var removed: [StepID: Removed] = [:]
        var own: [Copy] = []
        let here = copies.filter { $0.place.uidValidity == selected.uidValidity?.rawValue }
        let identities = try await identities(of: here.compactMap(\.uid))
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
        for chunk in CommandEncoder.chunks(of: uids, lineLimit: setting.lineLimit) {
            // UID EXPUNGE removes only what bears \Deleted: should the STORE fail, it removes nothing of these.
            let replies = try await connection.run([
                .uidStore(chunk, .add, [.deleted], silent: true, unchangedSince: nil), .uidExpunge(chunk),
            ])
            let left = try await flags(of: chunk)
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
