/// A private server could not be started: a program is not installed, or it ended at once. Says what to do.
public struct ServerUnavailable: Error, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}
