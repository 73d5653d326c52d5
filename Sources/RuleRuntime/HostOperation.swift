/// What the prelude can ask the host, in the order of their numbers. Names are those in the prelude's `host` table.
enum HostOperation: UInt32, CaseIterable {
    // Making things.
    case subject, test, predicate, combine, constructor, action, role, regex, list, vcard
    // While loading.
    case pending, rule, module, names
    // While evaluating.
    case perform, stop, ask, field, header, headers, headerAll, content, now
    case stateGet, stateSet, stateKeys, seenBefore, rate
    case expressionMatch, expressionTest
    case print
    // In test files.
    case testPending, testCase, testMessage, testFile
    // Mistakes, told by the nearest name.
    case unknownGlobal, unknownField, misused, describe

    var name: String { String(describing: self) }

    var makesHandle: Bool {
        switch self {
        case .subject, .test, .predicate, .combine, .constructor, .action, .role, .regex, .list, .vcard: true
        default: false
        }
    }
}
