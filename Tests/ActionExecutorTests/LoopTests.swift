import ActionJournal
import MIMEParsing
import MailModel
import Testing

@testable import ActionExecutor

/// Mail that goes round is stopped, and kept (FAULTS, "What we send").
@Suite struct LoopTests {
    let bench: SendingBench
    let loops: LoopGuard

    init() throws {
        bench = try SendingBench()
        loops = LoopGuard(account: bench.account, journal: bench.journal)
    }

    private let target = "oncall@example.com"

    private func message(_ lines: [String], body: [String] = ["Hello"]) -> [UInt8] {
        Array((lines + [""] + body).joined(separator: "\r\n").utf8)
    }

    private func marker(_ original: [UInt8], identity: String = "new", to targets: [String]? = nil) async throws
        -> ForwardMarker
    {
        try await loops.marker(
            for: original, identity: MessageIdentity(rawValue: identity), to: targets ?? [target], now: bench.clock.now)
    }

    private func refusal(_ original: [UInt8], identity: String = "new") async throws -> String? {
        do {
            _ = try await marker(original, identity: identity)
            return nil
        } catch let refusal as SendingRefusal {
            return refusal.description
        }
    }

    private func forwarded(_ original: [UInt8], _ marker: ForwardMarker) -> [UInt8] {
        ForwardComposer.attachment(
            ForwardComposer.Input(
                forwarding: original, from: EmailAddress(name: "", localpart: "jane", domain: "example.org"),
                to: [target], note: "", messageID: "f@example.org", date: 0, offsetMinutes: 0, marker: marker.value))
    }

    @Test func automaticMailAndListsAreSentOn() async throws {
        let alert = message(["Auto-Submitted: auto-generated", "Precedence: bulk", "List-Id: <ops.example.org>"])
        let marker = try await marker(alert)
        #expect(marker.hops == 1 && marker.codes.count == 1)
        #expect(!marker.value.contains("home") && !marker.value.contains("oncall"), "a mark names nobody")
    }

    @Test func theMarkIsReadAsItWasWritten() async throws {
        let marker = try await marker(message(["Subject: x"]), to: [target, "b@example.com"])
        #expect(ForwardMarker(marker.value) == marker)
        let key = try await bench.journal.markerKey()
        #expect(marker.names(account: bench.account, target: "OnCall@Example.com", key: key))
        #expect(!marker.names(account: bench.account, target: "c@example.com", key: key))
        #expect(!marker.names(account: try #require(AccountName("work")), target: target, key: key))
        #expect(!marker.names(account: bench.account, target: target, key: Array(repeating: 7, count: 32)))
    }

    @Test func theKeyIsOneAndTheSame() async throws {
        let keys = try await withThrowingTaskGroup(of: [UInt8].self) { [journal = bench.journal] group in
            for _ in 0..<8 { group.addTask { try await journal.markerKey() } }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(keys.count == 1 && keys.first?.count == 32)
        let again = try Journal.open(folder: bench.folder.state, access: .readOnly)
        defer { again.close() }
        #expect(try await again.markerKey() == keys.first)
    }

    @Test func whatCameBackIsNotSentAgain() async throws {
        let original = message(["Subject: disk full", "Message-ID: <1@example.org>"])
        let sent = forwarded(original, try await marker(original))
        #expect(try await refusal(sent)?.contains("came back") == true)
        // Inside whatever the other side wrapped it in.
        let wrapped = message(
            ["Subject: Fwd: Fwd", "Content-Type: message/rfc822"], body: [String(decoding: sent, as: UTF8.self)])
        #expect(try await refusal(wrapped)?.contains("came back") == true)
        // Another target may have it.
        _ = try await marker(sent, to: ["b@example.com"])
    }

    @Test func theThirdHopIsTheLast() async throws {
        var mail = message(["Subject: round"])
        for hop in 1...3 {
            let marker = try await marker(mail, to: ["hop\(hop)@example.com"])
            #expect(marker.hops == hop)
            mail = forwarded(mail, marker)
        }
        #expect(try await refusal(mail)?.contains("3 times") == true)
        #expect(try await refusal(message(["X-Postmoon-Forwarded: 1; hops=99"])) != nil, "whoever signed")
        #expect(try await refusal(message(["X-Postmoon-Forwarded: 1; home"])) == nil, "one hop")
        #expect(try await refusal(message(["X-Postmoon-Forwarded: ;;=;hops=\u{1F315};mac=,,"])) == nil)
    }

    @Test func manyServersMeanALoop() async throws {
        func mail(_ count: Int) -> [UInt8] {
            message((0..<count).map { "Received: from a\($0) by b\($0); Mon, 1 Jan 2024 00:00:00 +0000" })
        }
        #expect(try await refusal(mail(50)) == nil)
        #expect(try await refusal(mail(51))?.contains("51 servers") == true)
    }

    @Test func oneMessageGoesToOneTargetOnceInThirtyDays() async throws {
        let plan = try await bench.plan(to: [target], identity: "same")
        _ = try await bench.runner(ScriptedSubmitter([])).sendDue()
        #expect(try await bench.state(plan) == .done)
        #expect(try await refusal(message(["Subject: x"]), identity: "same")?.contains("30 days") == true)
        #expect(try await refusal(message(["Subject: x"]), identity: "other") == nil)
        // Both were decided before either was sent.
        let second = try await bench.plan(to: [target, "b@example.com"], uid: 2, identity: "same")
        let submitter = ScriptedSubmitter([])
        #expect(try await bench.runner(submitter).sendDue() == nil)
        #expect(submitter.sent.flatMap(\.recipients).map(\.rawValue) == ["b@example.com"])
        #expect(try await bench.state(second) == .done)
        bench.clock.pass(LoopGuard.memory + 1)
        #expect(try await refusal(message(["Subject: x"]), identity: "same") == nil)
    }

    @Test func aMessageThatNobodyMayGetAgainIsNoFailure() async throws {
        _ = try await bench.plan(to: [target], identity: "same")
        let second = try await bench.plan(to: [target], uid: 2, identity: "same")
        let submitter = ScriptedSubmitter([])
        #expect(try await bench.runner(submitter).sendDue() == nil)
        #expect(submitter.sent.count == 1)
        #expect(try await bench.steps(second).map(\.state) == [.superseded])
        #expect(try await bench.steps(second).first?.outcome?.detail?.contains("30 days") == true)
        await #expect(throws: JournalError.self) { try await bench.spool.read("2.eml") }
    }

    @Test func aBounceOfOurOwnIsNotSentOn() async throws {
        _ = try await bench.plan(to: [target])
        let report = [
            "--b", "Content-Type: text/plain", "", "Sorry.", "--b", "Content-Type: text/rfc822-headers", "",
            "Message-ID: <1@example.org>", "", "--b--",
        ]
        let type = "Content-Type: multipart/report; boundary=b; report-type=delivery-status"
        #expect(try await refusal(message([type], body: report))?.contains("answer of a mail server") == true)
        let whole = report.map { $0 == "Content-Type: text/rfc822-headers" ? "Content-Type: message/rfc822" : $0 }
        #expect(try await refusal(message([type], body: whole)) != nil)
        #expect(try await refusal(message(["Return-Path: <>", "In-Reply-To: <1@example.org>"])) != nil)
        // Of somebody else's mail, and a person's answer to ours.
        #expect(try await refusal(message(["Return-Path: <>", "In-Reply-To: <9@example.org>"])) == nil)
        #expect(try await refusal(message(["Return-Path: <a@b.c>", "In-Reply-To: <1@example.org>"])) == nil)
    }

    // MARK: Ceilings

    @Test func pastACeilingMessagesWaitAndNoneIsDropped() async throws {
        let ceiling = SendingCeiling(hour: 3, day: 5)
        let submitter = ScriptedSubmitter([])
        let runner = bench.runner(submitter, ceiling: ceiling)
        let start = bench.clock.now
        for uid in UInt32(1)...7 { _ = try await bench.plan(to: [target], uid: uid) }
        _ = try await bench.plan(to: ["b@example.com"], uid: 8)
        #expect(try await runner.sendDue() == start + 3_600)
        #expect(submitter.sent.map { $0.recipients[0].rawValue } == [target, target, target, "b@example.com"])
        bench.clock.pass(3_599)
        #expect(try await runner.sendDue() == start + 3_600)
        #expect(submitter.sent.count == 4)
        bench.clock.pass(1)
        #expect(try await runner.sendDue() == start + 86_400)
        #expect(submitter.sent.count == 6, "five of the day, and the other target's")
        bench.clock.pass(86_400 - 3_600)
        #expect(try await runner.sendDue() == nil)
        #expect(submitter.sent.count == 8)
    }

    @Test func theAccountHasACeilingOfItsOwn() async throws {
        let submitter = ScriptedSubmitter([])
        let runner = bench.runner(submitter, ceiling: SendingCeiling(hour: 9, day: 9, accountDay: 2))
        let start = bench.clock.now
        for uid in UInt32(1)...3 { _ = try await bench.plan(to: ["a\(uid)@example.com"], uid: uid) }
        #expect(try await runner.sendDue() == start + 86_400)
        #expect(submitter.sent.count == 2)
        bench.clock.pass(86_400)
        #expect(try await runner.sendDue() == nil)
        #expect(submitter.sent.count == 3)
    }

    @Test func aMessageInDoubtIsSentAgainWithoutAskingACeiling() async throws {
        let plan = try await bench.plan(to: [target])
        let submitter = ScriptedSubmitter([.isLost])
        let runner = bench.runner(submitter, ceiling: SendingCeiling(hour: 1, day: 1))
        _ = try await runner.sendDue()
        bench.clock.pass(5)
        #expect(try await runner.sendDue() == nil)
        #expect(submitter.sent.count == 2)
        #expect(try await bench.state(plan) == .done)
    }

    @Test func waitingIsToldOnce() {
        let told = ToldWaits()
        #expect(told.isNew("a", until: 100, now: 10))
        #expect(!told.isNew("a", until: 120, now: 100))
        #expect(told.isNew("b", until: 100, now: 10))
        #expect(told.isNew("a", until: 900, now: 500))
    }
}
