import Accounts
import Foundation
import MIMEParsing
import MailModel

/// Which message a command means: a file, a place on a server, or a Message-ID. An existing file wins.
enum MessagePlace {
    case file(String)
    /// Account up to the first `/`, UID after the last (DESIGN §5).
    case server(AccountName, MailboxName, UID)
    case messageID(String)

    init(_ text: String) {
        if FileManager.default.fileExists(atPath: text) {
            self = .file(text)
            return
        }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        if parts.count >= 3, let account = AccountName(String(parts[0])), let number = UInt32(parts[parts.count - 1]),
            let uid = UID(number), let mailbox = MailboxName(parts[1..<(parts.count - 1)].joined(separator: "/"))
        {
            self = .server(account, mailbox, uid)
            return
        }
        self = .messageID(text.trimmingCharacters(in: CharacterSet(charactersIn: "<> ")))
    }

    static func read(_ path: String) throws -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandStatus.failed("\(path) cannot be read")
        }
        return Array(data)
    }
}
