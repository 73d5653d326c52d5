import Foundation
import IMAPSyntax

/// One connection to an `ICloudServer`. What is odd about it was all seen at iCloud:
///
/// - the capabilities change at the login, and MOVE, SPECIAL-USE and LITERAL+ are in neither list;
/// - a refused login is the last thing it answers: the connection is closed;
/// - ENABLE is answered without `* ENABLED`, and mod-sequences are kept only for who sent it before the first SELECT;
/// - SEARCH that finds nothing has no untagged answer at all; FETCH of RFC822 is answered OK, and the item is left out;
/// - LIST names folders of Notes that cannot be selected;
/// - IDLE says a change of flags three times; texts tell how long a command took.
final class ICloudConversation: PortConversation {
    private static let before =
        "XAPPLEPUSHSERVICE IMAP4 IMAP4rev1 SASL-IR AUTH=ATOKEN AUTH=PLAIN AUTH=ATOKEN2 AUTH=XOAUTH2"
    private static let after =
        "XAPPLEPUSHSERVICE IMAP4 IMAP4rev1 CONDSTORE ENABLE QRESYNC QUOTA XAPPLELITERAL NAMESPACE UIDPLUS CHILDREN BINARY "
        + "UNSELECT SORT CATENATE URLAUTH LANGUAGE ESEARCH ESORT THREAD=ORDEREDSUBJECT THREAD=REFERENCES "
        + "CONTEXT=SEARCH CONTEXT=SORT WITHIN SASL-IR SEARCHRES METADATA ID XMSEARCH X-SUN-SORT "
        + "ANNOTATE-EXPERIMENT-1 X-UNAUTHENTICATE X-SUN-IMAP XUM1 MULTISEARCH IDLE X-APPLE-REMOTE-LINKS LIST-STATUS"

    private let server: ICloudServer
    private var input = ClientInput()
    private var isSignedIn = false
    private var idleTag: String?
    private var selected: String?
    private var wasSelected = false
    private var tellsModSeq = false
    /// UIDs in the order of sequence numbers, and the flags that were told.
    private var view: [Int] = []
    private var told: [Int: Set<String>] = [:]
    private var lines: [UInt8] = []

    init(_ server: ICloudServer) { self.server = server }

    func opening() -> PortReply {
        PortReply("* OK [CAPABILITY \(Self.before)] (2428B47-26126cfe23cd) p00-iscream-f9f7bf749-qjr87\r\n")
    }

    func heard(_ bytes: [UInt8]) -> PortReply {
        input.append(bytes)
        var reply = PortReply()
        while reply.then == .goesOn, let piece = input.next() {
            switch piece {
            case .literalAnnounced: reply.bytes += Array("+ Ok\r\n".utf8)
            case .line(let line):
                lines = []
                reply.then = answer(line)
                reply.bytes += lines
            }
        }
        return reply
    }

    func news() -> [UInt8] {
        guard idleTag != nil else { return [] }
        lines = []
        tellNews(times: 3)
        return lines
    }

    private func say(_ line: String) { lines += Array(line.utf8) + [0x0D, 0x0A] }

    private func answer(_ line: [UInt8]) -> PortReply.Then {
        if let tag = idleTag {
            idleTag = nil
            tellNews()
            say(line == Array("DONE".utf8) ? "\(tag) OK IDLE completed (took 1 ms)" : "\(tag) BAD expected DONE")
            return .goesOn
        }
        guard let command = ClientCommand(line) else {
            say("* BAD Invalid command")
            return .goesOn
        }
        server.note(command.summary)
        if command.verb == "LOGOUT" {
            say("* BYE Server closing connection")
            say("\(command.tag) OK LOGOUT completed (took 0 ms)")
            return .closes
        }
        guard isSignedIn else { return beforeLogin(command) }
        if command.verb == "IDLE" {
            idleTag = command.tag
            say("+ idling")
            // What came since the last answer is told now, or not before the next change.
            tellNews()
            return .goesOn
        }
        let ending = carryOut(command)
        if selected != nil { tellNews() }
        say("\(command.tag) \(ending)")
        return .goesOn
    }

    private func beforeLogin(_ command: ClientCommand) -> PortReply.Then {
        switch command.verb {
        case "CAPABILITY":
            say("* CAPABILITY \(Self.before)")
            say("\(command.tag) OK !!")
            return .goesOn
        case "AUTHENTICATE", "LOGIN":
            let (user, password) = Self.credentials(command)
            if let refusal = server.login(user, password) {
                say("\(command.tag) \(refusal)")
                return .closes
            }
            isSignedIn = true
            say("\(command.tag) OK user jane authenticated")
            return .goesOn
        default:
            say("\(command.tag) BAD Command not allowed before login")
            return .goesOn
        }
    }

    private static func credentials(_ command: ClientCommand) -> (String, String) {
        let words = command.arguments.compactMap(\.text)
        guard command.verb == "AUTHENTICATE", words.count > 1, let data = Data(base64Encoded: words[1]) else {
            return (words.first ?? "", words.last ?? "")
        }
        let parts = data.split(separator: 0, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        return parts.count == 3 ? (parts[1], parts[2]) : ("", "")
    }

    // MARK: News

    private func tellNews(times: Int = 1) {
        guard let selected, let mailbox = server[selected] else { return }
        for index in view.indices.reversed() where !mailbox.messages.contains(where: { $0.uid == view[index] }) {
            say("* \(index + 1) EXPUNGE")
            view.remove(at: index)
        }
        let new = mailbox.messages.filter { !view.contains($0.uid) }
        if !new.isEmpty {
            view += new.map(\.uid)
            for message in new { told[message.uid] = message.flags }
            say("* \(view.count) EXISTS")
            say("* \(new.count) RECENT")
        }
        for message in mailbox.messages where told[message.uid] != message.flags {
            told[message.uid] = message.flags
            guard let index = view.firstIndex(of: message.uid) else { continue }
            for _ in 0..<times {
                let modSeq = tellsModSeq ? " MODSEQ (\(message.modSeq))" : ""
                let flags = message.flags.sorted().joined(separator: " ")
                say("* \(index + 1) FETCH (UID \(message.uid) FLAGS (\(flags))\(modSeq))")
            }
        }
    }

    // MARK: Commands

    private func carryOut(_ command: ClientCommand) -> String {
        let arguments = command.arguments
        let name = arguments.first?.mailbox ?? ""
        switch command.verb {
        case "CAPABILITY": say("* CAPABILITY \(Self.after)")
        case "ENABLE":
            if !wasSelected { tellsModSeq = true }
            return "OK ENABLE completed"
        case "NAMESPACE": say("* NAMESPACE ((\"\" \"/\")) NIL NIL")
        case "ID": say("* ID (\"vendor\" \"Apple Inc.\")")
        case "LIST": list(arguments)
        case "STATUS": return status(name)
        case "SELECT", "EXAMINE": return select(arguments)
        case "CREATE": server.create(name)
        case "DELETE": server.delete(name)
        case "NOOP": break
        case "GETQUOTAROOT":
            say("* QUOTAROOT \"INBOX\" \"\"")
            say("* QUOTA \"\" (STORAGE 1024 5242880)")
        case "APPEND": return append(arguments)
        case "UID SEARCH": return "OK SEARCH completed (took 2 ms)"
        case "UID FETCH": return fetch(arguments)
        case "UID STORE": return store(arguments)
        case "UID COPY": return copy(arguments)
        case "UID EXPUNGE": return expunge(arguments)
        default: return "BAD Unknown command"
        }
        return "OK \(command.verb) completed (took 0 ms)"
    }

    private func list(_ arguments: [ClientCommand.Argument]) {
        guard arguments.count > 1, arguments[1].text != "" else { return say("* LIST (\\Noselect) \"/\" \"\"") }
        for name in server.mailboxes.sorted() {
            let attributes = name == "INBOX" ? "\\Noinferiors" : "\\HasNoChildren"
            say("* LIST (\(attributes)) \"/\" \"\(Self.wire(name))\"")
        }
        say("* LIST (\\HasNoChildren) \"/\" \"Notes\"")
    }

    private static func wire(_ name: String) -> String {
        String(decoding: WireMailboxName(decoded: name).raw, as: UTF8.self)
    }

    private func status(_ name: String) -> String {
        guard let mailbox = server[name] else { return "NO [NONEXISTENT] Mailbox does not exist (took 1 ms)" }
        say(
            "* STATUS \"\(Self.wire(name))\" (MESSAGES \(mailbox.messages.count) UIDNEXT \(mailbox.next) "
                + "UIDVALIDITY \(mailbox.validity))")
        return "OK STATUS completed (took 1 ms)"
    }

    private func select(_ arguments: [ClientCommand.Argument]) -> String {
        selected = nil
        let options = arguments.dropFirst().flatMap(\.list).compactMap(\.text)
        guard options.allSatisfy({ $0 == "CONDSTORE" }) else { return "BAD Unexpected extra arguments" }
        guard let name = arguments.first?.mailbox, let mailbox = server[name] else {
            return "NO [NONEXISTENT] Mailbox does not exist (took 1 ms)"
        }
        selected = name
        wasSelected = true
        view = mailbox.messages.map(\.uid)
        told = Dictionary(uniqueKeysWithValues: mailbox.messages.map { ($0.uid, $0.flags) })
        say("* FLAGS (\\Answered \\Flagged \\Draft \\Deleted \\Seen $NotJunk $Junk JunkRecorded $Forwarded NotJunk)")
        say(
            "* OK [PERMANENTFLAGS (\\Answered \\Flagged \\Draft \\Deleted \\Seen $NotJunk $Junk JunkRecorded $Forwarded "
                + "NotJunk \\*)]")
        say("* \(mailbox.messages.count) EXISTS")
        say("* 0 RECENT")
        say("* OK [UIDVALIDITY \(mailbox.validity)]")
        say("* OK [UIDNEXT \(mailbox.next)]")
        if tellsModSeq { say("* OK [HIGHESTMODSEQ \(mailbox.highestModSeq)]") }
        return "OK [READ-WRITE] SELECT completed (took 3 ms)"
    }

    private func append(_ arguments: [ClientCommand.Argument]) -> String {
        guard let name = arguments.first?.mailbox, case .string(let bytes) = arguments.last else { return "BAD What?" }
        guard let mailbox = server[name] else { return "NO [TRYCREATE] Mailbox does not exist" }
        var uid = 0
        server.change(name) { uid = $0.add(bytes, date: Int64(Date().timeIntervalSince1970)) }
        return "OK [APPENDUID \(mailbox.validity) \(uid)] APPEND completed (took 9 ms)"
    }

    /// Messages that a set such as `1:3,7:*` names.
    private func chosen(_ arguments: [ClientCommand.Argument]) -> [ICloudServer.Message] {
        guard let selected, let mailbox = server[selected], let text = arguments.first?.text else { return [] }
        let last = mailbox.messages.last?.uid ?? 0
        let ranges = text.split(separator: ",").compactMap { part -> ClosedRange<Int>? in
            let ends = part.split(separator: ":").compactMap { $0 == "*" ? last : Int($0) }
            guard let first = ends.first, let second = ends.last else { return nil }
            return min(first, second)...max(first, second)
        }
        return mailbox.messages.filter { message in ranges.contains { $0.contains(message.uid) } }
    }

    private func fetch(_ arguments: [ClientCommand.Argument]) -> String {
        let items = arguments.dropFirst().first.map { $0.list.isEmpty ? [$0] : $0.list }?.compactMap(\.text) ?? []
        let words = arguments.dropFirst(2).flatMap(\.list).compactMap(\.text)
        let since = words.first == "CHANGEDSINCE" ? words.last.flatMap { Int($0) } : nil
        guard words.isEmpty || since != nil && tellsModSeq else { return "BAD Unexpected extra arguments" }
        for message in chosen(arguments) where message.modSeq > since ?? -1 {
            guard let index = view.firstIndex(of: message.uid) else { continue }
            lines += Array("* \(index + 1) FETCH (".utf8)
            var isFirst = true
            for item in items {
                let value = value(of: item, message)
                guard !value.isEmpty else { continue }
                if !isFirst { lines.append(0x20) }
                isFirst = false
                lines += value
            }
            say(")")
        }
        return "OK FETCH completed (took 1 ms)"
    }

    private func value(of item: String, _ message: ICloudServer.Message) -> [UInt8] {
        switch item {
        case "UID": return Array("UID \(message.uid)".utf8)
        case "FLAGS": return Array("FLAGS (\(message.flags.sorted().joined(separator: " ")))".utf8)
        case "INTERNALDATE": return Array("INTERNALDATE \"\(ServerDate.text(message.date))\"".utf8)
        case "RFC822.SIZE": return Array("RFC822.SIZE \(message.bytes.count)".utf8)
        case "MODSEQ": return Array("MODSEQ (\(message.modSeq))".utf8)
        case "RFC822": return []
        default:
            let section = item.drop { $0 != "[" }.dropFirst().prefix { $0 != "]" }
            let bytes = Self.section(String(section), of: message.bytes)
            let range = item.drop { $0 != "<" }.dropFirst().prefix { $0 != ">" }.split(separator: ".").compactMap {
                Int($0)
            }
            guard range.count == 2 else { return Array("BODY[\(section)] {\(bytes.count)}\r\n".utf8) + bytes }
            let part = bytes.dropFirst(range[0]).prefix(range[1])
            return Array("BODY[\(section)]<\(range[0])> {\(part.count)}\r\n".utf8) + part
        }
    }

    private static func section(_ name: String, of bytes: [UInt8]) -> [UInt8] {
        guard name.hasPrefix("HEADER") else { return bytes }
        let text = String(decoding: bytes, as: UTF8.self)
        let header = text.components(separatedBy: "\r\n\r\n").first ?? ""
        guard name.hasPrefix("HEADER.FIELDS") else { return Array((header + "\r\n\r\n").utf8) }
        let wanted = name.drop { $0 != "(" }.dropFirst().prefix { $0 != ")" }.uppercased().split(separator: " ")
        let fields = header.components(separatedBy: "\r\n").filter { line in
            wanted.contains { line.uppercased().hasPrefix($0 + ":") }
        }
        return Array((fields.map { $0 + "\r\n" }.joined() + "\r\n").utf8)
    }

    private func store(_ arguments: [ClientCommand.Argument]) -> String {
        var words = Array(arguments.dropFirst())
        var limit = Int.max
        if let condition = words.first?.list.compactMap(\.text), condition.first == "UNCHANGEDSINCE" {
            guard tellsModSeq, let value = condition.last.flatMap({ Int($0) }) else {
                return "BAD Unexpected arguments"
            }
            limit = value
            words.removeFirst()
        }
        guard let selected, words.count > 1, let kind = words[0].text else { return "BAD What?" }
        let flags = Set(words[1].list.compactMap(\.text))
        let (uids, changed) = Self.divided(chosen(arguments), by: limit)
        server.change(selected) { mailbox in
            for index in mailbox.messages.indices where uids.contains(mailbox.messages[index].uid) {
                if kind.hasPrefix("-") {
                    mailbox.messages[index].flags.subtract(flags)
                } else {
                    mailbox.messages[index].flags.formUnion(flags)
                }
                if kind.hasSuffix(".SILENT") { told[mailbox.messages[index].uid] = mailbox.messages[index].flags }
            }
        }
        let modified = changed.isEmpty ? "" : "[MODIFIED \(changed.map(String.init).joined(separator: ","))] "
        return "OK \(modified)STORE completed (took 2 ms)"
    }

    /// The UIDs of what was not changed since that state, and of what was.
    private static func divided(_ messages: [ICloudServer.Message], by modSeq: Int) -> (Set<Int>, [Int]) {
        (
            Set(messages.filter { $0.modSeq <= modSeq }.map(\.uid)),
            messages.filter { $0.modSeq > modSeq }.map(\.uid)
        )
    }

    private func copy(_ arguments: [ClientCommand.Argument]) -> String {
        guard arguments.count > 1, let target = arguments[1].mailbox, let mailbox = server[target] else {
            return "NO [TRYCREATE] Mailbox does not exist (took 1 ms)"
        }
        let sources = chosen(arguments)
        guard !sources.isEmpty else { return "OK COPY completed (took 1 ms)" }
        var copies: [Int] = []
        server.change(target) { mailbox in
            for message in sources {
                copies.append(mailbox.add(message.bytes, date: message.date, flags: message.flags))
            }
        }
        let from = sources.map { "\($0.uid)" }.joined(separator: ",")
        let to = copies.map { "\($0)" }.joined(separator: ",")
        return "OK [COPYUID \(mailbox.validity) \(from) \(to)] COPY completed (took 5 ms)"
    }

    private func expunge(_ arguments: [ClientCommand.Argument]) -> String {
        guard let selected else { return "BAD Please select a mailbox first" }
        let uids = Set(chosen(arguments).filter { $0.flags.contains("\\Deleted") }.map(\.uid))
        server.change(selected) { $0.messages.removeAll { uids.contains($0.uid) } }
        return "OK EXPUNGE completed (took 4 ms)"
    }
}
