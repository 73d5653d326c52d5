import Foundation

extension DovecotServer {
    /// Makes the server forget the UIDs of a folder: they begin anew under this UIDVALIDITY. No client may be connected
    /// meanwhile.
    public func renumber(_ user: String, in mailbox: String = "INBOX", uidValidity: UInt32) async throws {
        let folder = maildir(of: user, mailbox)
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.hasPrefix("dovecot") {
            try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
        }
        // Left to itself Dovecot takes the time in seconds, which may be the old one.
        try await doveadm("mailbox", "update", "-u", user, "--uid-validity", "\(uidValidity)", mailbox)
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

    /// Puts a message into a folder behind the server's back, as a program that writes Maildirs does.
    ///
    /// - Parameter received: its INTERNALDATE, seconds since 1970; `nil`: now.
    public func place(
        _ message: String, of user: String, in mailbox: String = "INBOX", received: Int? = nil, flags: String? = nil
    ) throws {
        let folder = maildir(of: user, mailbox)
        let name = UUID().uuidString
        try writeFile("tmp/\(name)", message, of: user, in: mailbox)
        if let received {
            let time = timeval(tv_sec: received, tv_usec: 0)
            _ = utimes("\(folder)/tmp/\(name)", [time, time])
        }
        // A message with flags is one that a client has seen.
        let target = flags.map { "cur/\(name):2,\($0)" } ?? "new/\(name)"
        guard rename("\(folder)/tmp/\(name)", "\(folder)/\(target)") == 0 else {
            throw ServerUnavailable("\(folder)/\(target) cannot be written")
        }
    }
}
