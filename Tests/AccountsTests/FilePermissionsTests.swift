import Testing

@testable import Accounts

@Suite struct FilePermissionsTests {
    @Test(
        arguments: [
            (1000, 0o600, true, true), (1000, 0o400, true, true), (1000, 0o644, true, false),
            (1000, 0o755, true, false),
            (1000, 0o660, false, false), (1000, 0o602, false, false), (0, 0o600, true, true), (0, 0o640, true, false),
            (1001, 0o600, false, false), (1001, 0o444, false, false),
        ] as [(UInt32, UInt32, Bool, Bool)])
    func ownerAndModeDecide(owner: UInt32, mode: UInt32, configuration: Bool, secret: Bool) {
        let permissions = FilePermissions(owner: owner, mode: mode)
        #expect((permissions.complaint(for: .configuration, path: "f", user: 1000) == nil) == configuration)
        #expect((permissions.complaint(for: .secret, path: "f", user: 1000) == nil) == secret)
    }

    @Test func sentencesSayWhatToDo() {
        let open = FilePermissions(owner: 1000, mode: 0o666)
        #expect(
            open.complaint(for: .secret, path: "/s", user: 1000) == "/s can be read or changed by others: chmod 600 /s")
        #expect(
            open.complaint(for: .configuration, path: "/s", user: 1000) == "/s can be changed by others: chmod go-w /s")
        #expect(
            open.complaint(for: .configuration, path: "/s", user: 7)
                == "/s belongs to user 1000, neither to you nor to root: chown it, or copy it to a file of your own")
    }

    @Test func linksAreFollowed() throws {
        let folder = try ConfigurationFolder()
        #expect(FilePermissions(path: folder.path)?.kind == .folder)
        #expect(FilePermissions(path: "\(folder.path)/lab.secret")?.mode == 0o600)
        #expect(FilePermissions(path: "\(folder.path)/none") == nil)
    }
}
