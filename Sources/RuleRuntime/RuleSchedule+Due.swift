/// When a scheduled rule is due. All times are seconds since 1970.
extension RuleSchedule {
    /// A clock that was set back leaves a due time this much further ahead than it can be; more than that is not waited
    /// out.
    private static let slack: Int64 = 86_400

    /// How its times are told, to be remembered with a due time: another text makes that void.
    public func times(zone: String) -> String {
        switch self {
        case .every(let seconds): "every \(seconds)"
        case .at(let minutes): "at \(minutes) \(zone)"
        }
    }

    /// When it is due the first time, for a rule that was not known before `now`.
    public func firstDue(after now: Int64, zone: String) -> Int64 {
        switch self {
        case .every(let seconds): now + seconds
        case .at(let minutes): RuleClock(identifier: zone).next(secondOfDay: Int64(minutes) * 60, after: now)
        }
    }

    /// When it is due again after it ran for `due`: however late that was, once and not for each time that was missed.
    ///
    /// `every` keeps its step, but comes no sooner than half of it after a run that was late.
    public func nextDue(after due: Int64, ranAt now: Int64, zone: String) -> Int64 {
        switch self {
        case .every(let seconds):
            let late = max(0, now - due)
            let next = due + (late / seconds + 1) * seconds
            return next - now >= (seconds + 1) / 2 ? next : next + seconds
        case .at:
            // A clock that was set back meanwhile shows the same time of day once more.
            return firstDue(after: max(now, due), zone: zone)
        }
    }

    /// The due time to go by: a clock that was set back far would make it wait for longer than it may.
    public func sensibleDue(_ due: Int64, now: Int64, zone: String) -> Int64 {
        let most =
            switch self {
            case .every(let seconds): now + seconds
            case .at: now + 86_400
            }
        return due - most > Self.slack ? firstDue(after: now, zone: zone) : due
    }
}

extension RuleSummary {
    /// Whether its `folder` names this mailbox; `false` for a rule that has none.
    public func names(_ mailbox: String) -> Bool {
        let name = CompiledRule.folded(mailbox)
        return folders?.contains { Glob(CompiledRule.folded($0)).matches(name) } ?? false
    }
}
