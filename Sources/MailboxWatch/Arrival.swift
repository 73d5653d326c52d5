import MailModel

/// What a mailbox remembered when it was last looked at completely.
public struct MailboxMemory: Equatable, Sendable {
    public var uidValidity: UIDValidity
    /// The first UID that is not decided yet.
    public var nextUID: UID
    /// The newest INTERNALDATE seen so far, seconds since 1970.
    public var newestInternalDate: Int64?
    /// When the mailbox was last looked at completely, by our clock.
    public var lastCompleteCheck: Int64

    public init(uidValidity: UIDValidity, nextUID: UID, newestInternalDate: Int64?, lastCompleteCheck: Int64) {
        self.uidValidity = uidValidity
        self.nextUID = nextUID
        self.newestInternalDate = newestInternalDate
        self.lastCompleteCheck = lastCompleteCheck
    }
}

/// What an appearing message is to the rules (DESIGN §4, `new`).
public enum Arrival: Equatable, Sendable {
    case new
    case movedIn
    /// No event: Postmoon put it there itself.
    case ownEcho
    /// No event: Postmoon took it out of this mailbox, and somebody brought it back.
    case takenBack
    /// No event: it was there before the mailbox got new UIDs.
    case knownBefore
}

/// What the journal knows of a message's identity.
public struct IdentityMemory: Equatable, Sendable {
    public var isKnown: Bool
    public var wasFiledHere: Bool
    public var wasTakenOutOfHere: Bool

    public init(isKnown: Bool = false, wasFiledHere: Bool = false, wasTakenOutOfHere: Bool = false) {
        self.isKnown = isKnown
        self.wasFiledHere = wasFiledHere
        self.wasTakenOutOfHere = wasTakenOutOfHere
    }
}

/// Tells new mail from mail that was only moved, brought back or renumbered.
public enum ArrivalJudge {
    /// Clocks differ and mail is delivered out of order: this much older than expected is still new.
    public static let slack: Int64 = 600

    /// - Parameter memory: as it was before this message was seen.
    public static func judge(
        internalDate: Int64, identity: IdentityMemory, memory: MailboxMemory, afterReset: Bool
    ) -> Arrival {
        if identity.wasTakenOutOfHere { return .takenBack }
        if identity.wasFiledHere { return .ownEcho }
        if afterReset {
            let old = internalDate < memory.lastCompleteCheck - slack
            return identity.isKnown || old ? .knownBefore : .new
        }
        // The earlier of the two, so that neither a wrong clock here nor one message from the future hides new mail.
        let horizon = min(memory.newestInternalDate ?? memory.lastCompleteCheck, memory.lastCompleteCheck) - slack
        return !identity.isKnown && internalDate >= horizon ? .new : .movedIn
    }
}
