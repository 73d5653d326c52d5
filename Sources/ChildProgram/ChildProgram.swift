import FoundationEssentials
import MailModel
import Subprocess

/// One run of a program: an argument list, never a shell.
///
/// It gets `HOME`, `PATH` and `LANG` of this process and the additions, no descriptor but its three streams, and a
/// session of its own; at the time limit its whole process group is killed.
public struct ChildProgram: Sendable {
    /// The program and its arguments. A name without `/` is looked for in `PATH`.
    public var command: [String]
    /// Variables beside the usual three, `POSTMOON_…` by convention. NULs in values are left out.
    public var environment: [String: String]
    /// What it reads; `nil`: nothing.
    public var input: [UInt8]?
    public var timeout: Duration
    /// Bytes of standard output; past it the program is killed. Standard error is cut there.
    public var outputLimit: Int

    public static let standardTimeout = Duration.seconds(30)
    public static let standardOutputLimit = 64 * 1_024

    public init(
        command: [String], environment: [String: String] = [:], input: [UInt8]? = nil,
        timeout: Duration = Self.standardTimeout, outputLimit: Int = Self.standardOutputLimit
    ) {
        self.command = command
        self.environment = environment
        self.input = input
        self.timeout = timeout
        self.outputLimit = outputLimit
    }

    /// Runs it to its end. An exit status other than 0 is a result, not an error.
    public func run() async throws(ChildProgramError) -> ChildProgramResult {
        guard let name = command.first, !name.isEmpty else { throw ChildProgramError(.commandMissing, program: "") }
        do {
            return try await ChildRun(self, name: name).result()
        } catch let error as ChildProgramError {
            throw error
        } catch let error as SubprocessError {
            throw ChildProgramError(error, program: name)
        } catch is CancellationError {
            throw ChildProgramError(.cancelled, program: name)
        } catch {
            throw ChildProgramError(.failed("\(type(of: error))"), program: name)
        }
    }
}

/// How a program ended, and what it wrote.
public struct ChildProgramResult: Sendable {
    /// 0 to 255; 128 + n when signal n ended it.
    public var exitStatus: Int32
    /// Standard output without one trailing newline.
    public var output: [UInt8]
    /// At most `outputLimit` bytes. Never log it for commands that print secrets.
    public var errorOutput: [UInt8]

    public init(exitStatus: Int32, output: [UInt8], errorOutput: [UInt8]) {
        self.exitStatus = exitStatus
        self.output = output
        self.errorOutput = errorOutput
    }
}
