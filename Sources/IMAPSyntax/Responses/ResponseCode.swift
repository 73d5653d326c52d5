import MailModel

/// What stands in brackets before a status text (RFC 3501 §7.1, RFC 4315, 5530, 6154, 7162, 7889, 8474).
public enum ResponseCode: Hashable, Sendable {
    case alert, parse, readOnly, readWrite, tryCreate, uidNotSticky, noModSeq, closed
    case unavailable, authenticationFailed, authorizationFailed, expired, privacyRequired, contactAdmin, noPerm
    case inUse, expungeIssued, corruption, serverBug, clientBug, cannot, limit, overQuota, alreadyExists, nonExistent
    case tooBig, notificationOverflow
    /// Google's: where to go with a browser.
    case webAlert(String)
    /// The charsets that the server takes; empty when it does not say.
    case badCharset([String])
    /// In upper case.
    case capability([String])
    /// `any`: new keywords may be made (`\*`).
    case permanentFlags([Flag], any: Bool)
    case uidNext(UID)
    case uidValidity(UIDValidity)
    case unseen(SequenceNumber)
    case appendUID(UIDValidity, OrderedUIDs)
    case copyUID(UIDValidity, source: OrderedUIDs, target: OrderedUIDs)
    case highestModSeq(ModSeq)
    /// UIDs or sequence numbers that a conditional STORE left alone.
    case modified(UIDSet)
    case mailboxID(String)
    /// A code that is not known, or one whose arguments do not fit it.
    case other(name: String, arguments: String)

    static let plain: [String: ResponseCode] = [
        "ALERT": .alert, "PARSE": .parse, "READ-ONLY": .readOnly, "READ-WRITE": .readWrite, "TRYCREATE": .tryCreate,
        "UIDNOTSTICKY": .uidNotSticky, "NOMODSEQ": .noModSeq, "CLOSED": .closed, "UNAVAILABLE": .unavailable,
        "AUTHENTICATIONFAILED": .authenticationFailed, "AUTHORIZATIONFAILED": .authorizationFailed,
        "EXPIRED": .expired, "PRIVACYREQUIRED": .privacyRequired, "CONTACTADMIN": .contactAdmin, "NOPERM": .noPerm,
        "INUSE": .inUse, "EXPUNGEISSUED": .expungeIssued, "CORRUPTION": .corruption, "SERVERBUG": .serverBug,
        "CLIENTBUG": .clientBug, "CANNOT": .cannot, "LIMIT": .limit, "OVERQUOTA": .overQuota,
        "ALREADYEXISTS": .alreadyExists, "NONEXISTENT": .nonExistent, "TOOBIG": .tooBig,
        "NOTIFICATIONOVERFLOW": .notificationOverflow,
    ]
}

extension ResponseCode {
    /// The code's name as servers write it; `nil` for those that carry data.
    public var name: String? {
        switch self {
        case .other(let name, _): name
        case .webAlert: "WEBALERT"
        default: Self.plain.first { $0.value == self }?.key
        }
    }
}
