import ActionJournal
import IMAPSession
import IMAPSyntax
import MailModel

/// A mailbox of the account that messages go to.
struct FilingTarget: Hashable {
    var name: MailboxName
    var wire: WireMailboxName
    /// Whether it is made when it is missing.
    var isMade: Bool
}

/// Why there can be no such target.
struct TargetRefusal: Error {
    var text: String
}

extension MailboxExecutor {
    /// What a batch goes to.
    func target(of batch: StepBatch) throws(TargetRefusal) -> FilingTarget {
        guard let name = batch.arguments.mailbox.flatMap(MailboxName.init) else {
            throw TargetRefusal(text: "the target is not a folder name")
        }
        guard let wire = setting.layout.wireName(name) else {
            throw TargetRefusal(text: "the server cannot have a folder named “\(name)”")
        }
        return FilingTarget(name: name, wire: wire, isMade: batch.arguments.create)
    }

    /// For each target its entry (`nil` where the server tells none), or why nothing can go there.
    typealias Bounds = [FilingTarget: Result<TargetBook.Entry?, SessionError>]

    /// The targets' UIDVALIDITY and UIDNEXT, asked once and kept. All that are unknown are asked for in one write, and all
    /// that are missing are made in one.
    func bounds(of targets: [FilingTarget]) async throws -> Bounds {
        var bounds: Bounds = [:]
        for target in targets { if let known = setting.targets[target.name] { bounds[target] = .success(known) } }
        let unknown = Set(targets).filter { bounds[$0] == nil }.sorted { $0.name < $1.name }
        guard !unknown.isEmpty else { return bounds }
        var missing: [FilingTarget] = []
        let answers = try await connection.run(unknown.map { Self.status($0) })
        for (target, answer) in zip(unknown, answers) {
            if let status = Self.status(of: target, in: answers, own: answer) {
                bounds[target] = .success(note(status, target.name))
            } else if answer.status != .ok, answer.error.isTransient {
                bounds[target] = .failure(answer.error)
            } else if target.isMade {
                missing.append(target)
            } else {
                bounds[target] = .failure(
                    SessionError(
                        code: .folderMissing, scope: .mailbox, mailbox: target.name.rawValue,
                        text: "the folder does not exist, and the rule says create = false"))
            }
        }
        if !missing.isEmpty { bounds.merge(try await make(missing)) { $1 } }
        return bounds
    }

    private func make(_ targets: [FilingTarget]) async throws -> Bounds {
        var bounds: Bounds = [:]
        let answers = try await connection.run(
            targets.flatMap { [.create($0.wire), .subscribe($0.wire), Self.status($0)] })
        for (index, target) in targets.enumerated() {
            let (made, asked) = (answers[3 * index], answers[3 * index + 2])
            let status = Self.status(of: target, in: answers, own: asked)
            if made.status == .ok || made.code == .alreadyExists {
                setting.logger.info("folder created", metadata: ["folder": "\(target.name)"])
                bounds[target] = .success(status.flatMap { note($0, target.name) })
            } else if let status {
                bounds[target] = .success(note(status, target.name))
            } else if asked.status != .ok, asked.error.isTransient {
                bounds[target] = .failure(asked.error)
            } else {
                var error = made.error
                error.text = "the folder “\(target.name)” does not exist and cannot be made: \(error.text)"
                error.code = error.code == .folderReadOnly ? .folderReadOnly : .folderMissing
                bounds[target] = .failure(error)
            }
        }
        return bounds
    }

    private static func status(_ target: FilingTarget) -> IMAPCommand {
        .status(target.wire, [.uidValidity, .uidNext])
    }

    /// What was said of this mailbox: a server may answer commands of one write in another order.
    private static func status(
        of target: FilingTarget, in answers: [CommandResult], own: CommandResult
    ) -> MailboxStatus? {
        guard own.status == .ok else { return nil }
        return answers.lazy.flatMap(\.statuses).first { $0.mailbox == target.wire } ?? own.statuses.first
    }

    private func note(_ status: MailboxStatus, _ target: MailboxName) -> TargetBook.Entry? {
        guard let uidValidity = status.uidValidity, let uidNext = status.uidNext else { return nil }
        setting.targets.note(target, uidValidity, next: uidNext)
        return setting.targets[target]
    }

    func createFolder(_ batch: StepBatch, _ ledger: inout StepLedger) async throws {
        do {
            var target = try target(of: batch)
            target.isMade = true
            _ = try await bounds(of: [target])[target]?.get()
            for item in batch.items { ledger.finish(item.step, .done) }
        } catch let refusal as TargetRefusal {
            refuse(batch, &ledger, refusal.text)
        } catch let error as SessionError where error.scope < .connection {
            fail(batch, &ledger, error)
        }
    }
}
