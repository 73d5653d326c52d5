/// What a condition is about: `from`, `subject`, `header "X-Name"`, `size`...
struct RuleSubject {
    enum Kind {
        case addresses([Int])
        case text(TextSource)
        case size
        case time(TimeSource)
        case authentication

        /// Which tests it has.
        var group: SubjectGroup {
            switch self {
            case .addresses: .address
            case .text: .text
            case .size: .size
            case .time: .time
            case .authentication: .authentication
            }
        }
    }

    /// As rules write it.
    var name: String
    var kind: Kind

    /// The tests it has.
    var tests: [SubjectTest] { kind.group.tests }

    /// A subject that is a global.
    init(_ name: SubjectName, in fields: FieldTable) {
        self.name = name.rawValue
        kind =
            switch name.reference.source {
            case .addresses(let headers): .addresses(headers.map(fields.slot))
            case .header(let header): .text(.header(fields.slot(of: header)))
            case .text(let source): .text(source)
            case .size: .size
            case .time(let source): .time(source)
            case .authentication: .authentication
            }
    }

    /// `header "X-Name"`.
    init(header: String, in fields: FieldTable) {
        name = "header \"\(header)\""
        kind = .text(.header(fields.slot(of: header)))
    }
}

/// The subjects that are globals, by the names rules use.
enum SubjectName: String, CaseIterable {
    case from, to, cc, bcc
    case replyTo = "reply_to"
    case sender, recipient, subject
    case listID = "list_id"
    case messageID = "message_id"
    case body, filename, size, date, received, auth
}

/// Subjects with the same tests; the raw value is their class in the annotations.
enum SubjectGroup: String, CaseIterable {
    case address = "AddressSubject"
    case text = "TextSubject"
    case size = "SizeSubject"
    case time = "TimeSubject"
    case authentication = "AuthenticationSubject"

    private static let tests = Dictionary(
        uniqueKeysWithValues: allCases.map { group in
            (group, SubjectTest.allCases.filter { $0.reference.groups.contains(group) })
        })

    var tests: [SubjectTest] { Self.tests[self] ?? [] }
}

/// The tests that subjects have, by the names rules use.
enum SubjectTest: String, CaseIterable {
    case equal = "is"
    case contains, starts, ends, matches, glob
    case oneOf = "one_of"
    case exists, domain, name, detail, me
    case over, under, before, after, between, weekday, pass
}

/// The conditions that are globals of their own, by the names rules use.
enum ConditionName: String, CaseIterable {
    case flag, older, newer
    case hasAttachment = "has_attachment"
    case bulk, automated
    case all, any, none

    /// Those that are conditions as they stand; the others are functions.
    var isValue: Bool { reference.parameters == nil }
}
