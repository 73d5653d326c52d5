import Accounts
import IMAPSession
import MailModel
import MailTransport
import Testing

@testable import Daemon
@testable import Doctor

@Suite struct RetryPauseTests {
    private func pause(_ code: FaultCode, retryAfter: Int? = nil, backoff: Double = 1) throws -> Double {
        let bench = try ConnectorBench(port: 1)
        var error = SessionError(code: code, scope: .account, text: "x")
        error.retryAfter = retryAfter
        error.advice = "Do something."
        return RetryPause.seconds(after: FaultExplanation(error, of: bench.account), backoff: backoff)
    }

    @Test func aThrottleWaitsAsLongAsItWasTold() throws {
        #expect(try pause(.throttled, retryAfter: 93) == 93)
        #expect(try pause(.throttled, retryAfter: 93, backoff: 200) == 200)
        #expect(try pause(.throttled) == 60)
        #expect(try pause(.tooManyConnections) == 60)
    }

    @Test func whatAPersonMustMendIsNotKnockedAt() throws {
        for code in [FaultCode.authFailed, .appPasswordNeeded, .appPasswordShape, .imapDisabled, .loginDisabled] {
            #expect(try pause(code) == 300)
        }
    }

    @Test func troubleThatPassesIsTriedSoon() throws {
        for code in [FaultCode.connectionLost, .connectionRefused, .connectionTimeout, .dnsFailure, .unavailable] {
            #expect(try pause(code) == 1)
            #expect(try pause(code, backoff: 250) == 250)
        }
        #expect(try pause(.unavailable, retryAfter: 30) == 30)
    }

    /// A refusal in the middle of the work is explained as one at the login is.
    @Test func aCommandsRefusalIsClassifiedToo() throws {
        let bench = try ConnectorBench(port: 1)
        let error = SessionError(
            code: .protocolError, scope: .mailbox, command: "UID FETCH",
            text: "Request is throttled. Suggested Backoff Time: 92415 milliseconds")
        let fault = FaultExplanation(error, of: bench.account)
        #expect(fault.code == .throttled)
        #expect(fault.retryAfter == 93)
        #expect(RetryPause.seconds(after: fault, backoff: 1) == 93)
        var farewell = SessionError(
            code: .connectionLost, scope: .connection, text: "the server said BYE: Session expired, please login again."
        )
        farewell.isFarewell = true
        #expect(FaultExplanation(farewell, of: bench.account).code == .connectionLost)
        #expect(FaultExplanation(farewell, of: bench.account).isTransient)
    }

    /// What was explained where the password was at hand keeps its name.
    @Test func anExplanationIsNotMadeTwice() throws {
        let bench = try ConnectorBench(port: 1)
        var error = SessionError(
            code: .appPasswordShape, scope: .account, command: "LOGIN", responseCode: .authenticationFailed, text: "no")
        error.advice = "Make one."
        let fault = FaultExplanation(error, of: bench.account)
        #expect(fault.code == .appPasswordShape)
        #expect(fault.advice == "Make one.")
        let waiting = WaitingLogin(reason: error, seconds: 1_700)
        #expect(FaultExplanation(waiting, of: bench.account).code == .appPasswordShape)
        #expect(FaultExplanation(waiting, of: bench.account).isRefusedSecret)
    }
}
