import MailModel

/// What somebody changed of a message's flags: each flag is a field of its own (DESIGN §2.6).
struct FlagChanges: Hashable {
    var added: Set<Flag>
    var removed: Set<Flag>

    /// `\Deleted` is the removal itself, and `\Recent` is nobody's to change.
    init(from before: Set<Flag>, to now: Set<Flag>) {
        let ignored: Set<Flag> = [.deleted, .recent]
        added = now.subtracting(before).subtracting(ignored)
        removed = before.subtracting(now).subtracting(ignored)
    }

    var isEmpty: Bool { added.isEmpty && removed.isEmpty }

    /// Whether flags are as these changes make them.
    func areMade(in flags: Set<Flag>) -> Bool { added.isSubset(of: flags) && removed.isDisjoint(with: flags) }

    /// For an order that is always the same.
    var sortKey: String {
        added.sorted().map { "+\($0)" }.joined(separator: " ") + removed.sorted().map { " -\($0)" }.joined()
    }
}

extension Set<Flag> {
    init(stored flags: [String]) { self.init(flags.compactMap(Flag.init(wire:))) }

    /// As preconditions and outcomes hold them.
    var stored: [String] { subtracting([.recent]).map(\.rawValue).sorted() }
}
