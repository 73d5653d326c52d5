import Accounts
import IMAPSession
import IMAPSyntax
import MailModel

/// Finds which folder plays which role: the person's word, else SPECIAL-USE, else the provider's and common names.
enum FolderRoles {
    static func find(
        in lists: [ListEntry], layout: MailboxLayout, account: AccountConfiguration
    ) -> [MailboxRole: MailboxName] {
        var roles: [MailboxRole: MailboxName] = [.inbox: .inbox]
        let selectable = lists.filter { entry in
            !entry.attributes.contains { ["\\noselect", "\\nonexistent"].contains($0) }
        }
        let names = selectable.compactMap { entry in layout.name(entry.name).map { (entry, $0) } }
        for role in MailboxRole.allCases where roles[role] == nil {
            if let word = account.folders[role] {
                roles[role] = word
            } else if let special = names.first(where: { $0.0.attributes.contains(role.specialUse) }) {
                roles[role] = special.1
            } else {
                let usual = (account.profile.roleNames[role] ?? []) + role.commonNames
                let known = Dictionary(
                    names.map { ($0.1.rawValue.lowercased(), $0.1) }, uniquingKeysWith: { first, _ in first }
                )
                roles[role] =
                    usual.lazy.compactMap { known[$0.lowercased()] }.first ?? usual.first.flatMap(MailboxName.init)
            }
        }
        return roles
    }
}

extension MailboxRole {
    /// The attribute of RFC 6154 §2, in lower case; `\inbox` is nobody's.
    var specialUse: String {
        switch self {
        case .inbox: "\\inbox"
        case .archive: "\\archive"
        case .trash: "\\trash"
        case .junk: "\\junk"
        case .sent: "\\sent"
        case .drafts: "\\drafts"
        case .flagged: "\\flagged"
        // Not in RFC 6154; Cyrus and what is built on it have it.
        case .snoozed: "\\snoozed"
        }
    }
}
