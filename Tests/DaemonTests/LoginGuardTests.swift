import MailModel
import SMTPClient
import Synchronization
import TestKit
import Testing

@testable import Daemon

/// How often a server is asked to let us in, counted at the server.
@Suite(.timeLimit(.minutes(1)))
struct LoginGuardTests {
    /// A server that answers logins with what the test says at the moment, and counts them.
    private final class Door: Sendable {
        private let state = Mutex<(answer: String, logins: Int)>(("OK come in", 0))

        var logins: Int { state.withLock { $0.logins } }
        func answer(_ answer: String) { state.withLock { $0.answer = answer } }

        func port() async throws -> ScriptedPort {
            try await ScriptedPort { [self] in
                var script = IMAPScript()
                script.replies["LOGIN"] = ["% \(state.withLock { $0.answer })"]
                script.hangsUpAfter = ["LOGOUT"]
                return Counting(script.conversation()) { [self] in state.withLock { $0.logins += 1 } }
            }
        }
    }

    private final class Counting: PortConversation {
        private let inner: any PortConversation
        private let login: () -> Void

        init(_ inner: any PortConversation, _ login: @escaping () -> Void) {
            self.inner = inner
            self.login = login
        }

        func opening() -> PortReply { inner.opening() }

        func heard(_ bytes: [UInt8]) -> PortReply {
            if String(decoding: bytes, as: UTF8.self).contains(" AUTHENTICATE ") { login() }
            return inner.heard(bytes)
        }
    }

    private static let wrong = "NO [AUTHENTICATIONFAILED] Authentication failed."

    @Test func aWrongPasswordIsTriedOnceAndThenOnlyWhenItHasChanged() async throws {
        let door = Door()
        door.answer(Self.wrong)
        let port = try await door.port()
        let bench = try ConnectorBench(port: port.port)
        let first = await bench.fault()
        #expect(first?.code == .authFailed && first?.isTried == true)
        for _ in 0..<5 {
            let next = await bench.fault()
            #expect(next?.code == .authFailed && next?.isTried == false)
            bench.pass(300)
        }
        #expect(door.logins == 1)
        try bench.setSecret("second")
        #expect(await bench.fault()?.isTried == true)
        #expect(await bench.fault()?.isTried == false)
        #expect(door.logins == 2)
        door.answer("OK come in")
        try bench.setSecret("third")
        #expect(await bench.fault() == nil)
        #expect(door.logins == 3)
        await bench.end()
    }

    @Test func afterHalfAnHourItIsTriedOnceMore() async throws {
        let door = Door()
        door.answer(Self.wrong)
        let port = try await door.port()
        let bench = try ConnectorBench(port: port.port)
        #expect(await bench.fault()?.isTried == true)
        bench.pass(1_799)
        #expect(await bench.fault()?.isTried == false)
        bench.pass(1)
        #expect(await bench.fault()?.isTried == true)
        #expect(await bench.fault()?.isTried == false)
        #expect(door.logins == 2)
        await bench.end()
    }

    @Test func aPersonsWordOpensItAtOnce() async throws {
        let door = Door()
        door.answer(Self.wrong)
        let port = try await door.port()
        let bench = try ConnectorBench(port: port.port)
        #expect(await bench.fault()?.isTried == true)
        bench.connector.reopen()
        door.answer("OK come in")
        #expect(await bench.fault() == nil)
        #expect(door.logins == 2)
        await bench.end()
    }

    /// Ten folders are watched, and the password is wrong: one login, not ten.
    @Test func manyWorkersTryOnce() async throws {
        let door = Door()
        door.answer(Self.wrong)
        let port = try await door.port()
        let bench = try ConnectorBench(port: port.port)
        let codes = await withTaskGroup(of: FaultCode?.self) { group in
            for _ in 0..<10 { group.addTask { await bench.fault()?.code } }
            return await group.reduce(into: [FaultCode?]()) { $0.append($1) }
        }
        #expect(codes == Array(repeating: .authFailed, count: 10))
        #expect(door.logins == 1)
        await bench.end()
    }

    @Test func aThrottleIsKeptToTheSecondByEverybody() async throws {
        let door = Door()
        door.answer("NO [THROTTLED] Too many logins, try again in 90 seconds")
        let port = try await door.port()
        let bench = try ConnectorBench(port: port.port)
        let first = await bench.fault()
        #expect(first?.code == .throttled && first?.isTried == true)
        bench.pass(89)
        #expect(await bench.fault()?.isTried == false)
        try bench.setSecret("another")
        #expect(await bench.fault()?.isTried == false, "a pause is no matter of the secret")
        door.answer("OK come in")
        bench.pass(1)
        #expect(await bench.fault() == nil)
        #expect(door.logins == 2)
        await bench.end()
    }

    @Test(arguments: [
        "NO [UNAVAILABLE] Unexpected exception",
        "NO [ALERT] Too many simultaneous connections. (Failure)",
    ])
    func troubleThatPassesClosesNothing(answer: String) async throws {
        let door = Door()
        door.answer(answer)
        let port = try await door.port()
        let bench = try ConnectorBench(port: port.port)
        for _ in 0..<3 { #expect(await bench.fault()?.isTried == true) }
        #expect(door.logins == 3)
        await bench.end()
    }

    /// iCloud takes one form of the name or the other: both are tried, each on a connection of its own, and no more.
    @Test func bothFormsOfTheNameAreOneTry() async throws {
        let server = ICloudServer()
        let port = try await server.listen(.plain)
        let bench = try ConnectorBench(port: port.port, provider: "icloud", user: ICloudServer.user)
        let first = await bench.fault()
        #expect(first?.code == .appPasswordShape && first?.isTried == true)
        #expect(server.logins == ["jane", ICloudServer.user])
        #expect(port.accepted == 2)
        #expect(await bench.fault()?.isTried == false)
        #expect(port.accepted == 2)
        // The good one is remembered.
        server.acceptNamePart(false)
        try bench.setSecret(ICloudServer.password)
        #expect(await bench.fault() == nil)
        #expect(await bench.fault() == nil)
        #expect(server.logins.dropFirst(2) == ["jane", ICloudServer.user, ICloudServer.user])
        await bench.end()
    }

    @Test func aRefusedSubmissionLoginIsNotRepeated() async throws {
        let log = SMTPScriptLog()
        let port = try await ScriptedPort {
            SMTPScript.answering("AUTH", "535 5.7.8 authentication failed").conversation(log)
        }
        let bench = try ConnectorBench(port: 1, smtp: port.port)
        let loginGuard = LoginGuard(clock: bench.clock)
        let submitter = GuardedSubmitter(
            account: bench.account, loginGuard: loginGuard,
            inner: try #require(bench.connector.submitter(loginGuard)))
        let address = try #require(EnvelopeAddress("jane@example.org"))
        let submission = Submission(sender: address, recipients: [address], data: Array("Subject: x\r\n\r\n".utf8))
        for _ in 0..<4 {
            let result = await submitter.submit(submission) {}
            let error = try #require(result.outcomes.first?.outcome.error)
            #expect(error.code == .authFailed)
            #expect(error.scope == .account)
            #expect("\(error)".contains("user name or password") || "\(error)".contains("not tried again"))
        }
        #expect(log.lines.filter { $0 == "AUTH" }.count == 1)
        bench.pass(1_800)
        _ = await submitter.submit(submission) {}
        try bench.setSecret("second")
        _ = await submitter.submit(submission) {}
        #expect(log.lines.filter { $0 == "AUTH" }.count == 3)
        await bench.end()
    }
}
