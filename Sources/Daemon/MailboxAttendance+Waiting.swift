import ActionJournal
import IMAPSession
import Logging
import MailboxWatch

extension MailboxAttendance {
    /// Until there may be new mail, or it is time to look without being told.
    func wait(_ policy: inout WaitPolicy, _ interest: ChangeInterest) async throws -> MailboxActivity {
        // News that came with the answers to our last commands is not waited for.
        let early = try await visit.connection.takeActivity()
        if WaitPolicy.isReasonToLook(early, interest) { return early }
        let clock = ContinuousClock()
        let end = clock.now + .seconds(policy.seconds)
        var idle: PendingReply?
        while clock.now < end {
            let left = (end - clock.now) / .seconds(1)
            let due = try await secondsUntilDue()
            // In slices: the event loop's clock stands still while the machine sleeps, and a wait that took longer than it
            // should means that it slept, or that somebody set the clock.
            let slice = min(left, due ?? left, Self.slice)
            let before = (steady: clock.now, wall: surroundings.clock())
            let told: Bool
            if policy.usesIdle, idle == nil {
                (told, idle) = try await visit.connection.idle(seconds: slice)
            } else {
                told = try await visit.connection.waitForActivity(seconds: slice)
            }
            let passed = max(
                (clock.now - before.steady) / .seconds(1), Double(abs(surroundings.clock() - before.wall))
            )
            let slept = passed > slice + 10
            let news = try await visit.connection.takeActivity()
            if WaitPolicy.isReasonToLook(news, interest) { return try await collect(news) }
            if slept {
                logger.notice("the clock jumped; looking again", metadata: ["seconds": "\(Int(passed))"])
                return news
            }
            if told { continue }
            if let idle, try await visit.connection.isIdling() == false {
                let reply = try await idle.value()
                if reply.status != .ok {
                    logger.notice("the server refuses IDLE; polling instead", metadata: ["text": "\(reply.text)"])
                    policy.usesIdle = false
                }
            }
            // A slice that ran its length, with nothing due yet: go on. Else woken on purpose, or IDLE ended.
            if slice == Self.slice, passed >= slice, try await visit.connection.isIdling() || idle == nil { continue }
            return news
        }
        return MailboxActivity()
    }

    /// Changes come in swarms (a phone that marks two hundred messages as read; a line that iCloud says three times): they
    /// are looked at together once they have settled. New mail does not wait for that.
    private func collect(_ first: MailboxActivity) async throws -> MailboxActivity {
        var news = first
        let end = ContinuousClock.now + .seconds(Self.longestSwarm)
        while news.exists == nil, ContinuousClock.now < end,
            try await visit.connection.waitForActivity(seconds: Self.swarmPause)
        {
            news.merge(try await visit.connection.takeActivity())
        }
        return news
    }

    private func secondsUntilDue() async throws -> Double? {
        guard
            let due = try await surroundings.journal.nextStepDue(
                account: visit.hub.name, after: surroundings.clock()
            )
        else { return nil }
        return max(0.05, Double(due - surroundings.clock()))
    }
}
