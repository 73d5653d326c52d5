/// What a mailbox is for, by SPECIAL-USE (RFC 6154) or by the provider's names.
public enum MailboxRole: String, Hashable, Sendable, CaseIterable, Codable {
    case inbox, archive, trash, junk, sent, drafts, flagged, snoozed
}
