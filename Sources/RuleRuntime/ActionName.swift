/// The actions that rules know, by name.
enum ActionName: String, CaseIterable {
    case move, copy, trash, archive, junk, mark, unmark, keyword, unkeyword, forward, redirect, reply, notify, pipe
    case snooze, stop, log
}
