/// A message of the campaign, and where it has to be in the end.
struct Letter: Sendable {
    /// What the rules do with it.
    enum Kind: String, CaseIterable, Sendable {
        case moved, flagged, copied, forwarded, notified, left, marked
        /// Moved, or copied, into the other watched folder, where its arrival is no event.
        case passedOn = "passed-on"
        case copiedToWork = "copied-to-work"
        /// Delivered into the other watched folder.
        case work
        case forwardedAndMoved = "forwarded-and-moved"
        case forwardedFirst = "forwarded-first"
        case forwardedToTwo = "forwarded-to-two"

        /// How many of a hundred letters are of this kind.
        var share: Int {
            switch self {
            case .moved: 20
            case .flagged: 10
            case .copied: 10
            case .passedOn: 6
            case .copiedToWork: 6
            case .work: 6
            case .forwardedAndMoved: 12
            case .forwardedFirst: 6
            case .forwardedToTwo: 5
            case .forwarded: 6
            case .notified: 4
            case .marked: 3
            case .left: 6
            }
        }
    }

    /// A place in the account, and the flags that the message has there, by Maildir's letters.
    struct Place: Hashable, Sendable, Comparable, CustomStringConvertible {
        var folder: String
        var flags: Set<Character> = []

        var description: String { flags.isEmpty ? folder : "\(folder) (\(String(flags.sorted())))" }
        static func < (left: Self, right: Self) -> Bool { left.description < right.description }
    }

    /// The folders that rules move to.
    static let folders = ["Receipts", "Lists/Swift", "Büro", "A & B", "Kunden/ACME"]
    static let copies = "Copies"
    /// Watched beside INBOX.
    static let work = "Work"
    static let onCall = "oncall@example.com"
    static let deputy = "deputy@example.com"

    let number: Int
    /// Stands in header, subject and body, and in no other letter.
    let token: String
    let kind: Kind
    /// One of `folders`.
    let target: String
    let bytes: [UInt8]
    /// Flags that somebody else gives it on the way to its target.
    var givenFlags: Set<Character> = []

    /// The folder it is delivered to.
    var source: String { kind == .work ? Self.work : "INBOX" }

    /// Each exactly once, and the message nowhere else.
    var places: [Place] {
        switch kind {
        case .moved, .forwardedAndMoved, .forwardedFirst, .forwardedToTwo, .notified:
            [Place(folder: target, flags: givenFlags)]
        case .passedOn: [Place(folder: Self.work)]
        case .copiedToWork: [Place(folder: Self.work), Place(folder: target)]
        case .work: [Place(folder: Self.work, flags: ["F"])]
        case .flagged: [Place(folder: target, flags: ["F"])]
        case .copied: [Place(folder: target), Place(folder: Self.copies)]
        case .marked: [Place(folder: "INBOX", flags: ["S"])]
        case .forwarded, .left: [Place(folder: "INBOX")]
        }
    }

    /// Who gets a forward.
    var recipients: [String] {
        switch kind {
        case .forwardedAndMoved, .forwardedFirst, .forwarded: [Self.onCall]
        case .forwardedToTwo: [Self.onCall, Self.deputy]
        case .moved, .flagged, .copied, .passedOn, .copiedToWork, .work, .notified, .marked, .left: []
        }
    }

    /// Whether some rule wants something for it: then there is exactly one plan.
    var isPlanned: Bool { kind != .left }
}

// MARK: Making

extension Letter {
    /// So many letters, the same for the same generator.
    static func letters(_ count: Int, using generator: inout SeededGenerator) -> [Letter] {
        let prefix = String(generator.next() >> 32, radix: 36)
        return (1...count).map { number in
            letter(number, token: "tok-\(prefix)-\(number)-x", using: &generator)
        }
    }

    private static func letter(_ number: Int, token: String, using generator: inout SeededGenerator) -> Letter {
        let kind = kind(using: &generator)
        let target = Int.random(in: 0..<folders.count, using: &generator)
        // Some have no Message-ID: what tells messages apart must not rest on it alone.
        let messageID = generator.next() % 12 == 0 ? "" : "Message-ID: <\(token)@sender.example>\r\n"
        let subjects = [
            "Letter \(token)", "=?utf-8?Q?Gr=C3=BC=C3=9Fe?= \(token)", "Re: \(token)\r\n and a folded line",
        ]
        let subject = subjects[Int.random(in: 0..<subjects.count, using: &generator)]
        var text = """
            From: Sender \(number % 7) <sender\(number % 7)@sender.example>\r
            To: jane@example.org\r
            Subject: \(subject)\r
            Date: Mon, 23 Nov 2026 03:00:00 +0000\r
            \(messageID)X-Token: \(token)\r
            X-Kind: \(kind.rawValue)\r
            X-Target: \(target)\r
            \r
            Token: \(token)\r
            .a line with a dot before it\r
            From here on it is only long.\r

            """
        let lines = generator.scaled(in: 1...600)
        for line in 0..<lines { text += "Line \(line) of letter \(number), which nobody is going to read.\r\n" }
        return Letter(
            number: number, token: token, kind: kind, target: folders[target], bytes: Array(text.utf8))
    }

    private static func kind(using generator: inout SeededGenerator) -> Kind {
        var rest = Int.random(in: 0..<Kind.allCases.map(\.share).reduce(0, +), using: &generator)
        for kind in Kind.allCases {
            rest -= kind.share
            if rest < 0 { return kind }
        }
        return .left
    }
}

// MARK: Rules

extension Letter {
    /// The first rule, which only counts.
    static let tally = "tally"

    /// The rule file that does what `places` and `recipients` say.
    static var rules: String {
        let list = folders.map { "\"\($0)\"" }.joined(separator: ", ")
        let rules = Kind.allCases.compactMap { kind in
            code(kind).map { code in
                """
                rule "\(kind.rawValue)" {
                  folder = "INBOX", limit = false, when = header "X-Kind":is "\(kind.rawValue)",
                  run = function(m) \(code) end,
                }

                """
            }
        }
        return """
            local targets = { \(list) }
            local function target(m) return targets[tonumber(m.headers["X-Target"]) + 1] end

            rule "\(tally)" { run = function(m) state.count = (state.count or 0) + 1 end }

            \(rules.joined(separator: "\n"))
            -- Nobody else touches this mail: what it would hear of is Postmoon's own echo, and one plan too many.
            rule "echo" { on = { "flags", "removed" }, folder = { "INBOX", "\(work)" }, run = { log "echo" } }
            rule "work" { folder = "\(work)", on = { "new", "moved_in" }, limit = false, run = { mark "flagged" } }

            """
    }

    private static func code(_ kind: Kind) -> String? {
        switch kind {
        case .moved: "m:move(target(m))"
        case .flagged: "m:mark \"flagged\"; m:move(target(m))"
        case .copied: "m:copy \"\(copies)\"; m:move(target(m))"
        case .passedOn: "m:move \"\(work)\""
        case .copiedToWork: "m:copy \"\(work)\"; m:move(target(m))"
        case .forwardedAndMoved: "m:forward { to = \"\(onCall)\" }; m:move(target(m))"
        case .forwardedFirst:
            "m:forward { to = \"\(onCall)\", as = \"inline\", first = true }; m:move(target(m))"
        case .forwardedToTwo: "m:forward { to = { \"\(onCall)\", \"\(deputy)\" } }; m:move(target(m))"
        case .forwarded: "m:forward { to = \"\(onCall)\" }"
        case .notified: "m:notify { channel = \"bell\", title = m.headers[\"X-Token\"] }; m:move(target(m))"
        case .marked: "m:mark \"seen\""
        case .work, .left: nil
        }
    }
}
