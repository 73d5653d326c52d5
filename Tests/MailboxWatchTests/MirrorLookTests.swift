import IMAPSession
import MailModel
import MailboxWatch
import Testing

/// A part of the mirror is held against what a server says: changes come out once, whatever way it is said.
@Suite struct MirrorLookTests {
    /// Messages 1, 2 and 3, of which 2 is seen; 4 is the first that is not decided.
    private func look(own: [UInt32: OwnEffect] = [:]) -> MirrorLook {
        var look = MirrorLook(
            [
                MirroredMessage(uid: uid(1), flags: [], changes: 0),
                MirroredMessage(uid: uid(2), flags: [.seen], modSeq: ModSeq(20), changes: 4),
                MirroredMessage(uid: uid(3), flags: [.flagged], changes: 0),
            ], below: uid(4))
        for (number, effect) in own { look.own[uid(number)] = effect }
        return look
    }

    private func flags(_ number: UInt32, added: Set<Flag> = [], removed: Set<Flag> = [], _ n: Int) -> MirrorChange {
        .flagsChanged(uid(number), FlagDifference(added: added, removed: removed), number: n)
    }

    // MARK: Flags

    @Test func whatIsAsItWasIsNoChange() {
        var look = look()
        look.told(line(1, []))
        look.told(line(2, [.seen, .recent]))
        #expect(look.changes.isEmpty && look.updated.isEmpty && look.dropped.isEmpty)
    }

    @Test func aFlagSetAndOneClearedAreOneChange() {
        var look = look()
        look.told(line(2, [.answered], modSeq: 21))
        #expect(look.changes == [flags(2, added: [.answered], removed: [.seen], 5)])
        #expect(
            look.updated == [MirroredMessage(uid: uid(2), flags: [.answered], modSeq: ModSeq(21), changes: 5)])
        #expect(look.highest == ModSeq(21))
    }

    @Test func theSameLineThreeTimesIsOneChange() {
        var look = look()
        for _ in 0..<3 { look.told(line(1, [.seen])) }
        #expect(look.changes == [flags(1, added: [.seen], 1)])
    }

    @Test func theLastOfSeveralLinesCounts() {
        var look = look()
        look.told(line(1, [.seen]))
        look.told(line(1, []))
        #expect(look.changes.isEmpty)
    }

    @Test func aLineWithoutUIDSaysNothingThatIsBelieved() {
        var look = look()
        var line = FetchedMessage(sequence: SequenceNumber(2)!)
        line.flags = [.deleted]
        look.told(line)
        #expect(look.changes.isEmpty && look.doubtful.isEmpty)
    }

    @Test func sequenceNumbersNameNothing() {
        var look = look()
        // After an EXPUNGE, or on a server that counts wrongly, number 7 is any message: the UID counts.
        look.told(line(1, [.seen], sequence: 7))
        look.told(line(3, [.flagged], sequence: 7))
        #expect(look.changes == [flags(1, added: [.seen], 1)])
    }

    @Test func aLineWithoutFlagsShowsOnlyThatTheMessageIsThere() {
        var look = look()
        look.told(line(2, nil))
        look.listed(uid(1)...uid(3))
        #expect(look.changes.isEmpty)
        #expect(look.doubtful == [uid(1), uid(3)])
    }

    @Test func aModSequenceOfZeroOrOneThatFellChangesNothingElse() {
        var look = look()
        look.told(line(1, [.seen], modSeq: 0))
        look.told(line(2, [.seen], modSeq: 3))
        #expect(look.changes == [flags(1, added: [.seen], 1)])
        #expect(look.highest == ModSeq(3))
        #expect(look.updated.first { $0.uid == uid(1) }?.modSeq == nil)
        #expect(look.updated.first { $0.uid == uid(2) }?.changes == 4)
    }

    @Test func aMessageThatNobodyKnewOfIsTakenInSilence() {
        var look = look()
        look.told(line(9, [.seen]))
        #expect(look.changes == [.appeared(uid(9))])
        #expect(look.hasNew && look.updated.isEmpty)
        var older = MirrorLook([], below: uid(10))
        older.told(line(9, [.seen, .recent]))
        #expect(older.changes == [.appeared(uid(9))] && !older.hasNew)
        #expect(older.updated == [MirroredMessage(uid: uid(9), flags: [.seen])])
    }

    // MARK: Removal

    @Test func whatAListingLeavesOutIsLookedForAgain() {
        var look = look()
        look.told(line(1, []))
        look.told(line(3, [.flagged]))
        look.listed(uid(1)...uid(3))
        #expect(look.doubtful == [uid(2)])
        #expect(look.changes.isEmpty && look.dropped.isEmpty)
        look.lookedAgain(for: look.doubtful)
        #expect(look.changes == [.removed(uid(2))])
        #expect(look.dropped == [uid(2)] && look.doubtful.isEmpty)
    }

    @Test func everythingVanishedWhileItIsThereIsNotBelieved() {
        var look = look()
        look.vanished(UIDSet(intervals: [1...UInt32.max]))
        #expect(look.doubtful == [uid(1), uid(2), uid(3)])
        look.told(line(1, []))
        look.told(line(2, [.seen]))
        look.told(line(3, [.flagged, .seen]))
        look.lookedAgain(for: [uid(1), uid(2), uid(3)])
        #expect(look.changes == [flags(3, added: [.seen], 1)])
        #expect(look.dropped.isEmpty)
    }

    @Test func whatVanishedAndIsUnknownIsNobodysChange() {
        var look = look()
        look.vanished(UIDSet(intervals: [4...UInt32.max]))
        #expect(look.doubtful.isEmpty && look.changes.isEmpty)
    }

    @Test func aMessageExpungedWhileItIsFetchedIsGone() {
        var look = look()
        look.told(line(1, [.seen]))
        look.vanished([uid(1), uid(3)])
        // It was told of in the same answer: it may be gone now, and the next look tells.
        #expect(look.doubtful == [uid(3)])
        look.lookedAgain(for: look.doubtful)
        #expect(look.changes == [flags(1, added: [.seen], 1), .removed(uid(3))])
    }

    @Test func aSecondLookForSomethingElseProvesNothing() {
        var look = look()
        look.vanished([uid(2)])
        look.lookedAgain(for: [uid(1), uid(3)])
        #expect(look.changes.isEmpty && look.doubtful == [uid(2)])
    }

    @Test func whatIsOutsideTheListedRangeIsNotMissed() {
        var look = look()
        look.listed(uid(2)...uid(2))
        #expect(look.doubtful == [uid(2)])
    }

    // MARK: Our own

    @Test func ourOwnUnsettledFlagIsNobodysChangeAndAnotherFlagIs() {
        var look = look(own: [1: OwnEffect(flags: [.seen])])
        look.told(line(1, [.seen, .flagged]))
        #expect(look.changes == [flags(1, added: [.flagged], 1)])
        // The mirror hears of our own flag when the step is done.
        #expect(look.updated.map(\.flags) == [[.flagged]])
    }

    @Test func aRemovalOfOursThatIsNotSettledIsLeftForAnotherLook() {
        var look = look(own: [2: OwnEffect(removal: .pending)])
        look.vanished([uid(2)])
        look.lookedAgain(for: [uid(2)])
        #expect(look.changes.isEmpty && look.dropped.isEmpty)
    }

    @Test func theRemainderOfWhatWeFiledGoesInSilence() {
        var look = look(own: [2: OwnEffect(removal: .done)])
        look.vanished([uid(2)])
        look.lookedAgain(for: [uid(2)])
        #expect(look.changes.isEmpty && look.dropped == [uid(2)])
    }

    @Test func whatIsPassedOverStaysAsItWas() {
        var look = look()
        look.told(line(1, [.seen]))
        look.passOver(uid(1))
        #expect(look.changes.isEmpty && look.updated.isEmpty)
    }

    // MARK: Many looks

    /// Another hand changes things between looks, each of which is answered with noise; what comes out, added up, is
    /// what really happened.
    @Test(arguments: 0..<200) func whateverNoiseThereIsChangesComeOutOnce(seed: Int) {
        var random = Seeded(UInt64(seed) + 1)
        var mirror = Dictionary(
            uniqueKeysWithValues: (1...20).map { (uid($0), MirroredMessage(uid: uid($0), flags: [])) })
        var truth = mirror.mapValues(\.flags)
        var told = truth
        var removed: Set<UID> = []
        for _ in 0..<30 {
            for uid in truth.keys.sorted() where Int.random(in: 0..<6, using: &random) == 0 {
                truth[uid]?.formSymmetricDifference([[.seen], [.flagged], [.answered]].randomElement(using: &random)!)
            }
            if Int.random(in: 0..<4, using: &random) == 0, let gone = truth.keys.sorted().randomElement(using: &random)
            {
                truth[gone] = nil
                removed.insert(gone)
            }
            var look = MirrorLook(mirror.values, below: uid(21))
            for (uid, flags) in truth.sorted(by: { $0.key < $1.key }).shuffled(using: &random) {
                for _ in 0...Int.random(in: 0...2, using: &random) {
                    look.told(line(uid.rawValue, flags, sequence: .random(in: 1...30, using: &random)))
                }
            }
            if Bool.random(using: &random) { look.vanished(UIDSet(intervals: [1...UInt32.max])) }
            look.listed(uid(1)...uid(20))
            look.lookedAgain(for: look.doubtful)
            for change in look.changes {
                switch change {
                case .flagsChanged(let uid, let difference, let number):
                    #expect(number == (mirror[uid]?.changes ?? 0) + 1)
                    told[uid] = difference.applied(to: told[uid] ?? [])
                case .removed(let uid): #expect(told.removeValue(forKey: uid) != nil)
                case .appeared(let uid): Issue.record("\(uid) was known")
                }
            }
            for message in look.updated { mirror[message.uid] = message }
            for uid in look.dropped.uids { mirror[uid] = nil }
            #expect(told == truth)
        }
        #expect(Set(mirror.keys) == Set(truth.keys))
    }
}

private func uid(_ number: UInt32) -> UID { UID(number) ?? .first }

private func uid(_ number: Int) -> UID { uid(UInt32(number)) }

/// A FETCH line as the session hands it on.
private func line(
    _ number: UInt32, _ flags: Set<Flag>?, modSeq: UInt64? = nil, sequence: UInt32 = 1
) -> FetchedMessage {
    var line = FetchedMessage(sequence: SequenceNumber(sequence) ?? SequenceNumber(1)!)
    line.uid = uid(number)
    line.flags = flags
    line.modSeq = modSeq.map(ModSeq.init)
    return line
}

/// The same numbers for the same seed (xorshift64*).
private struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_F491_4F6C_DD1D
    }
}
