import ActionExecutor
import ActionJournal
import MailModel
import SMTPClient
import Testing

/// Sending is honest (DESIGN §2.5; FAULTS S0 to S4).
@Suite struct SendingTests {
    @Test func whatIsAcceptedIsSentOnceAndTheSpoolIsGiven() async throws {
        let bench = try SendingBench()
        let plan = try await bench.plan()
        let submitter = ScriptedSubmitter([])
        #expect(try await bench.runner(submitter).sendDue() == nil)
        #expect(try await bench.runner(submitter).sendDue() == nil)
        #expect(submitter.sent.map(\.data) == [SendingBench.bytes])
        #expect(try await bench.state(plan) == .done)
        #expect(try await bench.results(plan) == [.accepted])
        await #expect(throws: JournalError.self) { try await bench.spool.read("1.eml") }
    }

    @Test(arguments: [ScriptedSubmitter.Turn.defers, .cannotConnect])
    func aFailureBeforeTheDotIsTriedAgainLaterAndLater(
        _ turn: ScriptedSubmitter.Turn
    ) async throws {
        let bench = try SendingBench()
        let plan = try await bench.plan()
        let submitter = ScriptedSubmitter(Array(repeating: turn, count: 14))
        let runner = bench.runner(submitter)
        var times: [Int64] = []
        for _ in 0..<100 {
            let before = submitter.attempts
            guard let due = try await runner.sendDue() else { break }
            if submitter.attempts > before { times.append(bench.clock.now) }
            bench.clock.pass(max(1, due - bench.clock.now))
        }
        times.append(bench.clock.now)
        #expect(
            zip(times, times.dropFirst()).map { $1 - $0 }
                == [5, 10, 20, 40, 80, 160, 320, 640, 1_280, 2_560, 3_600, 3_600, 3_600, 3_600])
        #expect(submitter.sent.count == 1)
        #expect(try await bench.state(plan) == .done)
    }

    @Test func aRefusedLoginIsNotRepeatedForTheNextMessage() async throws {
        let bench = try SendingBench()
        for uid in UInt32(1)...5 { _ = try await bench.plan(uid: uid) }
        let submitter = ScriptedSubmitter([.cannotSignIn])
        let runner = bench.runner(submitter)
        let due = try #require(try await runner.sendDue())
        #expect(due >= bench.clock.now + 60 && submitter.attempts == 1)
        _ = try await runner.sendDue()
        #expect(submitter.attempts == 1)
        bench.clock.pass(due - bench.clock.now)
        _ = try await runner.sendDue()
        #expect(submitter.sent.count == 5)
    }

    @Test func nothingIsSentBeforeItIsDue() async throws {
        let bench = try SendingBench()
        _ = try await bench.plan()
        let submitter = ScriptedSubmitter([.defers])
        let due = try await bench.runner(submitter).sendDue()
        bench.clock.pass(4)
        #expect(try await bench.runner(submitter).sendDue() == due)
        #expect(submitter.sent.isEmpty)
    }

    @Test func aRefusalIsFinalAndTheOthersStillGoOut() async throws {
        let bench = try SendingBench()
        let plan = try await bench.plan(to: ["b@example.org", "c@example.org"])
        let submitter = ScriptedSubmitter([.refuses, .defers, .accepts])
        let due = try #require(try await bench.runner(submitter).sendDue())
        #expect(try await bench.state(plan) != .failed, "one recipient is still open")
        bench.clock.pass(due - bench.clock.now)
        #expect(try await bench.runner(submitter).sendDue() == nil)
        #expect(submitter.sent.flatMap(\.recipients).map(\.rawValue) == ["c@example.org"])
        #expect(try await bench.state(plan) == .failed)
        let error = try #require(try await bench.journal.work(plan)?.plan.error)
        #expect(error.contains("b@example.org") && error.contains("no such user"), "\(error)")
    }

    @Test func anUnknownOutcomeIsSentAgainWithTheSameBytesOrHeld() async throws {
        for policy in [UnknownPolicy.resend, .hold] {
            let bench = try SendingBench()
            let plan = try await bench.plan(policy: policy)
            let submitter = ScriptedSubmitter([.isLost])
            let due = try await bench.runner(submitter).sendDue()
            #expect(due.map { $0 - bench.clock.now } == (policy == .resend ? 5 : nil))
            bench.clock.pass(5)
            _ = try await bench.runner(submitter).sendDue()
            #expect(submitter.sent.count == (policy == .resend ? 2 : 1))
            #expect(Set(submitter.sent.map(\.data)).count == 1)
            #expect(try await bench.results(plan) == (policy == .resend ? [.unknown, .accepted] : [.unknown]))
            #expect(try await bench.state(plan) == (policy == .resend ? .done : .held))
        }
    }

    @Test func aServerThatAlwaysCutsAfterTheDotDoesNotGetTheMailForEver() async throws {
        let bench = try SendingBench()
        let plan = try await bench.plan()
        let submitter = ScriptedSubmitter(Array(repeating: .isLost, count: 500))
        for _ in 0..<200 {
            guard let due = try await bench.runner(submitter).sendDue() else { break }
            bench.clock.pass(max(0, due - bench.clock.now))
        }
        #expect(submitter.sent.count == 5)
        #expect(try await bench.state(plan) == .held)
        let error = try #require(try await bench.journal.work(plan)?.plan.error)
        #expect(error.contains("sent 5 times, and it may have arrived as often: release or undo the plan"), "\(error)")
        #expect(try bench.spool.count() == 1)
        // A person lets it go once more, and it goes once more.
        let work = try #require(try await bench.journal.work(plan))
        try await bench.journal.apply(PlanRelease.facts(for: work, at: bench.clock.now))
        #expect(try await bench.runner(submitter).sendDue() == nil)
        #expect(submitter.sent.count == 6)
        #expect(try await bench.state(plan) == .held)
    }

    /// The program ends at each fact of a submission.
    @Test func aCrashBeforeTheDotSendsAgainAndOneAfterItFollowsThePolicy() async throws {
        for policy in [UnknownPolicy.resend, .hold] {
            for dotWasSent in [false, true] {
                let bench = try SendingBench()
                let plan = try await bench.plan(policy: policy)
                let row = try #require(try await bench.journal.dueOutbox(now: .max, limit: 1).first)
                try await bench.journal.apply([.outboxBegun(row.id, at: bench.clock.now)])
                if dotWasSent { try await bench.journal.apply([.outboxDotSent(row.id, at: bench.clock.now)]) }

                let submitter = ScriptedSubmitter([])
                try await bench.runner(submitter).recover()
                _ = try await bench.runner(submitter).sendDue()
                let sends = !dotWasSent || policy == .resend
                #expect(submitter.sent.count == (sends ? 1 : 0), "tried at once, or held")
                #expect(try await bench.state(plan) == (sends ? .done : .held))
                #expect(try await bench.results(plan).first == (dotWasSent ? .unknown : .deferred))
                try await bench.runner(submitter).recover()
                _ = try await bench.runner(submitter).sendDue()
                #expect(submitter.sent.count == (sends ? 1 : 0), "once more changes nothing")
            }
        }
    }

    @Test func aSpoolFileThatIsGoneFailsOnlyItsPlan() async throws {
        let bench = try SendingBench()
        let lost = try await bench.plan(uid: 1)
        let whole = try await bench.plan(uid: 2)
        try await bench.spool.remove("1.eml")
        let submitter = ScriptedSubmitter([])
        #expect(try await bench.runner(submitter).sendDue() == nil)
        #expect(try await bench.state(lost) == .failed)
        #expect(try await bench.state(whole) == .done)
    }

    @Test func anAddressThatCannotStandInAnEnvelopeNeverReachesTheServer() async throws {
        let bench = try SendingBench()
        let plan = try await bench.plan(to: ["b@example.org>\r\nRCPT TO:<x@y.z"])
        let submitter = ScriptedSubmitter([])
        _ = try await bench.runner(submitter).sendDue()
        #expect(submitter.sent.isEmpty)
        #expect(try await bench.state(plan) == .failed)
    }

    // MARK: Notifications

    @Test func aNotificationIsRepeatedWithTheSameKeyUntilItIsTaken() async throws {
        let bench = try SendingBench()
        let plan = try await bench.plan(to: [], notifies: true)
        let channel = ScriptedChannel(failures: [true, true])
        #expect(try await bench.notices(channel).deliverDue() == bench.clock.now + 5)
        bench.clock.pass(1)
        #expect(try await bench.notices(channel).deliverDue() == bench.clock.now + 4, "woken early, it still knows")
        bench.clock.pass(4)
        #expect(try await bench.notices(channel).deliverDue() == bench.clock.now + 10)
        bench.clock.pass(10)
        #expect(try await bench.notices(channel).deliverDue() == nil)
        #expect(channel.heard.map(\.title) == ["T"])
        #expect(try await bench.state(plan) == .done)
    }

    @Test func aNotificationThatFailsForGoodOrTooOftenIsGivenUp() async throws {
        for failures in [[false], Array(repeating: true, count: 99)] {
            let bench = try SendingBench()
            let plan = try await bench.plan(to: [], notifies: true)
            let channel = ScriptedChannel(failures: failures)
            var rounds = 0
            while let due = try await bench.notices(channel).deliverDue(), rounds < 50 {
                bench.clock.pass(max(1, due - bench.clock.now))
                rounds += 1
            }
            #expect(rounds < 20)
            #expect(try await bench.state(plan) == .failed)
        }
    }

    @Test func aForwardThatIsRefusedOrHeldDoesNotKeepTheNotificationBack() async throws {
        for (turn, end) in [(ScriptedSubmitter.Turn.refuses, PlanState.failed), (.isLost, .held)] {
            let bench = try SendingBench()
            let plan = try await bench.plan(policy: .hold, notifies: true)
            _ = try await bench.runner(ScriptedSubmitter([turn])).sendDue()
            let channel = ScriptedChannel()
            _ = try await bench.notices(channel).deliverDue()
            #expect(channel.heard.count == 1)
            #expect(try await bench.state(plan) == end)
        }
    }

    @Test func aNotificationThatFailedDoesNotKeepTheForwardBack() async throws {
        let bench = try SendingBench()
        let plan = try await bench.plan(notifies: true)
        _ = try await bench.notices(ScriptedChannel(failures: [false])).deliverDue()
        let submitter = ScriptedSubmitter([])
        _ = try await bench.runner(submitter).sendDue()
        #expect(submitter.sent.count == 1)
        #expect(try await bench.state(plan) == .failed)
    }

    @Test func aNotificationThatWasBegunIsToldAgainAfterACrash() async throws {
        let bench = try SendingBench()
        let plan = try await bench.plan(to: [], notifies: true)
        let step = try #require(try await bench.steps(plan).first)
        try await bench.journal.apply([.stepBegun(step.id, StepPrecondition(), at: bench.clock.now)])
        let channel = ScriptedChannel()
        try await bench.notices(channel).recover()
        _ = try await bench.notices(channel).deliverDue()
        #expect(channel.heard.map(\.key) == ["\(plan)-0"])
        #expect(try await bench.state(plan) == .done)
    }

    @Test func aChannelThatIsNotConfiguredIsSaid() async throws {
        let bench = try SendingBench()
        let plan = try await bench.plan(to: [], notifies: true)
        let clock = bench.clock
        let runner = NoticeRunner(
            account: bench.account, journal: bench.journal, channels: [:], clock: { clock.now }, logger: silent)
        _ = try await runner.deliverDue()
        #expect(try await bench.journal.work(plan)?.plan.error?.contains("[notify.phone]") == true)
    }
}
