import IMAPSession
import MailModel

/// Holds a part of the mirror against what the server says of it.
///
/// It believes UIDs only. Sequence numbers name nothing here, a line is as good as its last repetition, and a message is
/// gone only when two answers agree: one that left it out or called it vanished, and a second look that was for it.
public struct MirrorLook: Sendable {
    private struct Told {
        var flags: Set<Flag>?
        var modSeq: ModSeq?
    }

    private let next: UID
    private let rows: [UID: MirroredMessage]
    /// What is not settled of our own.
    public var own: [UID: OwnEffect]
    private var told: [UID: Told] = [:]
    private var missed: Set<UID> = []
    private var lookedAgain: Set<UID> = []
    private var passedOver: Set<UID> = []
    /// The highest mod-sequence that was told; `nil`: none.
    public private(set) var highest: ModSeq?

    /// - Parameters:
    ///   - rows: the messages that the answers can speak of.
    ///   - next: the first UID that is not decided yet: what is told of it and above is not for the mirror.
    public init(_ rows: some Sequence<MirroredMessage>, below next: UID, own: [UID: OwnEffect] = [:]) {
        self.rows = Dictionary(rows.map { ($0.uid, $0) }, uniquingKeysWith: { first, _ in first })
        self.next = next
        self.own = own
    }

    // MARK: What the server said

    /// A FETCH line, asked for or not.
    public mutating func told(_ line: FetchedMessage) {
        guard let uid = line.uid else { return }
        // Zero means that the mailbox keeps none (RFC 7162 §3.1.2.2).
        let modSeq = line.modSeq.flatMap { $0.rawValue > 0 ? $0 : nil }
        highest = [highest, modSeq].compactMap { $0 }.max()
        told[uid] = Told(flags: line.flags ?? told[uid]?.flags, modSeq: modSeq)
    }

    /// UIDs that are said to be gone; any set, however large.
    public mutating func vanished(_ uids: UIDSet) {
        for uid in rows.keys where uids.contains(uid) { missed.insert(uid) }
    }

    /// An answer that names every message in this range has ended.
    public mutating func listed(_ range: ClosedRange<UID>) {
        for uid in rows.keys where range.contains(uid) && told[uid] == nil { missed.insert(uid) }
    }

    /// The answer to a look for these has ended.
    public mutating func lookedAgain(for uids: UIDSet) {
        for uid in missed where uids.contains(uid) && told[uid] == nil { lookedAgain.insert(uid) }
    }

    /// What is told of this message is left for another look.
    public mutating func passOver(_ uid: UID) { passedOver.insert(uid) }

    // MARK: What comes of it

    /// The messages as they were known.
    public var known: some Collection<MirroredMessage> { rows.values }

    /// Whether something was told of messages that are not decided yet.
    public var hasNew: Bool { told.keys.contains { $0 >= next } }

    /// What seemed to be gone, and is gone or was found again.
    public var doubted: [UID] { missed.sorted() }

    /// Messages that have to be looked for again before they count as gone.
    public var doubtful: UIDSet {
        UIDSet(missed.subtracting(lookedAgain).filter { told[$0] == nil }.sorted())
    }

    /// What changed by another hand, in the order of UIDs.
    public var changes: [MirrorChange] {
        var changes: [MirrorChange] = []
        for uid in told.keys where !passedOver.contains(uid) {
            if let row = rows[uid] {
                let difference = difference(row)
                if !difference.isEmpty {
                    changes.append(.flagsChanged(uid, difference, number: row.changes + 1))
                }
            } else {
                changes.append(.appeared(uid))
            }
        }
        for uid in gone where own[uid]?.removal == nil { changes.append(.removed(uid)) }
        return changes.sorted { $0.uid < $1.uid }
    }

    /// The messages whose rows are different from now on, in the order of UIDs.
    public var updated: [MirroredMessage] {
        var updated: [MirroredMessage] = []
        for (uid, told) in told where !passedOver.contains(uid) {
            guard var row = rows[uid] else {
                guard uid < next, let flags = told.flags else { continue }
                updated.append(
                    MirroredMessage(uid: uid, flags: flags.subtracting([.recent]), modSeq: told.modSeq))
                continue
            }
            let difference = difference(row)
            if !difference.isEmpty { row.changes += 1 }
            row.flags = difference.applied(to: row.flags)
            row.modSeq = told.modSeq ?? row.modSeq
            if row != rows[uid] { updated.append(row) }
        }
        return updated.sorted { $0.uid < $1.uid }
    }

    /// The rows that end, our own removals among them.
    public var dropped: UIDSet { UIDSet(gone.filter { own[$0]?.removal != .pending }.sorted()) }

    private var gone: Set<UID> { lookedAgain.filter { told[$0] == nil && !passedOver.contains($0) } }

    private func difference(_ row: MirroredMessage) -> FlagDifference {
        guard let flags = told[row.uid]?.flags else { return FlagDifference() }
        return FlagDifference(from: row.flags, to: flags).excluding(own[row.uid]?.flags ?? [])
    }
}
