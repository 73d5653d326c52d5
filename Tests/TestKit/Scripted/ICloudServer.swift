import Foundation
import Synchronization

/// A mail server that behaves as iCloud's was seen to: see `ICloudConversation` for what is odd about it.
///
/// It holds mail of one account, `jane@icloud.com`, whose app-specific password is `password`.
public final class ICloudServer: Sendable {
    struct Message {
        var uid: Int
        var flags: Set<String> = []
        /// Seconds since 1970.
        var date: Int64
        var bytes: [UInt8]
        var modSeq = 0
    }

    struct Mailbox {
        var validity: Int
        var next = 1
        var messages: [Message] = []
        var highestModSeq = 88_000

        /// Counts what came or was changed since.
        fileprivate mutating func count(from before: [Message]) {
            let known = Dictionary(before.map { ($0.uid, $0.flags) }, uniquingKeysWith: { first, _ in first })
            for index in messages.indices where known[messages[index].uid] != messages[index].flags {
                highestModSeq += 1
                messages[index].modSeq = highestModSeq
            }
        }
    }

    private struct State {
        var mailboxes: [String: Mailbox] = [:]
        var logins: [String] = []
        var commands: [String] = []
        var acceptsNamePart = true
        var refusal: String?
        var push: (@Sendable () -> Void)?
    }

    public static let user = "jane@icloud.com"
    public static let password = "abcd-efgh-ijkl-mnop"

    private let state = Mutex(State())

    public init() {
        for name in ["INBOX", "Archive", "Deleted Messages", "Drafts", "Junk", "Sent Messages"] { create(name) }
    }

    /// A connection's other end that nobody wakes: it pushes nothing.
    public func conversation() -> any PortConversation { ICloudConversation(self) }

    /// Listens on a port of its own, and pushes what changes.
    public func listen(_ security: ScriptedPort.Security) async throws -> ScriptedPort {
        let port = try await ScriptedPort(security) { ICloudConversation(self) }
        state.withLock { $0.push = { [weak port] in port?.tellNews() } }
        return port
    }

    // MARK: What tests do and see

    /// Whether the part before the `@` signs in; the full address always does.
    public func acceptNamePart(_ accepts: Bool) { state.withLock { $0.acceptsNamePart = accepts } }

    /// Answers every login with this, such as `NO [UNAVAILABLE] Unexpected exception`; `nil`: as it is right.
    public func answerLogins(_ refusal: String?) { state.withLock { $0.refusal = refusal } }

    /// User names that tried to sign in, in order.
    public var logins: [String] { state.withLock { $0.logins } }
    /// Verbs and first words of what came behind, in order.
    public var commands: [String] { state.withLock { $0.commands } }

    public func deliver(_ text: String, to mailbox: String = "INBOX") {
        let now = Int64(Date().timeIntervalSince1970)
        change(mailbox) { _ = $0.add(Array(text.utf8), date: now) }
    }

    /// What the person's telephone does.
    public func flag(_ subject: String, in mailbox: String = "INBOX", with flag: String) {
        change(mailbox) { mailbox in
            for index in mailbox.messages.indices
            where String(decoding: mailbox.messages[index].bytes, as: UTF8.self).contains("Subject: \(subject)\r\n") {
                mailbox.messages[index].flags.insert(flag)
            }
        }
    }

    /// The texts of a mailbox's messages that are not marked as deleted.
    public func texts(in mailbox: String) -> [String] {
        self[mailbox]?.messages.filter { !$0.flags.contains("\\Deleted") }
            .map { String(decoding: $0.bytes, as: UTF8.self) } ?? []
    }

    public var mailboxes: Set<String> { state.withLock { Set($0.mailboxes.keys) } }

    /// Waits until a mailbox holds so many messages.
    public func awaitMessages(_ count: Int, in mailbox: String, within limit: Duration = .seconds(20)) async throws {
        let came = try await blocking { [self] in
            awaited(within: limit) { texts(in: mailbox).count == count ? true : nil }
        }
        guard came == true else { throw ServerUnavailable("\(mailbox) never held \(count) messages") }
    }

    // MARK: What conversations do

    subscript(_ mailbox: String) -> Mailbox? { state.withLock { $0.mailboxes[mailbox] } }

    func create(_ name: String) {
        state.withLock { state in
            guard state.mailboxes[name] == nil else { return }
            state.mailboxes[name] = Mailbox(validity: 1_600_000_000 + state.mailboxes.count)
        }
    }

    func delete(_ name: String) { state.withLock { $0.mailboxes[name] = nil } }

    func change(_ mailbox: String, _ body: (inout Mailbox) -> Void) {
        let push = state.withLock { state in
            guard var changed = state.mailboxes[mailbox] else { return state.push }
            let before = changed.messages
            body(&changed)
            changed.count(from: before)
            state.mailboxes[mailbox] = changed
            return state.push
        }
        push?()
    }

    func note(_ command: String) { state.withLock { $0.commands.append(command) } }

    /// - Returns: the refusal, `nil` when this signs in.
    func login(_ user: String, _ password: String) -> String? {
        state.withLock { state in
            state.logins.append(user)
            if let refusal = state.refusal { return refusal }
            let names = state.acceptsNamePart ? [Self.user, "jane"] : [Self.user]
            guard names.contains(user), password == Self.password else {
                return "NO [AUTHENTICATIONFAILED] Authentication Failed"
            }
            return nil
        }
    }
}

extension ICloudServer.Mailbox {
    mutating func add(_ bytes: [UInt8], date: Int64, flags: Set<String> = []) -> Int {
        defer { next += 1 }
        messages.append(ICloudServer.Message(uid: next, flags: flags, date: date, bytes: bytes))
        return next
    }
}
