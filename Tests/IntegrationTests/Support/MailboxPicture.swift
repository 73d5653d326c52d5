import TestKit

/// What lies in an account: for each folder and subject the flags of the messages there.
struct MailboxPicture: Equatable, CustomStringConvertible {
    struct Place: Hashable, Comparable {
        var folder: String
        var subject: String

        static func < (left: Self, right: Self) -> Bool { (left.folder, left.subject) < (right.folder, right.subject) }
    }

    private(set) var messages: [Place: [Set<String>]] = [:]

    /// As the server has it now.
    static func taken(of user: String, on server: DovecotServer) async throws -> MailboxPicture {
        var picture = MailboxPicture()
        let table = try await server.doveadm("-f", "tab", "fetch", "-u", user, "mailbox flags hdr.subject", "ALL")
        for line in table.split(separator: "\n").dropFirst() {
            let columns = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            guard columns.count >= 3 else { continue }
            let flags = columns[1].split(separator: " ").map { $0.drop { $0 == "\\" }.lowercased() }
            picture.add(columns[2], in: columns[0], flags: Set(flags).subtracting(["recent"]))
        }
        return picture
    }

    mutating func add(_ subject: String, in folder: String, flags: Set<String>) {
        var all = messages[Place(folder: folder, subject: subject)] ?? []
        all.append(flags)
        messages[Place(folder: folder, subject: subject)] = all.sorted {
            $0.sorted().description < $1.sorted().description
        }
    }

    /// Does to the picture what a plan says would be done.
    mutating func carryOut(_ plan: JSONObject) {
        let source = Place(folder: plan.text("folder") ?? "", subject: plan.text("subject") ?? "")
        guard var flags = messages.removeValue(forKey: source)?.first else { return }
        var target: String? = source.folder
        var copies: [(String, Set<String>)] = []
        for action in plan.objects("actions") {
            let flag = action.text("flag")?.lowercased() ?? ""
            switch action.text("action") {
            case "mark", "keyword": flags.insert(flag)
            case "unmark", "unkeyword": flags.remove(flag)
            case "copy": copies.append((action.text("folder") ?? "", flags))
            case "move": target = action.text("folder")
            case "trash": target = "Trash"
            case "archive": target = "Archive"
            default: break
            }
        }
        for (folder, flags) in copies { add(source.subject, in: folder, flags: flags) }
        if let target { add(source.subject, in: target, flags: flags) }
    }

    var description: String {
        messages.sorted { $0.key < $1.key }.map { place, flags in
            "\(place.folder)/\(place.subject): \(flags.map { $0.sorted().joined(separator: " ") })"
        }.joined(separator: "\n")
    }
}
