/// What a condition is about: `from`, `subject`, `header "X-Name"`, `size`...
struct RuleSubject {
    enum Kind {
        case addresses([Int])
        case text(TextSource)
        case size
        case time(TimeSource)
        case authentication
    }

    /// As rules write it.
    var name: String
    var kind: Kind

    /// The tests it has.
    var tests: [SubjectTest] {
        let texts: [SubjectTest] = [.equal, .contains, .starts, .ends, .matches, .glob, .oneOf, .exists]
        return switch kind {
        case .addresses: texts + [.domain, .name, .detail, .me]
        case .text: texts
        case .size: [.over, .under]
        case .time: [.before, .after, .between, .weekday]
        case .authentication: [.pass]
        }
    }

    /// The subjects that are globals.
    static func named(_ name: String, in fields: FieldTable) -> RuleSubject? {
        func header(_ name: String) -> Int { fields.slot(of: name) }
        let kind: Kind
        switch name {
        case "from": kind = .addresses([header("From")])
        case "to": kind = .addresses([header("To")])
        case "cc": kind = .addresses([header("Cc")])
        case "bcc": kind = .addresses([header("Bcc")])
        case "reply_to": kind = .addresses([header("Reply-To")])
        case "sender": kind = .addresses([header("Sender")])
        case "recipient": kind = .addresses([header("To"), header("Cc"), header("Bcc")])
        case "subject": kind = .text(.header(header("Subject")))
        case "list_id": kind = .text(.listID)
        case "message_id": kind = .text(.messageID)
        case "body": kind = .text(.body)
        case "filename": kind = .text(.filename)
        case "size": kind = .size
        case "date": kind = .time(.date)
        case "received": kind = .time(.received)
        case "auth": kind = .authentication
        default: return nil
        }
        return RuleSubject(name: name, kind: kind)
    }

    static let names = [
        "from", "to", "cc", "bcc", "reply_to", "sender", "recipient", "subject", "list_id", "message_id", "body",
        "filename", "size", "date", "received", "auth",
    ]
}

/// The tests that subjects have, by the names rules use.
enum SubjectTest: String, CaseIterable {
    case equal = "is"
    case contains, starts, ends, matches, glob
    case oneOf = "one_of"
    case exists, domain, name, detail, me
    case over, under, before, after, between, weekday, pass
}
