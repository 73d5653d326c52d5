import ChildProgram
import Foundation
import MailModel
import Testing

@Suite struct ChildProgramTests {
    @Test func outputComesWithoutOneTrailingNewline() async throws {
        let result = try await ChildProgram(command: ["printf", "a\\n\\n"]).run()
        #expect(result.exitStatus == 0)
        #expect(result.output == Array("a\n".utf8))
        #expect(result.errorOutput.isEmpty)
    }

    @Test func inputReachesTheProgramWhole() async throws {
        let input = (0..<50_000).map { UInt8(truncatingIfNeeded: $0 &* 31) } + [1]
        let result = try await ChildProgram(command: ["cat"], input: input).run()
        #expect(result.output == input)
    }

    @Test func withoutInputAProgramReadsItsEndAtOnce() async throws {
        let result = try await ChildProgram(command: ["cat"]).run()
        #expect(result.output.isEmpty)
        #expect(result.exitStatus == 0)
    }

    @Test func aProgramNeedNotReadItsInput() async throws {
        let input = [UInt8](repeating: 7, count: 4_000_000)
        let result = try await ChildProgram(command: ["true"], input: input).run()
        #expect(result.exitStatus == 0)
    }

    @Test func theEnvironmentIsCleanButForWhatIsGiven() async throws {
        let additions = ["POSTMOON_PLAN": "17", "POSTMOON_TITLE": "a=b\0c\nd"]
        let result = try await ChildProgram(command: ["env", "-0"], environment: additions).run()
        var found: [String: String] = [:]
        for entry in String(decoding: result.output, as: UTF8.self).split(separator: "\0") {
            let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            found[String(parts[0])] = String(parts[1])
        }
        #expect(found["POSTMOON_PLAN"] == "17")
        #expect(found["POSTMOON_TITLE"] == "a=bc\nd")
        #expect(found["PATH"]?.isEmpty == false)
        #expect(found["LANG"]?.isEmpty == false)
        let others = Set(found.keys).subtracting(["POSTMOON_PLAN", "POSTMOON_TITLE", "PATH", "LANG", "HOME"])
        #expect(others.isEmpty)
    }

    @Test func noDescriptorIsInherited() async throws {
        let inheritable = open("/dev/null", O_RDONLY)
        defer { close(inheritable) }
        #expect(fcntl(inheritable, F_GETFD) & FD_CLOEXEC == 0)
        let result = try await ChildProgram(command: ["ls", "/proc/self/fd"]).run()
        // The three streams, and the directory that ls reads.
        #expect(result.output == Array("0\n1\n2\n3".utf8))
    }

    @Test func aProgramHasASessionOfItsOwn() async throws {
        let result = try await ChildProgram(command: ["cat", "/proc/self/stat"]).run()
        let fields = String(decoding: result.output, as: UTF8.self).split(separator: " ")
        // pid (comm) state ppid pgrp session ...
        #expect(fields[0] == fields[4])
        #expect(fields[0] == fields[5])
    }

    @Test func argumentsAreNotForAShell() async throws {
        let result = try await ChildProgram(command: ["printf", "%s|", "$HOME", "a b", "`id`", ";"]).run()
        #expect(result.output == Array("$HOME|a b|`id`|;|".utf8))
    }

    @Test(arguments: [
        (["false"], 1), (["env", "-S", "false"], 1), (["timeout", "-s", "KILL", "0.01", "sleep", "9"], 137),
    ])
    func anExitStatusIsAResult(command: [String], status: Int) async throws {
        #expect(try await ChildProgram(command: command).run().exitStatus == Int32(status))
    }

    @Test func standardErrorIsCutWhereTheLimitIs() async throws {
        let command = ["ls", "/nowhere-a", "/nowhere-b"]
        let result = try await ChildProgram(command: command, outputLimit: 20).run()
        #expect(result.exitStatus == 2)
        #expect(result.errorOutput.count == 20)
    }

    @Test(arguments: [["postmoon-no-such-program"], ["/nowhere/program"], ["/etc/passwd"], [""], []])
    func whatCannotBeRunIsNamed(command: [String]) async {
        let error = await #expect(throws: ChildProgramError.self) { try await ChildProgram(command: command).run() }
        #expect(error?.code == .programMissing)
    }

    @Test func anArgumentWithANULIsRefused() async {
        let error = await #expect(throws: ChildProgramError.self) {
            try await ChildProgram(command: ["printf", "a\0b"]).run()
        }
        #expect(error?.code == .programFailed)
    }

    @Test func tooMuchOutputEndsTheProgram() async throws {
        let atTheLimit = try await ChildProgram(command: ["head", "-c", "1000", "/dev/zero"], outputLimit: 1_000).run()
        #expect(atTheLimit.output.count == 1_000)
        let error = await #expect(throws: ChildProgramError.self) {
            try await ChildProgram(command: ["cat", "/dev/zero"]).run()
        }
        #expect(error?.reason == .outputTooLong(limit: 65_536))
    }

    @Test func atTheTimeLimitTheWholeProcessGroupIsKilled() async throws {
        let fifo = try Fifo()
        let program = ChildProgram(command: fifo.holdingPair, timeout: .seconds(1))
        let error = await #expect(throws: ChildProgramError.self) { try await program.run() }
        #expect(error?.reason == .timedOut(.seconds(1)))
        // Both were there, and nobody holds it any more.
        #expect(await fifo.readToEnd()?.sorted() == Array("cp".utf8))
    }

    @Test func aClosedOutputDoesNotHideAProgramFromTheTimeLimit() async {
        let program = ChildProgram(
            command: ["perl", "-e", "close STDOUT; close STDERR; sleep 1000"], timeout: .milliseconds(300))
        let error = await #expect(throws: ChildProgramError.self) { try await program.run() }
        #expect(error?.code == .programTimeout)
    }

    @Test func aGrandchildThatKeepsTheOutputOpenDelaysNothing() async throws {
        let script = "$| = 1; my $child = fork(); if ($child) { print $child } else { sleep 1000 }"
        let result = try await ChildProgram(command: ["perl", "-e", script]).run()
        let grandchild = try #require(pid_t(String(decoding: result.output, as: UTF8.self)))
        #expect(kill(grandchild, SIGKILL) == 0)
        #expect(result.exitStatus == 0)
    }

    @Test func cancellingKillsTheProcessGroup() async throws {
        let fifo = try Fifo()
        let task = Task { try await ChildProgram(command: fifo.holdingPair).run() }
        #expect(await fifo.waitForFirstByte())
        task.cancel()
        let error = await #expect(throws: ChildProgramError.self) { try await task.value }
        #expect(error?.reason == .cancelled)
        #expect(await fifo.readToEnd() != nil)
    }

    @Test func manyAtOnceComeToTheirEnds() async throws {
        try await withThrowingTaskGroup(of: [UInt8].self) { group in
            for number in 0..<20 {
                group.addTask { try await ChildProgram(command: ["printf", "\(number)"]).run().output }
            }
            var outputs: Set<[UInt8]> = []
            for try await output in group { outputs.insert(output) }
            #expect(outputs == Set((0..<20).map { Array("\($0)".utf8) }))
        }
    }

    @Test func errorsTellNothingOfArgumentsOrEnvironment() async {
        let canary = "canary-5e2f"
        let commands = [["/nowhere/program", canary], ["cat", "/dev/zero", canary], ["printf", "\0", canary]]
        for command in commands {
            let program = ChildProgram(
                command: command, environment: ["POSTMOON_BODY": canary], input: Array(canary.utf8), outputLimit: 10)
            let error = await #expect(throws: ChildProgramError.self) { try await program.run() }
            #expect(error.map { "\($0)\(String(reflecting: $0))".contains(canary) } == false)
        }
    }
}

/// A named pipe whose end tells that every process that opened it is gone.
private final class Fifo: Sendable {
    private let path = "/tmp/postmoon-test-\(UUID())"
    private let descriptor: Int32

    init() throws {
        try #require(mkfifo(path, 0o600) == 0)
        descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        try #require(descriptor >= 0)
    }

    /// Two processes that write `p` and `c`, and then hold it open until they are killed.
    var holdingPair: [String] {
        ["perl", "-e", "open F, '>', shift; my $p = fork() ? 'p' : 'c'; syswrite F, $p; sleep 1000", path]
    }

    func waitForFirstByte() async -> Bool { await onThread { $0.wait(for: POLLIN) } }

    /// All bytes; `nil` when somebody still has it open after four minutes.
    func readToEnd() async -> [UInt8]? { await onThread { $0.readAll() } }

    /// Waiting here would hold one of the few threads that the program under test needs.
    private func onThread<Value: Sendable>(_ body: @escaping @Sendable (Fifo) -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { [self] in continuation.resume(returning: body(self)) }
        }
    }

    private func readAll() -> [UInt8]? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16)
        while wait(for: POLLIN | POLLHUP) {
            let count = read(descriptor, &buffer, buffer.count)
            if count == 0 { return bytes }
            if count > 0 { bytes += buffer[..<count] }
        }
        return nil
    }

    private func wait(for events: Int32) -> Bool {
        var request = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        return poll(&request, 1, 240_000) == 1
    }

    deinit {
        close(descriptor)
        unlink(path)
    }
}
