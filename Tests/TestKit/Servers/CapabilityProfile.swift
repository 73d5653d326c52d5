/// What a private Dovecot announces after login.
///
/// It goes on *accepting* what it no longer announces: whether a client honours the list shows only in its commands.
public enum CapabilityProfile: String, CaseIterable, Sendable {
    /// All that Dovecot has.
    case full
    case withoutMove = "without-move"
    /// Neither CONDSTORE nor QRESYNC.
    case withoutCondstore = "without-condstore"
    /// A client has to poll: no IDLE, no NOTIFY.
    case withoutIdle = "without-idle"
    /// A client hears of new mail by IDLE, and has to ask what it is.
    case withoutNotify = "without-notify"
    /// RFC 3501 and IDLE; above all no UIDPLUS.
    case minimal
    /// iCloud's extensions as far as Dovecot has them: UIDPLUS and CONDSTORE, but no MOVE, no SPECIAL-USE, no LITERAL+.
    case icloud

    /// The value of `imap_capability`; `nil` leaves it to Dovecot.
    var announcement: String? {
        switch self {
        case .full: nil
        case .withoutMove: Self.list(without: ["MOVE"])
        case .withoutCondstore: Self.list(without: ["CONDSTORE", "QRESYNC"])
        case .withoutIdle: Self.list(without: ["IDLE", "NOTIFY"])
        case .withoutNotify: Self.list(without: ["NOTIFY"])
        case .minimal: "IMAP4rev1 IDLE"
        case .icloud:
            "IMAP4 IMAP4rev1 CONDSTORE ENABLE QRESYNC QUOTA NAMESPACE UIDPLUS CHILDREN BINARY UNSELECT SORT CATENATE "
                + "URLAUTH ESEARCH ESORT THREAD=REFERENCES WITHIN SASL-IR SEARCHRES METADATA ID IDLE LIST-STATUS"
        }
    }

    private static let everything = [
        "IMAP4rev1", "SASL-IR", "LOGIN-REFERRALS", "ID", "ENABLE", "IDLE", "SORT", "SORT=DISPLAY",
        "THREAD=REFERENCES", "THREAD=REFS", "THREAD=ORDEREDSUBJECT", "MULTIAPPEND", "URL-PARTIAL", "CATENATE",
        "UNSELECT", "CHILDREN", "NAMESPACE", "UIDPLUS", "LIST-EXTENDED", "I18NLEVEL=1", "CONDSTORE", "QRESYNC",
        "ESEARCH", "ESORT", "SEARCHRES", "WITHIN", "CONTEXT=SEARCH", "LIST-STATUS", "BINARY", "MOVE", "SNIPPET=FUZZY",
        "PREVIEW=FUZZY", "PREVIEW", "STATUS=SIZE", "SAVEDATE", "LITERAL+", "NOTIFY", "SPECIAL-USE",
    ]

    private static func list(without removed: Set<String>) -> String {
        everything.filter { !removed.contains($0) }.joined(separator: " ")
    }
}
