/// Rules and mail made at random, such that rules often meet the same message and look at what earlier ones left.
struct RandomRules {
    static let words = ["red", "green", "blue"]
    static let folders = ["Filed", "Copies", "Deep/er", "Archive"]
    static let flags = ["seen", "flagged", "answered", "Work"]

    var random: SeededGenerator

    /// The rules of one account.
    mutating func rules(account: String) -> String {
        (1...Int.random(in: 2...7, using: &random)).map { number in
            var keys = ["account = \"\(account)\""]
            if random.chance(85) { keys.append("when = \(random.chance(15) ? whenFunction() : condition())") }
            if random.chance(25) { keys.append("continue = true") }
            if random.chance(10) { keys.append("dry_run = true") }
            if random.chance(10) { keys.append("on = { \"new\", \"moved_in\" }") }
            if random.chance(5) { keys.append("on = \"flags\"") }
            keys.append("run = \(random.chance(30) ? runFunction() : actions())")
            return "rule \"\(account) \(number)\" { \(keys.joined(separator: ", ")) }"
        }.joined(separator: "\n")
    }

    private mutating func condition(_ depth: Int = 0) -> String {
        if depth < 2, random.chance(35) {
            let (left, right) = (condition(depth + 1), condition(depth + 1))
            return random.pick([
                "(\(left) & \(right))", "(\(left) | \(right))", "~(\(left))", "any { \(left), \(right) }",
            ])
        }
        return random.pick([
            "subject:contains \"\(random.pick(Self.words))\"", "flag \"\(random.pick(Self.flags))\"",
            "~flag \"\(random.pick(Self.flags))\"", "from:is \"\(random.pick(Self.words))@example.net\"",
            "body:contains \"\(random.pick(Self.words))\"", "header(\"X-Tag\"):is \"\(random.pick(Self.words))\"",
            "older \"1000d\"", "size:over \"300\"",
        ])
    }

    private mutating func whenFunction() -> String {
        random.pick([
            "function(m) return m.flags.\(random.pick(Self.flags)) end",
            "function(m) return m:is(\(condition())) end", "function(m) return \(condition()) end",
        ])
    }

    private mutating func actions() -> String {
        var actions: [String] = []
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            switch Int.random(in: 0..<8, using: &random) {
            case 0...2: actions.append("mark \"\(random.pick(Self.flags))\"")
            case 3: actions.append("unmark \"\(random.pick(Self.flags))\"")
            case 4, 5: actions.append("copy \"\(random.pick(Self.folders))\"")
            default: actions.append("stop")
            }
        }
        if random.chance(45) {
            let folder = random.pick(Self.folders)
            actions.insert(
                random.pick(["move \"\(folder)\"", "move \"\(folder)\"", "trash", "archive"]),
                at: Int.random(in: 0...actions.count, using: &random))
        }
        return "{ \(actions.joined(separator: ", ")) }"
    }

    private mutating func runFunction() -> String {
        let flag = random.pick(Self.flags)
        return random.pick([
            "function(m) if m.flags.\(flag) then m:move \"\(random.pick(Self.folders))\" else m:mark \"\(flag)\" end end",
            "function(m) m:copy(\"By/\" .. m.from.localpart); if m:is(\(condition())) then m:stop() end end",
            "function(m) state.n = (state.n or 0) + 1; if state.n > 2 then m:mark \"\(flag)\" end end",
            "function(m) if seen_before(m.from.address, \"9000d\") then return { unmark \"\(flag)\", copy \"Copies\" } end end",
        ])
    }

    /// A message with its flags as a Maildir has them; `a` is the keyword Work.
    mutating func letter(_ number: Int) -> (text: String, flags: String) {
        var letter = Letter(
            "\(number) \(random.pick(Self.words)) \(random.pick(Self.words))",
            from: "\(random.pick(Self.words))@example.net")
        if random.chance(40) { letter.headers = ["X-Tag: \(random.pick(Self.words))"] }
        letter.body = "\(random.pick(Self.words)) is the word.\r\n"
        let flags = ["F", "R", "S", "a"].filter { _ in random.chance(30) }.joined()
        return (letter.text, flags)
    }
}
