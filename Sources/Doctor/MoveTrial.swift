import IMAPSession
import IMAPSyntax
import MailModel

/// Tries what rules do, for real, in two folders that it makes and removes: a push that comes, and a move.
struct MoveTrial: Sendable {
    let access: any AccountAccess
    let connection: IMAPConnection
    let server: SignedIn
    let scope: DoctorScope

    func run() async -> [CheckResult] {
        let letter = TestLetter(address: nil, time: scope.clock())
        // A name that nobody else has: what is removed in the end is only what was made here.
        let names = [letter.subject, "\(letter.subject) moved"]
        let folders = names.compactMap { MailboxName($0) }
        let wires = folders.compactMap { server.layout.wireName($0) }
        guard wires.count == 2 else { return [] }
        var made: [WireMailboxName] = []
        var results: [CheckResult] = []
        do {
            for wire in wires {
                _ = try await connection.run(.create(wire)).checked()
                made.append(wire)
            }
            results.append(.passed("imap.create", "made the folders “\(names[0])” and “\(names[1])”"))
            results += try await pushAndMove(letter, folders, wires)
        } catch {
            results.append(.failed("imap.write", await access.explain(error, service: .imap)))
        }
        results.append(await cleanUp(made, names))
        return results
    }

    private func pushAndMove(
        _ letter: TestLetter, _ folders: [MailboxName], _ wires: [WireMailboxName]
    ) async throws -> [CheckResult] {
        let finder = LetterFinder(connection: connection, server: server, scope: scope)
        let before = try await finder.nextUID(in: folders[0])
        _ = try await connection.takeActivity()
        // Another hand delivers: one's own APPEND is told in its own answer.
        let (other, _, _) = try await scope.inTime { [access] in try await access.signIn() }
        defer { other.close() }
        var results: [CheckResult] = []
        let pushes = server.has("IDLE")
        if pushes { _ = connection.beginIdle() }
        let begun = ContinuousClock.now
        let bytes = letter.bytes
        let appended = try await other.append(
            OutgoingMessage(size: bytes.count) { [reader = LetterReader(bytes)] in await reader.next($0) },
            to: wires[0], flags: [], internalDate: nil
        ).checked()
        if pushes { results.append(try await push(since: begun)) }
        guard let uid = try await finder.find(letter, in: folders[0], from: before) else {
            throw SessionError(
                code: .unavailable, scope: .mailbox, command: "APPEND", mailbox: folders[0].rawValue,
                text: "a message was put into the folder, and it is not there (\(appended.text))")
        }
        if let clock = try await clock(uid) { results.append(clock) }
        results.append(try await move(uid, letter, to: folders[1], wires[1], finder))
        return results
    }

    private func push(since begun: ContinuousClock.Instant) async throws -> CheckResult {
        let end = begun + .seconds(scope.step)
        while ContinuousClock.now < end {
            let left = (end - ContinuousClock.now) / .seconds(1)
            _ = try await connection.waitForActivity(seconds: left)
            guard try await connection.takeActivity().exists != nil else { continue }
            let taken = (ContinuousClock.now - begun) / .milliseconds(1)
            return .passed("imap.push", "the server told of a new message after \(Int(taken)) ms")
        }
        return CheckResult(
            check: "imap.push", ok: false, code: FaultCode(rawValue: "no_push"),
            detail: "the server takes IDLE and did not tell of a new message within \(Int(scope.step)) s",
            advice:
                "Mail is found all the same when IDLE is begun anew: a shorter `idle` in the configuration makes that "
                + "sooner.")
    }

    private func clock(_ uid: UID) async throws -> CheckResult? {
        let reply = try await connection.run(.uidFetch(.set(UIDSet(uid)), [.uid, .internalDate], changedSince: nil))
            .checked()
        return reply.fetched.first { $0.uid == uid }?.internalDate.map {
            ClockCheck.judge(server: $0, here: scope.clock(), isExact: true)
        }
    }

    private func move(
        _ uid: UID, _ letter: TestLetter, to target: MailboxName, _ wire: WireMailboxName, _ finder: LetterFinder
    ) async throws -> CheckResult {
        let one = NonEmptyUIDSet(uid)
        let how: String
        if server.has("MOVE") {
            _ = try await connection.run(.uidMove(one, wire)).checked()
            how = "by MOVE"
        } else {
            _ = try await connection.run(.uidCopy(one, wire)).checked()
            how = server.has("UIDPLUS") ? "by copying and removing" : "by copying and marking as deleted"
        }
        // An OK proves nothing: the copy is looked for before the source goes.
        let source = try await connection.selectedMailbox()?.name
        _ = try await finder.nextUID(in: target)
        guard try await finder.look(for: letter, from: .first) != nil else {
            throw SessionError(
                code: .protocolError, scope: .mailbox, command: "UID MOVE", mailbox: target.rawValue,
                text: "the server said OK, and the message is not in the target")
        }
        if !server.has("MOVE"), let source {
            _ = try await connection.run(.select(source, condstore: false)).checked()
            try await finder.remove(uid)
        }
        return .passed("imap.trial", "a message was moved \(how)")
    }

    /// Takes away the folders that were made, and says which could not be.
    private func cleanUp(_ made: [WireMailboxName], _ names: [String]) async -> CheckResult {
        var left: [String] = []
        // A folder that is open cannot be removed everywhere.
        _ = try? await connection.run(.select(WireMailboxName(decoded: "INBOX"), condstore: false))
        for (wire, name) in zip(made, names) {
            let reply = try? await connection.run(.deleteMailbox(wire))
            if reply?.status != .ok { left.append("“\(name)”") }
        }
        guard !left.isEmpty else { return .passed("imap.clean", "removed what was made") }
        return CheckResult(
            check: "imap.clean", ok: false, code: .unavailable,
            detail: "could not be removed again: \(left.joined(separator: ", "))",
            advice: "Delete it with your mail program; it holds only a message of the doctor's.")
    }
}

/// Hands out a message in pieces.
private actor LetterReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    func next(_ most: Int) -> [UInt8] {
        let piece = rest.prefix(most)
        rest = rest.dropFirst(piece.count)
        return Array(piece)
    }
}
