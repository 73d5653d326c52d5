import Foundation
import TestKit

/// A file system of its own with little room, which can be filled up. Needs root.
final class SmallDisk: Sendable {
    let path: String
    private let folder: TemporaryFolder

    init(kilobytes: Int) throws {
        folder = try TemporaryFolder("pmdisk")
        path = folder.path
        try SystemProgram.run("mount", "-t", "tmpfs", "-o", "size=\(kilobytes)k,mode=0700", "tmpfs", path)
    }

    deinit { _ = try? SystemProgram.run("umount", "-l", path) }

    /// Leaves no room.
    func fill() throws {
        let ballast = "\(path)/ballast"
        _ = FileManager.default.createFile(atPath: ballast, contents: nil)
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: ballast))
        defer { try? file.close() }
        let page = Data(repeating: 0, count: 4_096)
        while (try? file.write(contentsOf: page)) != nil {}
    }

    /// Whether it can only be read from now on. The kernel refuses that while a file on it is open to be written.
    func setReadOnly(_ isReadOnly: Bool) throws {
        try SystemProgram.run("mount", "-o", "remount,\(isReadOnly ? "ro" : "rw")", path)
    }

    func free() throws { try FileManager.default.removeItem(atPath: "\(path)/ballast") }
}
