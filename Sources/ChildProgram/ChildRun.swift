import FoundationEssentials
import Subprocess

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A program while it runs.
struct ChildRun: Sendable {
    private let program: ChildProgram
    private let name: String

    init(_ program: ChildProgram, name: String) {
        self.program = program
        self.name = name
    }

    func result() async throws -> ChildProgramResult {
        guard !program.command.contains(where: { $0.utf8.contains(0) }) else {
            throw ChildProgramError(.failed("an argument carries a NUL"), program: name)
        }
        _ = Self.brokenPipesAreErrors
        return try await withThrowingTaskGroup(of: ChildProgramResult?.self) { group in
            group.addTask { try await runToEnd() }
            group.addTask {
                try await Task.sleep(for: program.timeout)
                return nil
            }
            // Whichever is first: cancelling the run kills the process group and waits until it is gone.
            defer { group.cancelAll() }
            guard let first = try await group.next(), let result = first else {
                throw ChildProgramError(.timedOut(program.timeout), program: name)
            }
            return result
        }
    }

    private func runToEnd() async throws -> ChildProgramResult {
        var options = PlatformOptions()
        // Its own session: the group can be killed as one, and nothing of it asks on a terminal.
        options.createSession = true
        options.teardownSequence = [
            .send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .seconds(1))
        ]
        let run = try await Subprocess.run(
            name.contains("/") ? .path(.init(name)) : .name(name),
            arguments: Arguments(Array(program.command.dropFirst())),
            environment: .custom(Self.environment(adding: program.environment)),
            platformOptions: options,
            input: .inputWriter, output: .sequence, error: .sequence
        ) { execution in
            async let written: Void = write(to: execution.standardInputWriter)
            async let errorOutput = beginning(of: execution.standardError)
            let output = try await whole(execution.standardOutput)
            await written
            return (output: output, errorOutput: try await errorOutput)
        }
        let status: Int32 =
            switch run.terminationStatus {
            case .exited(let code): code
            case .signaled(let signal): 128 + signal
            }
        var output = run.closureResult.output
        if output.last == UInt8(ascii: "\n") { output.removeLast() }
        return ChildProgramResult(
            exitStatus: status, output: output, errorOutput: run.closureResult.errorOutput)
    }

    /// A program may end, or close its input, without having read all of it.
    private func write(to writer: StandardInputWriter) async {
        if let input = program.input { _ = try? await writer.write(input) }
        try? await writer.finish()
    }

    private func whole(_ stream: SubprocessOutputSequence) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await block in stream {
            block.withUnsafeBytes { bytes.append(contentsOf: $0) }
            guard bytes.count <= program.outputLimit else {
                throw ChildProgramError(.outputTooLong(limit: program.outputLimit), program: name)
            }
        }
        return bytes
    }

    private func beginning(of stream: SubprocessOutputSequence) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await block in stream {
            block.withUnsafeBytes { bytes.append(contentsOf: $0.prefix(program.outputLimit - bytes.count)) }
        }
        return bytes
    }

    private static func environment(adding additions: [String: String]) -> [Environment.Key: String] {
        let own = ProcessInfo.processInfo.environment
        var environment: [Environment.Key: String] = [
            "PATH": own["PATH"] ?? "/usr/local/bin:/usr/bin:/bin",
            "LANG": own["LANG"] ?? "C.UTF-8",
        ]
        environment["HOME"] = own["HOME"]
        for (name, value) in additions {
            guard let key = Environment.Key(rawValue: name) else { continue }
            environment[key] = value.utf8.contains(0) ? String(value.filter { $0 != "\0" }) : value
        }
        return environment
    }

    /// Writing to a program that is gone must come back as an error; by default it ends this process.
    private static let brokenPipesAreErrors: Void = {
        signal(SIGPIPE, SIG_IGN)
    }()
}
