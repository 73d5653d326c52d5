import TestKit
import Testing

/// What happens to a mailbox and its program, and how it has to end whatever breaks in between.
struct Scenario: Sendable, CustomTestStringConvertible {
    var name: String
    /// By account; the first is the one whose rules act. `work` has its own server.
    var accounts: [String: ServerTraits] = ["home": .modern]
    /// In every account.
    var mailboxes = ["INBOX", "Receipts", "Elsewhere", "Trash", "Archive", "Junk"]
    var rules: String
    /// Lines of `postmoon.toml` above its tables.
    var settings = ""
    /// Further tables of `postmoon.toml`; `@WORLD@` in a command is the folder of the world at hand.
    var configuration = ""
    /// Further lines of the table of the account `home`.
    var accountLines = ""
    /// Before the program was ever started.
    var preparation: @Sendable (World) throws -> Void = { _ in }
    var course: [Phase]
    /// How it may end, in the lines of `EndState`; the first is how it ends when nothing breaks.
    var ends: [[String]]
    /// How it may end as well when something sent is in doubt and its policy holds it.
    var endsInDoubt: [[String]] = []
    /// What else others can see, in lines of the end state.
    var sights: @Sendable (World) -> [String] = { _ in [] }
    /// Whether the submission server itself leaves the program in doubt.
    var isDoubtful = false
    /// Whether another end may be explained by what broke: a message that is in doubt.
    var isInDoubt: @Sendable (_ end: EndState, _ breakage: Breakage, _ moment: Breakage.Moment) -> Bool = { _, _, _ in
        false
    }
    /// Servers that took something only a careless client would send.
    var violations: @Sendable (World) -> [String] = { _ in [] }

    /// The phase with which the bytes begin that are cut: what goes before is cut in a scenario of its own.
    var firstCutPhase = 0
    /// Seconds by which a turn comes later than it is due.
    var lateness: Int64 = 1
    /// Signing in is broken in every way too, which is the same in all scenarios.
    var breaksEverywhere = false

    var testDescription: String { name }
}

/// A part of a scenario. Each is carried to its end before the next begins, whatever broke in it.
enum Phase: Sendable {
    case deliver(Letter, to: String = "INBOX", of: String = "home", flags: Set<String> = [])
    /// The program looks once and does what there is to do.
    case turn
    /// Time goes by.
    case pass(Int64)
    /// Something happens without the program: another client, a server.
    case meanwhile(@Sendable (World) throws -> Void)
    /// The person asks for something; asked again after a break until it has this exit status (`nil`: any).
    case command(status: Int32? = 0, @Sendable (World) async throws -> Int32)
    /// The program ends in order and is started again.
    case restart

    static func deliver(_ names: [String]) -> [Phase] { names.map { .deliver(Letter($0)) } }
}

/// A message, by what tells it apart.
struct Letter: Sendable, Hashable {
    /// Its subject too.
    var name: String
    var from = "shop@example.com"
    /// Further header lines, each with its CRLF.
    var header = ""
    var body = "Hello"
    /// Without brackets; `nil`: none.
    var messageID: String?

    init(_ name: String, from: String = "shop@example.com", header: String = "", body: String = "Hello") {
        self.name = name
        self.from = from
        self.header = header
        self.body = body
        messageID = "\(name)@example.com"
    }

    var bytes: [UInt8] {
        let id = messageID.map { "Message-ID: <\($0)>\r\n" } ?? ""
        return Array(
            ("\(id)Date: Mon, 23 Nov 2026 10:00:00 +0000\r\nFrom: \(from)\r\nTo: jane@example.org\r\n"
                + "Subject: \(name)\r\n\(header)\r\n\(body)\r\n").utf8)
    }
}
