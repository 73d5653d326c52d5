import IMAPSyntax
import MailModel

extension ScriptedSession {
    /// Writes the untagged part of a command's answer; gives what follows the tag.
    func answer(to command: ClientCommand) -> String {
        let arguments = command.arguments
        switch command.verb {
        case "CAPABILITY":
            say("* CAPABILITY \(traits.capabilities.sorted().joined(separator: " "))")
        case "NOOP", "ENABLE", "SUBSCRIBE":
            break
        case "LOGOUT":
            say("* BYE see you")
        case "ID":
            say("* ID NIL")
        case "NAMESPACE":
            say("* NAMESPACE ((\"\(traits.prefix)\" \"\(traits.delimiter)\")) NIL NIL")
        case "LIST":
            list(arguments)
        case "STATUS":
            return status(arguments)
        case "CREATE":
            guard let name = arguments.first?.mailbox else { return "BAD no name" }
            guard store[name] == nil else { return "NO [ALREADYEXISTS] it is there" }
            store.create(name)
        case "SELECT", "EXAMINE":
            return select(arguments, isReadOnly: command.verb == "EXAMINE")
        case "APPEND":
            return append(arguments)
        case "UNSELECT":
            selected = nil
        case "UID FETCH", "UID STORE", "UID COPY", "UID MOVE", "UID EXPUNGE":
            guard let selected, let set = arguments.first?.text else { return "BAD nothing is selected" }
            guard let mailbox = store[selected.name], mailbox.uidValidity == selected.uidValidity else {
                return "NO [NONEXISTENT] the mailbox is gone"
            }
            guard let uids = Self.uids(set, in: mailbox) else { return "BAD no set" }
            return uidCommand(command, uids, selected, mailbox)
        case "UID SEARCH":
            return search(arguments)
        case "EXPUNGE", "CLOSE", "FETCH", "STORE", "COPY", "MOVE":
            store.note(violation: "\(command.verb), which works on more than it names")
            return "BAD not here"
        default:
            return "BAD unknown command"
        }
        return "OK done"
    }

    private func uidCommand(
        _ command: ClientCommand, _ uids: UIDSet, _ selected: Selection, _ mailbox: ModelMailbox
    ) -> String {
        let arguments = command.arguments
        if command.verb == "UID FETCH" { return fetch(uids, arguments, mailbox) }
        if selected.isReadOnly || mailbox.isReadOnly, command.verb != "UID COPY" {
            return "NO [READ-ONLY] the mailbox was opened to be looked at"
        }
        switch command.verb {
        case "UID STORE": return storeFlags(uids, arguments, selected)
        case "UID COPY": return copy(uids, arguments, selected, moving: false)
        case "UID MOVE": return traits.has("MOVE") ? copy(uids, arguments, selected, moving: true) : "BAD no MOVE"
        default:
            guard traits.has("UIDPLUS") else { return "BAD no UIDPLUS" }
            return store.expunge(uids, in: selected.name, seen: seen) ? "OK expunged" : "NO refused"
        }
    }

    private func list(_ arguments: [ClientCommand.Argument]) {
        guard arguments.count >= 2, arguments[1].text != "" else {
            return say("* LIST (\\Noselect) \"\(traits.delimiter)\" \"\"")
        }
        for name in store.names {
            say("* LIST () \"\(traits.delimiter)\" \(Self.quoted(name))")
        }
    }

    private static func quoted(_ name: String) -> String {
        "\"\(String(decoding: WireMailboxName(decoded: name).raw, as: UTF8.self))\""
    }

    private func status(_ arguments: [ClientCommand.Argument]) -> String {
        guard let name = arguments.first?.mailbox, let mailbox = store[name] else { return "NO [NONEXISTENT] unknown" }
        var values = ["UIDVALIDITY \(mailbox.uidValidity)", "MESSAGES \(mailbox.messages.count)"]
        if !traits.hidesUIDNext { values.append("UIDNEXT \(mailbox.uidNext)") }
        say("* STATUS \(Self.quoted(name)) (\(values.joined(separator: " ")))")
        return "OK done"
    }

    private func append(_ arguments: [ClientCommand.Argument]) -> String {
        guard arguments.count >= 2, let name = arguments[0].mailbox, case .string(let bytes) = arguments.last else {
            return "BAD what to append?"
        }
        guard let mailbox = store[name] else { return "NO [TRYCREATE] there is no such mailbox" }
        guard !mailbox.isFull else { return "NO [OVERQUOTA] there is no room left" }
        let flags = Set(arguments[1].list.compactMap(\.text).compactMap(Flag.init(wire:)))
        let date = arguments.dropLast().last?.text.flatMap(ServerDate.seconds)
        guard let new = store.append(bytes, to: name, flags: flags, internalDate: date ?? 0) else { return "NO gone" }
        switch traits.has("UIDPLUS") ? traits.copyUIDs : .missing {
        case .told:
            sights.append(new.serial)
            return "OK [APPENDUID \(new.uidValidity) \(new.uid)] appended"
        case .missing: return "OK appended"
        case .malformed: return "OK [APPENDUID \(new.uidValidity) \(new.uid):4000000000] appended"
        }
    }

    private func select(_ arguments: [ClientCommand.Argument], isReadOnly: Bool) -> String {
        selected = nil
        guard let name = arguments.first?.mailbox, let mailbox = store[name] else { return "NO [NONEXISTENT] unknown" }
        let readOnly = isReadOnly || mailbox.isReadOnly
        var selection = Selection(name: name, uidValidity: mailbox.uidValidity, isReadOnly: readOnly)
        selection.view = mailbox.messages.map(\.serial)
        for message in mailbox.messages { selection.flags[message.serial] = message.flags }
        selected = selection
        say("* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)")
        say("* OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft \\*)] limited")
        say("* \(mailbox.messages.count) EXISTS")
        say("* OK [UIDVALIDITY \(mailbox.uidValidity)] valid")
        if !traits.hidesUIDNext { say("* OK [UIDNEXT \(mailbox.uidNext)] predicted") }
        if traits.has("CONDSTORE") { say("* OK [HIGHESTMODSEQ \(mailbox.highestModSeq)] highest") }
        return readOnly ? "OK [READ-ONLY] selected" : "OK [READ-WRITE] selected"
    }

    private func fetch(_ uids: UIDSet, _ arguments: [ClientCommand.Argument], _ mailbox: ModelMailbox) -> String {
        let items = arguments.dropFirst().first?.list.compactMap(\.text) ?? []
        for message in mailbox.messages where uids.contains(message.uid) {
            guard let index = selected?.view.firstIndex(of: message.serial) else { continue }
            answer += Array("* \(index + 1) FETCH (".utf8)
            for (position, item) in items.enumerated() {
                if position > 0 { answer.append(0x20) }
                answer += Self.value(of: item, message)
            }
            answer += Array(")\r\n".utf8)
            sights.append(message.serial)
        }
        return "OK fetched"
    }

    /// By Gmail's number alone.
    private func search(_ arguments: [ClientCommand.Argument]) -> String {
        guard traits.has("X-GM-EXT-1"), arguments.count == 2, arguments[0].text == "X-GM-MSGID" else {
            return "BAD not here"
        }
        guard let selected, let mailbox = store[selected.name] else { return "BAD nothing is selected" }
        let found = mailbox.messages.filter { "\($0.token)" == arguments[1].text }
        say("* SEARCH" + found.map { " \($0.uid)" }.joined())
        return "OK searched"
    }

    private static func value(of item: String, _ message: ModelMessage) -> [UInt8] {
        switch item {
        case "UID": return Array("UID \(message.uid)".utf8)
        case "FLAGS": return Array("FLAGS (\(text(of: message.flags)))".utf8)
        case "INTERNALDATE": return Array("INTERNALDATE \"\(ServerDate.text(message.internalDate))\"".utf8)
        case "RFC822.SIZE": return Array("RFC822.SIZE \(message.bytes.count)".utf8)
        case "MODSEQ": return Array("MODSEQ (\(message.modSeq))".utf8)
        case "X-GM-MSGID": return Array("X-GM-MSGID \(message.token)".utf8)
        case "EMAILID": return Array("EMAILID (M\(message.token))".utf8)
        default:
            let section = String(item.drop { $0 != "[" }.dropFirst().prefix { $0 != "]" })
            let bytes: [UInt8]
            if section.hasPrefix("HEADER.FIELDS") {
                let names = section.drop { $0 != "(" }.dropFirst().prefix { $0 != ")" }.split(separator: " ")
                bytes = message.fields(names.map(String.init))
            } else {
                bytes = section == "HEADER" ? message.header : message.bytes
            }
            guard let range = partial(item) else {
                return Array("BODY[\(section)] {\(bytes.count)}\r\n".utf8) + bytes
            }
            let part = bytes.dropFirst(range.lowerBound).prefix(range.count)
            return Array("BODY[\(section)]<\(range.lowerBound)> {\(part.count)}\r\n".utf8) + part
        }
    }

    /// `<first.count>` behind the brackets.
    private static func partial(_ item: String) -> Range<Int>? {
        let numbers = item.drop { $0 != "<" }.dropFirst().prefix { $0 != ">" }.split(separator: ".").compactMap {
            Int($0)
        }
        return numbers.count == 2 ? numbers[0]..<numbers[0] + numbers[1] : nil
    }

    private func storeFlags(
        _ uids: UIDSet, _ arguments: [ClientCommand.Argument], _ selection: Selection
    ) -> String {
        guard arguments.count >= 3 else { return "BAD what to store?" }
        if let state = arguments[1].list.last?.text.flatMap({ UInt64($0) }) {
            guard traits.has("CONDSTORE") else { return "BAD no CONDSTORE" }
            let present = store[selection.name]?.messages.filter { uids.contains($0.uid) } ?? []
            let modified = present.filter { $0.modSeq > state }.map(\.uid)
            let rest = UIDSet(present.map(\.uid).filter { !modified.contains($0) })
            let ending = rest.isEmpty ? "OK" : storeFlags(rest, [arguments[0]] + arguments[2...], selection)
            guard !modified.isEmpty, ending.hasPrefix("OK") else { return ending }
            return "OK [MODIFIED \(modified.map(\.description).joined(separator: ","))] others changed these first"
        }
        guard let kind = arguments[1].text else { return "BAD what to store?" }
        let silent = kind.uppercased().hasSuffix(".SILENT")
        var flags = Set(arguments[2].list.compactMap(\.text).compactMap(Flag.init(wire:)))
        if traits.forgetsKeywords { flags = flags.filter(\.isSystem) }
        let adding = kind.hasPrefix("+")
        guard
            store.store(
                uids, in: selection.name, adding: adding ? flags : [], removing: adding ? [] : flags, seen: seen)
        else { return "NO refused" }
        for message in store[selection.name]?.messages ?? [] where uids.contains(message.uid) {
            selected?.flags[message.serial] = message.flags
            guard !silent, let index = selected?.view.firstIndex(of: message.serial) else { continue }
            say("* \(index + 1) FETCH (UID \(message.uid) FLAGS (\(Self.text(of: message.flags))))")
        }
        return "OK stored"
    }

    private func copy(
        _ uids: UIDSet, _ arguments: [ClientCommand.Argument], _ selection: Selection, moving: Bool
    ) -> String {
        guard arguments.count >= 2, let target = arguments[1].mailbox else { return "BAD where to?" }
        guard store[target]?.isFull != true else { return "NO [OVERQUOTA] there is no room left" }
        guard !store.refusesCopy(of: uids, from: selection.name) else { return "NO [CANNOT] not this one" }
        guard
            let copied = store.copy(
                uids, from: selection.name, to: target, changesDate: traits.copyChangesDate,
                labels: traits.has("X-GM-EXT-1"))
        else { return "NO [TRYCREATE] there is no such mailbox" }
        let code = copied.pairs.isEmpty ? nil : copyUID(copied.uidValidity, copied.pairs)
        if code != nil, traits.copyUIDs == .told { sights += copied.serials }
        if moving {
            if let code { say("* OK [\(code)] moved") }
            store.dropMoved(copied.pairs.map(\.source), from: selection.name)
            return "OK moved"
        }
        return "OK \(code.map { "[\($0)] " } ?? "")copied"
    }

    private func copyUID(_ uidValidity: UIDValidity, _ pairs: [(source: UID, target: UID)]) -> String? {
        let sources = pairs.map { "\($0.source)" }.joined(separator: ",")
        let targets = pairs.map { "\($0.target)" }.joined(separator: ",")
        switch traits.copyUIDs {
        case .told: return "COPYUID \(uidValidity) \(sources) \(targets)"
        case .missing: return nil
        case .malformed: return "COPYUID \(uidValidity) \(sources) \(targets),4000000000"
        }
    }

    /// `1:3,7:*` over the mailbox; `nil` for what is no set.
    private static func uids(_ text: String, in mailbox: ModelMailbox) -> UIDSet? {
        let last = mailbox.messages.last?.uid.rawValue ?? 0
        var intervals: [ClosedRange<UInt32>] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: ":", omittingEmptySubsequences: false).map {
                $0 == "*" ? last : UInt32($0)
            }
            guard let first = ends.first ?? nil, let second = ends.last ?? nil, ends.count <= 2 else { return nil }
            intervals.append(min(first, second)...max(first, second))
        }
        return UIDSet(intervals: intervals)
    }
}

/// INTERNALDATE as servers write it, in UTC.
enum ServerDate {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// What a client wrote, such as ` 1-Feb-1970 00:00:00 +0000`, in seconds since 1970.
    static func seconds(_ text: String) -> Int64? {
        let parts = text.split { " -:".contains($0) }.map(String.init)
        guard parts.count == 7, let day = Int64(parts[0]), let month = months.firstIndex(of: parts[1]),
            let year = Int64(parts[2]), parts[6] == "+0000" || parts[6] == "0000"
        else { return nil }
        let february: Int64 = length(of: year) == 366 ? 29 : 28
        let before = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].prefix(month).reduce(0, +)
        let days = (1_970..<max(1_970, year)).reduce(0) { $0 + length(of: $1) } + before + day - 1
        let time = parts[3...5].compactMap { Int64($0) }
        guard time.count == 3 else { return nil }
        return days * 86_400 + time[0] * 3_600 + time[1] * 60 + time[2]
    }

    static func text(_ seconds: Int64) -> String {
        let days = seconds / 86_400
        var year: Int64 = 1_970
        var left = days
        while left >= length(of: year) {
            left -= length(of: year)
            year += 1
        }
        let february: Int64 = length(of: year) == 366 ? 29 : 28
        var month = 0
        for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
            guard left >= length else { break }
            left -= length
            month += 1
        }
        let time = seconds % 86_400
        return
            "\(two(left + 1))-\(months[month])-\(year) \(two(time / 3_600)):\(two(time / 60 % 60)):\(two(time % 60)) +0000"
    }

    private static func length(of year: Int64) -> Int64 {
        (year.isMultiple(of: 4) && !year.isMultiple(of: 100)) || year.isMultiple(of: 400) ? 366 : 365
    }

    private static func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
