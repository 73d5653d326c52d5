import Accounts
import ArgumentParser
import Daemon
import Foundation
import Logging
import MIMEParsing
import MailModel
import RuleRuntime

/// Where a message in a file is taken to lie.
struct FilePlaceOptions: ParsableArguments {
    @Option(help: "For a file: the account it is taken to be in.")
    var account: String?

    @Option(help: "For a file: the folder it is taken to be in.")
    var folder = "INBOX"
}

/// A whole message from a file or a server.
struct ChosenMessage {
    var account: AccountName
    var mailbox: MailboxName
    var facts: MessageFacts
    var raw: [UInt8]
    /// What the journal knows it by; `nil` for a file.
    var identity: MessageIdentity?

    static func inFile(
        _ path: String, _ options: FilePlaceOptions, _ configuration: Configuration, now: Int64
    ) throws -> ChosenMessage {
        let raw = try MessagePlace.read(path)
        guard let name = options.account.map({ AccountName($0) }) ?? configuration.accounts.first?.name,
            configuration.account(name) != nil
        else { throw CommandStatus.wrong("there is no account “\(options.account ?? "")” in \(configuration.file)") }
        guard let mailbox = MailboxName(options.folder) else {
            throw CommandStatus.wrong("“\(options.folder)” is not a folder name")
        }
        let facts = MessageFacts(
            uid: .first, flags: [], internalDate: MessageAge.received(HeaderBlock(raw), now: now), size: raw.count
        )
        return ChosenMessage(account: name, mailbox: mailbox, facts: facts, raw: raw)
    }

    /// `nil`: there is none with that UID.
    static func onServer(
        _ account: AccountName, _ mailbox: MailboxName, _ uid: UID, _ configuration: Configuration, logger: Logger
    ) async throws -> ChosenMessage? {
        guard let chosen = configuration.account(account) else {
            throw CommandStatus.wrong("there is no account “\(account)” in \(configuration.file)")
        }
        guard let found = try await ServerLook(account: chosen, logger: logger).message(mailbox, uid) else {
            return nil
        }
        return ChosenMessage(
            account: account, mailbox: mailbox, facts: found.facts, raw: found.raw, identity: found.identity)
    }

    /// As rules get it when it is new.
    var ruleMessage: RuleMessage {
        RuleMessage(
            account: account, mailbox: mailbox, uid: facts.uid.rawValue, event: .new, flags: facts.flags,
            size: facts.size, received: facts.internalDate, header: HeaderBlock(raw), headerIsWhole: true, raw: raw
        )
    }
}
