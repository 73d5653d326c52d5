import Foundation

/// The `postmoon` that was built beside the tests.
public enum PostmoonExecutable {
    /// Its path; throws a sentence when it was not built.
    public static func find() throws -> String {
        let beside = CommandLine.arguments.filter { $0.contains("/") }.map { argument in
            URL(fileURLWithPath: argument).deletingLastPathComponent()
        }
        var places: [String] = []
        for start in beside {
            // On macOS the tests are in a bundle, some folders below.
            var folder = start.standardizedFileURL
            for _ in 0..<4 where folder.path.contains(".build") {
                places.append(folder.appendingPathComponent("postmoon").path)
                folder.deleteLastPathComponent()
            }
        }
        var root = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { root.deleteLastPathComponent() }
        places.append(root.appendingPathComponent(".build/debug/postmoon").path)
        guard let path = places.first(where: { access($0, X_OK) == 0 }) else {
            throw ServerUnavailable("postmoon is not built: run `swift build` (looked for \(places))")
        }
        return path
    }
}
