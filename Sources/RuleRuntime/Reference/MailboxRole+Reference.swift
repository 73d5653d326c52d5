import MailModel

/// The fields of `role`.
enum MailboxRoleReference {
    static let all = MailboxRole.allCases.map { role in
        ReferenceEntry(
            role.rawValue, .named("Role"), text(role), example: ReferenceExample("move(role.\(role.rawValue))"))
    }

    private static func text(_ role: MailboxRole) -> String {
        switch role {
        case .inbox: "Where mail arrives."
        case .archive: "What is kept and not at hand."
        case .trash: "What is thrown away."
        case .junk: "What nobody asked for."
        case .sent: "What the account sent."
        case .drafts: "What is not finished."
        case .flagged: "What is marked, where the account has such a folder."
        case .snoozed: "What waits to come back; see `snooze`."
        }
    }
}
