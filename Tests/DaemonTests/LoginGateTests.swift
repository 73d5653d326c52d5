import MailModel
import Testing

@testable import Daemon

/// A refused secret is not tried again at once, whatever the clock does.
@Suite struct LoginGateTests {
    struct Refusal: Fault, Equatable {
        var code = FaultCode.authFailed
        var scope: FaultScope { .account }
        var description: String { "refused" }
    }

    private let wrong: LoginGate.Fingerprint = [1]
    private let other: LoginGate.Fingerprint = [2]

    @Test func aRefusedSecretWaitsForHalfAnHour() {
        var gate = LoginGate()
        #expect(gate.refusal(at: 0, secret: nil) == nil)
        gate.refused(Refusal(), secret: wrong, at: 1_000)
        #expect(gate.refusal(at: 1_001, secret: wrong)?.seconds == 1_799)
        #expect(gate.refusal(at: 2_799, secret: wrong) != nil)
        #expect(gate.refusal(at: 2_800, secret: wrong) == nil)
        #expect(gate.refusal(at: 2_800, secret: wrong) == nil, "open stays open")
    }

    @Test func anotherSecretOpensIt() {
        var gate = LoginGate()
        gate.refused(Refusal(), secret: wrong, at: 1_000)
        #expect(gate.waitsForSecret)
        #expect(gate.refusal(at: 1_001, secret: nil) != nil, "not looked at")
        #expect(gate.refusal(at: 1_001, secret: other) == nil)
        #expect(gate.refusal(at: 1_001, secret: wrong) == nil, "it was opened")
    }

    @Test func whatCannotBeComparedWaits() {
        var gate = LoginGate()
        gate.refused(Refusal(), secret: nil, at: 1_000)
        #expect(!gate.waitsForSecret)
        #expect(gate.refusal(at: 1_001, secret: other) != nil)
        gate.reopen()
        #expect(gate.refusal(at: 1_001, secret: other) == nil)
    }

    @Test func aPauseLastsAsLongAsWasAsked() {
        var gate = LoginGate()
        gate.askedToWait(Refusal(code: .throttled), seconds: 93, at: 1_000)
        #expect(gate.refusal(at: 1_092, secret: other)?.seconds == 1)
        #expect(gate.refusal(at: 1_093, secret: other) == nil)
        gate.askedToWait(Refusal(code: .throttled), seconds: 1_000_000, at: 2_000)
        #expect(gate.refusal(at: 2_000, secret: nil)?.seconds == 86_400)
    }

    @Test func aPauseDoesNotForgiveARefusal() {
        var gate = LoginGate()
        gate.refused(Refusal(), secret: wrong, at: 1_000)
        gate.askedToWait(Refusal(code: .throttled), seconds: 86_000, at: 1_001)
        #expect(gate.refusal(at: 1_002, secret: wrong)?.reason.code == .authFailed)
        // The longer of two pauses counts.
        gate.reopen()
        gate.askedToWait(Refusal(code: .throttled), seconds: 500, at: 1_000)
        gate.askedToWait(Refusal(code: .throttled), seconds: 5, at: 1_001)
        #expect(gate.refusal(at: 1_100, secret: nil) != nil)
    }

    @Test func aClockSetBackDoesNotKeepItShutForEver() {
        var gate = LoginGate()
        gate.refused(Refusal(), secret: wrong, at: 1_000_000)
        #expect(gate.refusal(at: 999_000, secret: wrong) != nil)
        #expect(gate.refusal(at: 1_000_000 - 86_401, secret: wrong) == nil)
    }
}
