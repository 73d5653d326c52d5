/// A message of the soak: what rules do with it, and what another client does to it.
struct SoakLetter: Sendable {
    /// The accounts, each on a server of its own.
    enum Home: String, CaseIterable, Sendable {
        /// On a server with MOVE.
        case jane
        /// On a server without.
        case joe

        var other: Home { self == .jane ? .joe : .jane }
    }

    /// What the rules do with it; the last four only once another client has done something.
    enum Kind: String, CaseIterable, Sendable {
        case moved, flagged, copied, forwarded, across, later, snoozed, notified, left
        case passedOn = "passed-on"
        /// Answered when somebody flags it.
        case answered
        /// Flagged when somebody moves it to the other watched folder.
        case filedByHand = "filed-by-hand"
        /// Told of when somebody removes it.
        case gone
        /// Moved by a scheduled rule when somebody reads it.
        case read

        /// How many of a hundred letters, about.
        var share: Int {
            switch self {
            case .moved: 22
            case .flagged, .copied: 9
            case .forwarded, .across: 10
            case .later, .snoozed: 5
            case .notified: 3
            case .left, .passedOn: 5
            case .answered, .filedByHand, .gone, .read: 5
            }
        }
    }

    /// What another client does to it, at some moment.
    enum Meddling: String, CaseIterable, Sendable {
        case none
        /// Marks it as read, wherever in the way to its target it is.
        case mark
        case expunge
        /// Moves it to a folder that nobody watches.
        case moveAway
        /// Waits until it was filed, and brings it back to INBOX.
        case dragBack
    }

    /// What another client was seen to have done.
    enum Deed: String, Sendable {
        /// Found in its target and brought back.
        case draggedBack
        /// Changed when Postmoon knew it.
        case changed
    }

    static let targets = ["Receipts", "Lists/Swift", "Büro", "A & B", "Kunden/ACME"]
    static let copies = "Copies"
    static let work = "Work"
    static let elsewhere = "Elsewhere"
    static let recipients = (1...6).map { "oncall\($0)@example.com" }

    let number: Int
    /// Stands in header, subject and body, and in no other letter.
    let token: String
    let home: Home
    let kind: Kind
    let meddling: Meddling
    /// Its place in `targets`.
    let target: Int
    let bytes: [UInt8]

    var folder: String { Self.targets[target] }
    var recipient: String { Self.recipients[number % Self.recipients.count] }

    /// Where rules put it in the end when nobody meddles: places, each with flags by Maildir's letters.
    private func filed(_ deeds: Set<Deed>) -> [SoakPlace] {
        func here(_ folder: String, _ flags: Set<Character> = []) -> SoakPlace {
            SoakPlace(home: home, folder: folder, flags: flags)
        }
        if !deeds.contains(.changed), [.answered, .filedByHand, .gone, .read].contains(kind) {
            return [here("INBOX")]
        }
        return switch kind {
        case .moved, .forwarded, .notified: [here(folder)]
        case .flagged: [here(folder, ["F"])]
        case .copied: [here(folder), here(Self.copies)]
        case .across: [SoakPlace(home: home.other, folder: "From \(home.rawValue)")]
        case .later: [here("Later")]
        case .snoozed, .left: [here("INBOX")]
        case .passedOn: [here(Self.work)]
        case .answered: [here("INBOX", ["F", "R"])]
        case .filedByHand: [here(Self.work, ["F"])]
        case .gone: []
        case .read: [here("Read", ["S"])]
        }
    }

    /// Every end that is allowed.
    ///
    /// - Parameter wasLeft: whether Postmoon found that somebody else had taken it away first.
    func allowedEnds(_ deeds: Set<Deed>, wasLeft: Bool) -> Set<[SoakPlace]> {
        let filed = filed(deeds).sorted()
        let inbox = SoakPlace(home: home, folder: "INBOX", flags: kind == .flagged ? ["F"] : [])
        let copied = filed.filter { $0.folder == Self.copies }
        let away = SoakPlace(home: home, folder: Self.elsewhere)
        switch meddling {
        case .none: return [filed]
        case .mark:
            // Before it was moved, after that, or not found; its copies are apart.
            return Set(
                Self.subsets(filed).map { marked in
                    filed.map { marked.contains($0) ? $0.with("S") : $0 }.sorted()
                })
        case .expunge: return [[], copied, filed]
        case .moveAway:
            // Copied first and removed then, it can be moved away in between: both are kept. Dovecot itself makes both
            // copies when two clients move a message at the same moment.
            return [filed, [away], (copied + [away]).sorted(), (filed + [away]).sorted()]
        case .dragBack:
            guard deeds.contains(.draggedBack) else { return [filed] }
            var ends: Set<[SoakPlace]> = [(filed.filter { $0.folder != folder } + [inbox]).sorted()]
            // Cut off from the server's word that it moved the message, it cannot know whose hand that was.
            if wasLeft { ends.insert(filed) }
            // The copy was dragged back before its source was removed: both are kept.
            if home == .joe {
                let plain = SoakPlace(home: home, folder: "INBOX")
                // The source's flags are taken back with the plan, those of what was brought back are its own.
                ends.formUnion([
                    [inbox, inbox], (filed + [inbox]).sorted(), [plain, inbox], (filed + [plain]).sorted(),
                ])
            }
            return ends
        }
    }

    private static func subsets(_ places: [SoakPlace]) -> [[SoakPlace]] {
        places.reduce([[]]) { sets, place in sets + sets.map { $0 + [place] } }
    }

    /// Whether another client may have been faster than the plan.
    var isRace: Bool { meddling == .expunge || meddling == .moveAway }
}

/// Where a message lies, and its flags there.
struct SoakPlace: Hashable, Comparable, Sendable, CustomStringConvertible {
    var home: SoakLetter.Home
    var folder: String
    var flags: Set<Character> = []

    func with(_ flag: Character) -> SoakPlace {
        SoakPlace(home: home, folder: folder, flags: flags.union([flag]))
    }

    var description: String {
        "\(home.rawValue)/\(folder)" + (flags.isEmpty ? "" : " (\(String(flags.sorted())))")
    }

    static func < (left: Self, right: Self) -> Bool { left.description < right.description }
}

// MARK: Making

extension SoakLetter {
    /// - Parameter schedules: whether there is time for a scheduled rule: a minute.
    static func random(
        _ number: Int, prefix: String, schedules: Bool, using generator: inout SeededGenerator
    ) -> SoakLetter {
        let token = "tok-\(prefix)-\(number)-x"
        let chosen = kind(using: &generator)
        let kind = chosen == .read && !schedules ? .left : chosen
        let home = Home.allCases[Int(generator.next() % 2)]
        let target = Int.random(in: 0..<targets.count, using: &generator)
        let lines = generator.scaled(in: 1...400)
        var text = """
            From: Sender \(number % 7) <sender\(number % 7)@sender.example>\r
            To: \(home.rawValue)@example.org\r
            Subject: Letter \(token)\r
            Date: Mon, 23 Nov 2026 03:00:00 +0000\r
            \(generator.next() % 12 == 0 ? "" : "Message-ID: <\(token)@sender.example>\r\n")X-Token: \(token)\r
            X-Kind: \(kind.rawValue)\r
            X-Target: \(target)\r
            \r
            Token: \(token)\r
            .a line with a dot before it\r

            """
        for line in 0..<lines {
            text += "Line \(line) of letter \(number), which nobody is going to read.\r\n"
        }
        return SoakLetter(
            number: number, token: token, home: home, kind: kind,
            meddling: meddling(with: kind, using: &generator),
            target: target, bytes: Array(text.utf8))
    }

    private static func kind(using generator: inout SeededGenerator) -> Kind {
        var rest = Int.random(in: 0..<Kind.allCases.map(\.share).reduce(0, +), using: &generator)
        for kind in Kind.allCases {
            rest -= kind.share
            if rest < 0 { return kind }
        }
        return .left
    }

    private static func meddling(with kind: Kind, using generator: inout SeededGenerator) -> Meddling {
        let chance = Int.random(in: 0..<100, using: &generator)
        return switch kind {
        case .moved:
            chance < 12
                ? .mark : chance < 24 ? .expunge : chance < 36 ? .moveAway : chance < 55 ? .dragBack : .none
        case .flagged: chance < 15 ? .expunge : chance < 35 ? .dragBack : .none
        case .copied: chance < 15 ? .expunge : chance < 30 ? .moveAway : .none
        case .forwarded: chance < 10 ? .expunge : chance < 20 ? .moveAway : .none
        case .across, .passedOn: chance < 25 ? .mark : .none
        case .later, .snoozed, .notified, .left, .answered, .filedByHand, .gone, .read: .none
        }
    }
}
