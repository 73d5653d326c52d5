import IMAPSyntax
import MailModel

extension SessionMachine {
    /// Gives an untagged response to the command it belongs to, or to the mailbox's activity.
    mutating func route(_ response: UntaggedResponse) -> [Action] {
        switch response {
        case .status(let status, let code, let text):
            return routeStatus(status, code, text)
        case .capability(let names):
            noteCapabilities(names)
            amend(.capability) { $0.capabilities = names }
        case .enabled(let names):
            amend(.enable) { $0.enabled += names }
        case .list(let entry), .lsub(let entry):
            amend(.list) { $0.lists.append(entry) }
        case .mailboxStatus(let name, let attributes):
            amendFirst([.status, .list]) { $0.statuses.append(MailboxStatus(name, attributes)) }
        case .search(let numbers, _):
            amend(.search) { $0.search = ($0.search ?? []) + numbers }
        case .esearch(let result):
            amend(.search) { $0.esearch = result }
        case .quota(let quota):
            amend(.quota) { $0.quotas.append(quota) }
        case .namespace(let namespace):
            amend(.namespace) { $0.namespace = namespace }
        case .flags(let flags):
            amend(.select) { result in
                if result.selected?.permanentFlags == nil { result.selected?.permanentFlags = Set(flags) }
            }
        case .exists(let count):
            return noteExists(count)
        case .expunge:
            activity.expunged += 1
            if let exists = selected?.exists, exists > 0 { selected?.exists = exists - 1 }
            return [.activity]
        case .vanished(let earlier, let uids):
            if earlier, let index = inFlight.firstIndex(where: { $0.command.asksForVanished }) {
                inFlight[index].result.vanished = vanished(inFlight[index].result.vanished, uids)
                return []
            }
            // VANISHED (EARLIER) names UIDs that were gone before: only what we know can have vanished.
            activity.vanished = vanished(activity.vanished, uids)
            // Whether all of them were here only the server knows: the next EXISTS is news, whatever it says.
            countIsStale = true
            if !earlier, let exists = selected?.exists, uids.count <= Int(exists) {
                selected?.exists = exists - UInt32(uids.count)
            }
            return earlier ? [] : [.activity]
        case .recent, .id, .other:
            break
        }
        return []
    }

    /// Both together, however long the server makes the list.
    private func vanished(_ known: UIDSet, _ more: UIDSet) -> UIDSet {
        let all = known.union(more)
        guard all.intervals.count > limits.vanishedIntervals, let first = all.intervals.first,
            let last = all.intervals.last
        else { return all }
        return UIDSet(intervals: [first.lowerBound...last.upperBound])
    }

    private mutating func routeStatus(_ status: ConditionStatus, _ code: ResponseCode?, _ text: String) -> [Action] {
        guard let code else { return [] }
        switch code {
        case .alert:
            // Before TLS anybody may have said it; while a password is under way it may repeat it.
            return mustStartTLS || isSigningIn ? [] : [.alert(text)]
        case .capability(let names):
            noteCapabilities(names)
        case .copyUID(_, let source, _):
            // A server may carry out several commands before it answers the first of them: the messages tell which it is.
            let filing = inFlight.indices.filter { [.move, .copy].contains(inFlight[$0].command.kind) }
            let own = filing.first { inFlight[$0].command.files(source) } ?? filing.first
            if let own { inFlight[own].result.untaggedCodes.append(code) }
        case .uidValidity(let value):
            amend(.select) { $0.selected?.uidValidity = value }
            // Said of the mailbox that is selected already: its UIDs mean other messages from now on.
            if !inFlight.contains(where: { $0.command.kind == .select }), let known = selected?.uidValidity,
                known != value
            {
                return close(.connectionLost("the server renumbered the folder while it was selected"))
            }
        case .uidNext(let value):
            amend(.select) { $0.selected?.uidNext = value }
        case .permanentFlags(let flags, let any):
            amend(.select) {
                $0.selected?.permanentFlags = Set(flags)
                $0.selected?.acceptsNewKeywords = any
            }
        case .highestModSeq(let value):
            amend(.select) { $0.selected?.highestModSeq = value }
        case .noModSeq:
            amend(.select) { $0.selected?.highestModSeq = nil }
        case .readOnly:
            selected?.isReadOnly = true
        // From here on it tells of nothing, as after NOTIFY NONE (RFC 5465 §5.8): only a new connection is sure to hear.
        case .notificationOverflow where showsArrivals:
            return close(.connectionLost("the server had too much to tell, and stopped telling of new mail"))
        default:
            break
        }
        return []
    }

    private mutating func noteExists(_ count: UInt32) -> [Action] {
        // While a SELECT runs, counts speak of the mailbox that it opens (RFC 3501 §6.3.1).
        if inFlight.contains(where: { $0.command.kind == .select }) {
            amend(.select) { $0.selected?.exists = count }
            return []
        }
        // Said again and again by some servers; an arrival always raises it, since expunges are followed.
        // While idling it never comes for nothing, whatever the count.
        if case .idling = idle {} else { guard countIsStale || selected?.exists != count else { return [] } }
        if countIsStale { activity.arrivedIsPartial = true }
        if let known = selected?.exists, count > known { activity.grown += count - known }
        countIsStale = false
        selected?.exists = count
        activity.exists = count
        return [.activity]
    }

    /// A SELECT that is written makes the mailbox selected so far no longer so.
    mutating func beginSelecting(_ command: SubmittedCommand) {
        guard command.kind == .select, let name = command.command.mailbox else { return }
        inFlight[inFlight.count - 1].result.selected = SelectedMailbox(name: name)
    }

    mutating func endSelecting(_ finished: inout InFlight) {
        switch finished.command.kind {
        case .select:
            activity = MailboxActivity()
            if finished.result.status == .ok {
                if finished.result.code == .readOnly { finished.result.selected?.isReadOnly = true }
                selected = finished.result.selected
                // Mail that came while another mailbox was selected shows only in this count.
                activity.exists = selected?.exists
                activity.isReselected = true
            } else {
                finished.result.selected = nil
                selected = nil
            }
        case .unselect where finished.result.status == .ok:
            selected = nil
            activity = MailboxActivity()
        default:
            break
        }
    }

    private mutating func amend(_ kind: SubmittedCommand.Kind, _ change: (inout CommandResult) -> Void) {
        amendFirst([kind], change)
    }

    private mutating func amendFirst(_ kinds: [SubmittedCommand.Kind], _ change: (inout CommandResult) -> Void) {
        guard let index = inFlight.firstIndex(where: { kinds.contains($0.command.kind) }) else { return }
        change(&inFlight[index].result)
    }
}
