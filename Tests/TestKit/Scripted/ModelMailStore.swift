import MailModel
import Synchronization

/// Mailboxes in memory, shared by all connections of a `ScriptedServer`; what a test changes here, another client did.
///
/// It watches over the client: an order that no careful client gives (removing a message whose copy it never saw, a
/// message that is none of its business) is refused and noted in `violations`.
public final class ModelMailStore: Sendable {
    fileprivate struct State {
        var mailboxes: [String: ModelMailbox] = [:]
        var nextToken = 1
        var nextSerial = 1
        var nextValidity: UInt32 = 1_001
        /// Which message each copy that ever was is one of.
        var tokens: [Int: Int] = [:]
        /// Messages that it may take out of a mailbox; `nil`: any.
        var removable: Set<Int>?
        var violations: [String] = []
        /// What clients were told of, in answers that reached them.
        var told: Set<[UInt8]> = []
        /// Messages that no mailbox takes a copy of.
        var uncopied: Set<[UInt8]> = []
        /// Another account's store, whose copies count as well.
        var trusted: ModelMailStore?
    }

    private let state = Mutex(State())

    public init(mailboxes: [String] = ["INBOX"]) {
        for name in mailboxes { create(name) }
    }

    // MARK: What tests do and look at

    /// - Returns: the message's token.
    @discardableResult
    public func deliver(
        _ bytes: [UInt8], to mailbox: String = "INBOX", flags: Set<Flag> = [], internalDate: Int64 = 1_000_000
    ) -> Int {
        state.withLock { state in
            let token = state.nextToken
            let serial = state.nextSerial
            state.nextToken += 1
            state.nextSerial += 1
            state.tokens[serial] = token
            _ = state.mailboxes[mailbox]?.add(
                flags: flags, internalDate: internalDate, bytes: bytes, token: token, serial: serial)
            return token
        }
    }

    public subscript(_ mailbox: String) -> ModelMailbox? { state.withLock { $0.mailboxes[mailbox] } }

    public var names: [String] { state.withLock { $0.mailboxes.keys.sorted() } }

    public var violations: [String] { state.withLock { $0.violations } }

    /// Every mailbox that holds the message, once for each copy.
    public func places(of token: Int) -> [String] {
        state.withLock { state in
            state.mailboxes.sorted { $0.key < $1.key }.flatMap { name, mailbox in
                mailbox.messages.filter { $0.token == token }.map { _ in name }
            }
        }
    }

    public func flags(of token: Int, in mailbox: String) -> Set<Flag>? {
        self[mailbox]?.messages.first { $0.token == token }?.flags
    }

    /// From now on the client may remove these messages from where they are, and no others.
    public func allowRemoval(of tokens: Set<Int>) { state.withLock { $0.removable = tokens } }

    /// A message may also be removed when its copy was seen in that account.
    public func trust(_ other: ModelMailStore) { state.withLock { $0.trusted = other } }

    public func create(_ mailbox: String) {
        state.withLock { state in
            guard state.mailboxes[mailbox] == nil, let validity = UIDValidity(state.nextValidity) else { return }
            state.nextValidity += 1
            state.mailboxes[mailbox] = ModelMailbox(uidValidity: validity)
        }
    }

    public func deleteMailbox(_ mailbox: String) { state.withLock { $0.mailboxes[mailbox] = nil } }

    public func setReadOnly(_ mailbox: String) { state.withLock { $0.mailboxes[mailbox]?.isReadOnly = true } }

    /// From now on COPY, MOVE and APPEND into the mailbox are refused: it is over quota.
    public func refuseCopies(to mailbox: String) { state.withLock { $0.mailboxes[mailbox]?.isFull = true } }

    /// From now on COPY and MOVE of these bytes are refused, and with them the whole command that names them.
    public func refuseCopies(of bytes: [UInt8]) { state.withLock { _ = $0.uncopied.insert(bytes) } }

    func refusesCopy(of uids: UIDSet, from mailbox: String) -> Bool {
        state.withLock { state in
            state.mailboxes[mailbox]?.messages.contains {
                uids.contains($0.uid) && state.uncopied.contains($0.bytes)
            } ?? false
        }
    }

    /// Another client removes the message from a mailbox for good.
    public func remove(_ token: Int, from mailbox: String) {
        state.withLock { $0.mailboxes[mailbox]?.messages.removeAll { $0.token == token } }
    }

    /// Another client copies the message.
    public func copy(_ token: Int, from source: String, to target: String) {
        state.withLock { state in
            for message in state.mailboxes[source]?.messages.filter({ $0.token == token }) ?? [] {
                _ = state.addCopy(of: message, to: target, internalDate: message.internalDate)
            }
        }
    }

    /// Another client moves the message.
    public func move(_ token: Int, from source: String, to target: String) {
        state.withLock { state in
            for message in state.mailboxes[source]?.messages.filter({ $0.token == token }) ?? [] {
                _ = state.addCopy(of: message, to: target, internalDate: message.internalDate)
            }
            state.mailboxes[source]?.messages.removeAll { $0.token == token }
        }
    }

    /// Another client changes flags.
    public func change(_ token: Int, in mailbox: String, adding: Set<Flag> = [], removing: Set<Flag> = []) {
        state.withLock { state in
            let serial = state.mailboxes[mailbox]?.messages.first { $0.token == token }?.serial
            state.mailboxes[mailbox]?.change(where: { $0.serial == serial }, adding: adding, removing: removing)
        }
    }

    /// The server makes new UIDs for all messages.
    public func renumber(_ mailbox: String) {
        state.withLock { state in
            guard let old = state.mailboxes[mailbox], let validity = UIDValidity(state.nextValidity) else { return }
            state.nextValidity += 1
            var new = ModelMailbox(uidValidity: validity)
            for message in old.messages {
                _ = new.add(
                    flags: message.flags, internalDate: message.internalDate, bytes: message.bytes,
                    token: message.token, serial: message.serial)
            }
            state.mailboxes[mailbox] = new
        }
    }

    /// The server forgets that UIDs from here on were ever given out, with the messages that have them: a backup was put
    /// back, and UIDVALIDITY stayed (against RFC 3501 §2.3.1.1).
    public func restore(_ mailbox: String, to next: UID) {
        state.withLock { state in
            state.mailboxes[mailbox]?.messages.removeAll { $0.uid >= next }
            state.mailboxes[mailbox]?.uidNext = next
        }
    }

    // MARK: What the client's commands do

    /// Copies messages; gives pairs of source and target UID, or `nil` when the target is not there.
    ///
    /// - Parameter labels: a message that the target has already gets no second UID there.
    func copy(
        _ uids: UIDSet, from source: String, to target: String, changesDate: Bool, labels: Bool
    ) -> (uidValidity: UIDValidity, pairs: [(source: UID, target: UID)], serials: [Int])? {
        state.withLock { state in
            guard let validity = state.mailboxes[target]?.uidValidity else { return nil }
            let messages = state.mailboxes[source]?.messages.filter { uids.contains($0.uid) } ?? []
            var pairs: [(source: UID, target: UID)] = []
            var serials: [Int] = []
            for message in messages {
                if labels, let standing = state.mailboxes[target]?.messages.first(where: { $0.token == message.token })
                {
                    pairs.append((message.uid, standing.uid))
                    serials.append(standing.serial)
                    continue
                }
                let date = message.internalDate + (changesDate ? 7 : 0)
                guard let copy = state.addCopy(of: message, to: target, internalDate: date) else { continue }
                pairs.append((message.uid, copy.uid))
                serials.append(copy.serial)
            }
            return (validity, pairs, serials)
        }
    }

    /// Takes out what a MOVE has just copied.
    func dropMoved(_ uids: [UID], from mailbox: String) {
        state.withLock { state in
            let moved = Set(uids)
            for message in state.mailboxes[mailbox]?.messages.filter({ moved.contains($0.uid) }) ?? [] {
                state.checkRemovable(message, "UID MOVE")
            }
            state.mailboxes[mailbox]?.messages.removeAll { moved.contains($0.uid) }
        }
    }

    /// Changes flags as STORE does; `false` when it had to be refused.
    ///
    /// - Parameter seen: the copies that the client was told of on its connection.
    func store(
        _ uids: UIDSet, in mailbox: String, adding: Set<Flag>, removing: Set<Flag>, seen: Set<Int>
    ) -> Bool {
        state.withLock { state in
            guard let messages = state.mailboxes[mailbox]?.messages else { return true }
            if adding.contains(.deleted) {
                let marked = messages.filter { uids.contains($0.uid) && !$0.flags.contains(.deleted) }
                guard marked.allSatisfy({ state.mayRemove($0, "UID STORE \\Deleted", seen) }) else { return false }
            }
            state.mailboxes[mailbox]?.change(where: { uids.contains($0.uid) }, adding: adding, removing: removing)
            return true
        }
    }

    /// Removes those of the messages that bear `\Deleted`; `false` when it had to be refused.
    func expunge(_ uids: UIDSet, in mailbox: String, seen: Set<Int>) -> Bool {
        state.withLock { state in
            let marked = (state.mailboxes[mailbox]?.messages ?? []).filter {
                uids.contains($0.uid) && $0.flags.contains(.deleted)
            }
            guard marked.allSatisfy({ state.mayRemove($0, "UID EXPUNGE", seen) }) else { return false }
            let gone = Set(marked.map(\.serial))
            state.mailboxes[mailbox]?.messages.removeAll { gone.contains($0.serial) }
            return true
        }
    }

    /// Adds a message as APPEND does; `nil` when the mailbox is not there.
    func append(
        _ bytes: [UInt8], to mailbox: String, flags: Set<Flag>, internalDate: Int64
    ) -> (uidValidity: UIDValidity, uid: UID, serial: Int)? {
        guard self[mailbox] != nil else { return nil }
        let token = deliver(bytes, to: mailbox, flags: flags, internalDate: internalDate)
        guard let now = self[mailbox], let message = now.messages.last(where: { $0.token == token }) else { return nil }
        return (now.uidValidity, message.uid, message.serial)
    }

    /// These copies were shown to a client.
    func note(told serials: [Int]) {
        state.withLock { state in
            for message in state.mailboxes.values.flatMap(\.messages) where serials.contains(message.serial) {
                state.told.insert(message.bytes)
            }
        }
    }

    fileprivate func hasTold(_ bytes: [UInt8]) -> Bool { state.withLock { $0.told.contains(bytes) } }

    func note(violation: String) { state.withLock { $0.violations.append(violation) } }
}

extension ModelMailStore.State {
    fileprivate mutating func addCopy(
        of message: ModelMessage, to target: String, internalDate: Int64
    ) -> (uid: UID, serial: Int)? {
        let serial = nextSerial
        let uid = mailboxes[target]?.add(
            flags: message.flags, internalDate: internalDate, bytes: message.bytes, token: message.token, serial: serial
        )
        guard let uid else { return nil }
        nextSerial += 1
        tokens[serial] = message.token
        return (uid, serial)
    }

    fileprivate mutating func checkRemovable(_ message: ModelMessage, _ command: String) {
        guard let removable, !removable.contains(message.token) else { return }
        violations.append("\(command) of message \(message.token), which no plan speaks of")
    }

    /// Whether the client was told of another copy before it takes this one away. That copy may be gone again: whoever
    /// removed it did so by their own will.
    fileprivate mutating func mayRemove(_ message: ModelMessage, _ command: String, _ seen: Set<Int>) -> Bool {
        let before = violations.count
        checkRemovable(message, command)
        if !seen.contains(where: { $0 != message.serial && tokens[$0] == message.token }),
            trusted?.hasTold(message.bytes) != true
        {
            violations.append("\(command) of message \(message.token), of which no other copy was seen")
        }
        return violations.count == before
    }
}
