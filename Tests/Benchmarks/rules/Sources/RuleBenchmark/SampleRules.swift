/// Rules as people have them: most are for mail from somebody, some for words in the subject, lists and headers.
enum SampleRules {
    static func source(_ count: Int) -> String { (0..<count).map(rule).joined(separator: "\n") }

    private static func rule(_ number: Int) -> String {
        let condition =
            switch number % 12 {
            case 0: "from:domain \"shop\(number).example\" & subject:contains \"receipt\""
            case 1: "from:is \"person\(number)@example.org\""
            case 2: "from:one_of { \(addresses(number)) }"
            case 3: "subject:matches [[\\b(invoice|ticket) #\(number)\\d*\\b]]"
            case 4: "list_id:is \"list\(number).lists.example\""
            case 5: "subject:contains \"project \(number)\" | subject:starts \"[p\(number)]\""
            case 6: "recipient:is \"team\(number)@acme.example\" & ~from:me()"
            case 7: "header(\"X-Tag\"):is \"tag\(number)\""
            case 8: "to:detail \"detail\(number)\" | cc:detail \"detail\(number)\""
            case 9: "flag \"seen\" & older \"\(number)d\" & size:over \"\(number)kB\""
            case 10: "bulk & subject:glob \"*week \(number)*\""
            default: "all { ~flag \"flagged\", from:name \"Person \(number)\", none { automated, size:over \"5MB\" } }"
            }
        return "rule \"rule \(number)\" { when = \(condition), run = { mark \"seen\", move \"Folder \(number)\" } }"
    }

    private static func addresses(_ number: Int) -> String {
        (0..<20).map { "\"person\($0).\(number)@example.org\"" }.joined(separator: ", ")
    }
}
