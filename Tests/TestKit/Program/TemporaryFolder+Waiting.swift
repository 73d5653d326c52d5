import Foundation

extension TemporaryFolder {
    /// Waits until a file of this name is there.
    public func awaitFile(_ name: String, within limit: Duration = .seconds(20)) async throws {
        let path = file(name)
        let isThere = try await blocking { awaited(within: limit) { access(path, F_OK) == 0 ? true : nil } }
        guard isThere == true else { throw ServerUnavailable("\(path) was not made") }
    }
}
