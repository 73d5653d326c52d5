import Foundation
import Synchronization

/// Remembers the spool as it was when the program died.
final class SpoolKeeper: Sendable {
    private let folder: String
    private let kept = Mutex<[String: Data]?>(nil)

    init(stateFolder: String) { folder = stateFolder + "/spool" }

    func keep() {
        let files = names.compactMap { name in
            FileManager.default.contents(atPath: "\(folder)/\(name)").map { (name, $0) }
        }
        kept.withLock { $0 = Dictionary(files) { first, _ in first } }
    }

    /// Makes the spool as it was then.
    func restore() {
        guard let files = kept.withLock({ $0 }) else { return }
        kept.withLock { $0 = nil }
        for name in names where files[name] == nil { try? FileManager.default.removeItem(atPath: "\(folder)/\(name)") }
        for (name, data) in files {
            let path = "\(folder)/\(name)"
            guard FileManager.default.contents(atPath: path) != data else { continue }
            _ = FileManager.default.createFile(atPath: path, contents: data, attributes: [.posixPermissions: 0o600])
        }
    }

    var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] }
}
