import Foundation

extension DovecotServer {
    /// Makes the server forget the UIDs of a folder: they begin anew under another UIDVALIDITY. No client may be
    /// connected meanwhile.
    public func renumber(_ user: String, in mailbox: String = "INBOX") throws {
        let folder = maildir(of: user, mailbox)
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.hasPrefix("dovecot") {
            try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
        }
    }

    /// Puts a file of a folder's Maildir, such as `dovecot-acl`; makes the Maildir when it is missing.
    public func writeFile(_ name: String, _ content: String, of user: String, in mailbox: String = "INBOX") throws {
        let folder = maildir(of: user, mailbox)
        for part in ["", "/cur", "/new", "/tmp"] {
            try FileManager.default.createDirectory(atPath: folder + part, withIntermediateDirectories: true)
            chown(folder + part, owner.mailUser, owner.mailGroup)
        }
        try Data(content.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
        chown("\(folder)/\(name)", owner.mailUser, owner.mailGroup)
    }
}
