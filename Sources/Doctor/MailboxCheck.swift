import Accounts
import IMAPSession
import IMAPSyntax
import MailModel

/// What a signed-in connection can and cannot do, looked at without changing anything.
struct MailboxCheck: Sendable {
    let account: AccountConfiguration
    let access: any AccountAccess
    let connection: IMAPConnection
    let server: SignedIn
    let scope: DoctorScope

    func run() async -> [CheckResult] {
        var results = [
            CheckResult.passed("imap.capabilities", server.capabilities.sorted().joined(separator: " ")), connections,
        ]
        await step(into: &results, "imap.folders") { try await folders() }
        for mailbox in account.watch {
            await step(into: &results, "imap.watch") { try await watched(mailbox) }
        }
        await step(into: &results, "imap.idle") { [try await idle()] }
        results.append(move)
        if server.has("QUOTA") { await step(into: &results, "imap.quota") { [try await quota()] } }
        return results
    }

    private func step(
        into results: inout [CheckResult], _ check: String, _ work: @escaping @Sendable () async throws -> [CheckResult]
    ) async {
        do {
            results += try await scope.inTime(work)
        } catch is StepOverdue {
            results.append(
                CheckResult(
                    check: check, ok: false, code: .connectionTimeout,
                    detail: "the server did not answer within \(Int(scope.step)) s",
                    advice: FaultAdvice.sentence(for: .unavailable, .imap, account.profile, account.imap)))
        } catch {
            results.append(.failed(check, await access.explain(error, service: .imap)))
        }
    }

    // MARK: The account

    /// How many connections `run` holds, against what the provider allows.
    private var connections: CheckResult {
        // Each watched folder has one; the others share one for now and then.
        let needed = account.watch.count + 1
        let allowed = account.profile.limits.connections
        let detail = "\(needed) connections at a time are needed; \(account.profile.title) allows about \(allowed)"
        guard needed > allowed else { return .passed("imap.connections", detail) }
        return CheckResult(
            check: "imap.connections", ok: true, code: .tooManyConnections, detail: detail,
            advice: "Watch fewer folders (`watch`), or some of them may be refused now and then.")
    }

    private func folders() async throws -> [CheckResult] {
        let options: [ListReturn] = server.has("SPECIAL-USE") && server.has("LIST-EXTENDED") ? [.specialUse] : []
        let reply = try await connection.run(.list(reference: "", pattern: "*", returning: options)).checked()
        let names = Set(reply.lists.compactMap { server.layout.name($0.name) })
        let roles = access.roles(in: reply.lists, layout: server.layout)
        let found = roles.filter { names.contains($0.value) }.sorted { $0.key.rawValue < $1.key.rawValue }
            .map { "\($0.key.rawValue) is \($0.value)" }
        let missing = roles.filter { !names.contains($0.value) }.sorted { $0.key.rawValue < $1.key.rawValue }
        var results = [
            CheckResult.passed("imap.folders", "\(names.count) folders; \(found.joined(separator: ", "))")
        ]
        // What the person named has to be there; the rest is made when a rule first needs it.
        let named = missing.filter { account.folders[$0.key] != nil }
        if let first = named.first {
            results.append(
                CheckResult(
                    check: "imap.roles", ok: false, code: .folderMissing,
                    detail: "`folders` says that \(first.key.rawValue) is \(first.value), and there is no such folder",
                    advice: FaultAdvice.sentence(for: .folderMissing, .imap, account.profile, account.imap)))
        } else if !missing.isEmpty {
            let list = missing.map { "\($0.key.rawValue) (\($0.value))" }.joined(separator: ", ")
            results.append(.passed("imap.roles", "not there, made when a rule needs it: \(list)"))
        }
        return results
    }

    // MARK: A watched folder

    private func watched(_ mailbox: MailboxName) async throws -> [CheckResult] {
        guard let wire = server.layout.wireName(mailbox) else {
            throw SessionError(
                code: .folderMissing, scope: .mailbox, mailbox: mailbox.rawValue,
                text: "the server cannot have such a folder")
        }
        let reply = try await connection.run(.select(wire, condstore: false))
        guard reply.status == .ok, let selected = reply.selected else { throw try await missing(reply, wire) }
        guard !selected.isReadOnly else {
            throw SessionError(
                code: .folderReadOnly, scope: .mailbox, command: "SELECT", mailbox: mailbox.rawValue,
                text: "the server opens \(mailbox) read-only")
        }
        var results = [
            CheckResult.passed("imap.watch", "\(mailbox): \(selected.exists) messages, can be read and changed")
        ]
        guard mailbox == account.watch.first else { return results }
        results.append(keywords(selected))
        if let clock = try await clock(selected) { results.append(clock) }
        return results
    }

    /// Servers refuse what is not there in many words; the listing tells it plainly.
    private func missing(_ reply: CommandResult, _ wire: WireMailboxName) async throws -> SessionError {
        var error = reply.error
        let lists = try await connection.run(.list(reference: "", pattern: "*", returning: []))
        if lists.status == .ok, !lists.lists.contains(where: { $0.name == wire }) { error.code = .folderMissing }
        return error
    }

    private func keywords(_ selected: SelectedMailbox) -> CheckResult {
        guard !selected.acceptsNewKeywords else { return .passed("imap.keywords", "keywords can be set") }
        return CheckResult(
            check: "imap.keywords", ok: true,
            detail: "the server keeps no keywords of one's own"
                + (account.profile.quirks.hasKeywords ? "" : ", as usual at \(account.profile.title)"),
            advice: "`keyword` in rules has no effect on this account: use folders or “flagged” in place of it.")
    }

    /// The newest message cannot have come later than now.
    private func clock(_ selected: SelectedMailbox) async throws -> CheckResult? {
        guard selected.exists > 0 else { return nil }
        let reply = try await connection.run(.uidFetch(.last, [.uid, .internalDate], changedSince: nil)).checked()
        guard let newest = reply.fetched.compactMap(\.internalDate).max() else { return nil }
        return ClockCheck.judge(server: newest, here: scope.clock(), isExact: false)
    }

    // MARK: What it can

    private func idle() async throws -> CheckResult {
        guard server.has("IDLE") else {
            return CheckResult(
                check: "imap.idle", ok: true,
                detail: "the server does not push (no IDLE)"
                    + (account.profile.quirks.hasIdle ? "" : ", as usual at \(account.profile.title)")
                    + ": it is asked every \(account.pollSeconds) s",
                advice: "New mail is noticed a little later; `poll` says how often to ask.")
        }
        let reply = connection.beginIdle()
        // What follows IDLE ends it, and only then its own answer comes.
        _ = try await connection.run(.noop).checked()
        let ended = try await reply.value()
        guard ended.status == .ok else {
            return CheckResult(
                check: "imap.idle", ok: true,
                detail: "the server offers IDLE and refuses it (\(ended.text)): it is asked every "
                    + "\(account.pollSeconds) s",
                advice: "New mail is noticed a little later; `poll` says how often to ask.")
        }
        return .passed("imap.idle", "the server pushes (IDLE), begun anew every \(account.idleSeconds) s")
    }

    private var move: CheckResult {
        if server.has("MOVE") { return .passed("imap.move", "messages are moved by MOVE") }
        if server.has("UIDPLUS") {
            return .passed(
                "imap.move",
                "no MOVE" + (account.profile.quirks.hasMove ? "" : ", as usual at \(account.profile.title)")
                    + ": messages are copied, looked for, and then removed one by one (UIDPLUS)")
        }
        return CheckResult(
            check: "imap.move", ok: true,
            detail: "neither MOVE nor UIDPLUS: messages are copied, and marked as deleted where they were",
            advice: "The marked messages stay in the folder until you, or another program, empty it.")
    }

    private func quota() async throws -> CheckResult {
        let reply = try await connection.run(.quotaRoot(WireMailboxName(decoded: "INBOX"))).checked()
        let resources = reply.quotas.flatMap(\.resources)
        guard !resources.isEmpty else { return .passed("imap.quota", "no limit is told") }
        let words = resources.map { resource in
            resource.name == "STORAGE"
                ? "\(resource.usage / 1_024) of \(resource.limit / 1_024) MiB"
                : "\(resource.usage) of \(resource.limit) \(resource.name.lowercased())"
        }
        let detail = words.joined(separator: ", ") + " used"
        guard resources.contains(where: \.isUsedUp) else { return .passed("imap.quota", detail) }
        return CheckResult(
            check: "imap.quota", ok: false, code: .overQuota, detail: detail,
            advice: FaultAdvice.sentence(for: .overQuota, .imap, account.profile, account.imap))
    }
}
