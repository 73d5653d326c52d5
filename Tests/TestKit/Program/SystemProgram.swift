/// Programs of the system, run to their end.
public enum SystemProgram {
    /// Gives what it printed; that is also in what is thrown when it fails.
    @discardableResult
    public static func run(_ name: String, _ arguments: String...) throws -> String {
        try Programs.run(try Programs.find(name, package: name), arguments)
    }
}
